/**
 * An accept queue that overflows: the server listens with a backlog of 1 and is in no hurry to accept.
 *
 * Linux lets backlog + 1 finished connections wait. The final ACK of a further handshake is dropped; the client
 * believes itself connected, while its request stays in the SYN queue and the server sends SYN-ACK again.
 *
 * What to look at
 *   - Tick "Queue overflow" in the Breakpoints view and press F5: it stops in tcp_v4_syn_recv_sock.
 *   - The Sockets view: "accept queue 2 of 1 · SYN queue 1" under the listener.
 *   - `await sleep(…)` in server(): put the first breakpoint behind it, and see the queue drain.
 *   - sysctl('net.ipv4.tcp_abort_on_overflow', 1) at the top of server() turns the silence into a reset.
 */
import { accept, AF_INET, bind, close, connect, listen, proc, recv, sleep, SOCK_STREAM, socket } from 'sockscope';

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

async function connectOnce(name: string) {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
  console.log(`${name}: connect() returned`);
  await recv(fd, 1);
  await close(fd);
}

export const client1 = async () => connectOnce('client1');
export const client2 = async () => connectOnce('client2');
export const client3 = async () => connectOnce('client3');
export const client4 = async () => connectOnce('client4');
