/**
 * 2. An accept queue that overflows: the server listens with a backlog of 1 and is in no hurry to accept.
 *
 * Linux lets backlog + 1 finished connections wait: here client1 and client2. client3's SYN was answered while there still was
 * room, but the final ACK of its handshake is dropped: it believes itself connected, while its request stays in the
 * SYN queue and the server sends the SYN-ACK again. client4 comes when the queue is full: its SYN is dropped.
 *
 * What to look at
 *   - Tick "Queue overflow" in the Breakpoints view and press F5: it stops in tcp_v4_syn_recv_sock, for client3.
 *   - The Sockets view: the accept queue with 2 (max 1 + 1), client3's request in the SYN queue.
 *   - `await sleep(…)` in server(): put the first breakpoint behind it, and see the queue drain.
 *   - sysctl('net.ipv4.tcp_abort_on_overflow', 1) at the top of server() turns the silence into a reset.
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

const ADDRESS = { address: '127.0.0.1', port: 8080 };
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
