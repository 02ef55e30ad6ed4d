/**
 * A first handshake: a server that waits, a client that connects, one line of data.
 *
 * What to look at
 *   - Put the first breakpoint on the line `await connect(…)` in client(), and press F5.
 *   - Step into it: you stand in __sys_connect. Go on into tcp_v4_connect and tcp_connect, down to vnic_xmit, where the
 *     SYN becomes a descriptor of the TX ring (Network Interfaces view).
 *   - Tick "TCP state transition" in the Breakpoints view, with the condition `SYN_RECV -> ESTABLISHED`, and continue.
 *     The Sockets view shows the connection request in the SYN queue on the way, and then the finished
 *     connection in the accept queue.
 *   - The Packets panel shows SYN, SYN-ACK and ACK.
 */
import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { family: 'IPv4', address: '127.0.0.1', port: 8080 };

export async function server() {
  const fd = await socket(AF_INET, SOCK_STREAM, 0);
  await bind(fd, ADDRESS);
  await listen(fd, 2);
  const connection = await accept(fd);
  const data = await recv(connection, 1024);
  console.log(`server received "${new TextDecoder().decode(data)}"`);
  await close(connection);
  await close(fd);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM, 0);
  await connect(fd, ADDRESS);
  console.log('client is connected');
  await send(fd, 'hello');
  await close(fd);
}
