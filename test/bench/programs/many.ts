/** A thousand sockets: what is shown of them, and of one that sends and receives while somebody steps. */
import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8080 };
const PAIRS = 500;

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, PAIRS);
  const connections: number[] = [];
  for (let i = 0; i < PAIRS; i++) connections.push(await accept(listener));
  await send(connections[0]!, await recv(connections[0]!, 100));
  for (const fd of connections) await close(fd);
  await close(listener);
}

export async function client() {
  const connections: number[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const fd = await socket(AF_INET, SOCK_STREAM);
    await connect(fd, ADDRESS);
    connections.push(fd);
  }
  await send(connections[0]!, 'hello');
  await recv(connections[0]!, 100);
  for (const fd of connections) await close(fd);
}
