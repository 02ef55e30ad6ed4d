/**
 * 2. An accept queue that overflows: the server listens with a backlog of 1 and is in no hurry
 * to accept.
 *
 * Linux lets backlog + 1 finished connections wait: here client1 and client2. client3's SYN was
 * answered while there still was room, but the final ACK of its handshake is dropped: it
 * believes itself connected, while its request stays in the SYN queue and the server sends the
 * SYN-ACK again. client4 comes when the queue is full: its SYN is dropped.
 *
 * What to look at
 *   - Press F5: it stops at the first line. Tick "Queue overflow" in the Breakpoints view and
 *     press F5 again: it stops in tcp_v4_syn_recv_sock, with client3's ACK.
 *   - The Sockets view says "accept queue 2 of 1+1": both places and the one more are taken.
 *     "SYN queue 1" is client3's request, while client3 itself says ESTABLISHED.
 *   - F5 again: it stops in tcp_conn_request, with client4's SYN. client4 stays in SYN_SENT.
 *   - Put a breakpoint on `await accept(…)` and press F5 a few times: the accept queue drains.
 *     client3's SYN-ACK is sent again, and now its ACK finds room.
 *   - sysctl('net.ipv4.tcp_abort_on_overflow', 1) at the top of server() turns the silence into
 *     a reset.
 */
import {
  accept,
  AF_INET,
  bind,
  clock_gettime,
  close,
  connect,
  listen,
  proc,
  recv,
  sleep,
  SOCK_STREAM,
  socket,
} from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8000 };
const CLIENTS = 4;

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, 1);
  await sleep(500);
  for (let i = 0; i < CLIENTS; i++) {
    const connection = await accept(listener);
    console.log(`server: accepted ${i + 1} of ${CLIENTS}`);
    await close(connection);
  }
  await close(listener);
  const [names, values] = proc('netstat')
    .split('\n')
    .map((line) => line.split(' '));
  console.log(`ListenOverflows: ${values![names!.indexOf('ListenOverflows')]}`);
}

async function connectAt(ms: number, name: string) {
  await sleep(ms);
  const fd = await socket(AF_INET, SOCK_STREAM);
  const start = clock_gettime();
  await connect(fd, ADDRESS);
  console.log(`${name}: connect() returned after ${((clock_gettime() - start) / 1e6).toFixed(2)} ms`);
  await recv(fd, 1);
  await close(fd);
}

export const client1 = async () => connectAt(0, 'client1');
export const client2 = async () => connectAt(1, 'client2');
export const client3 = async () => connectAt(1, 'client3');
export const client4 = async () => connectAt(2, 'client4');
