/** A program to be debugged: the client sends 128 MiB, the server reads it. */
import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8080 };
const LENGTH = 128 * 1024 ** 2;

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, 1);
  const connection = await accept(listener);
  const buffer = new Uint8Array(65_536);
  while ((await recv(connection, buffer)) > 0);
  await close(connection);
  await close(listener);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
  const piece = new Uint8Array(65_536);
  for (let sent = 0; sent < LENGTH;) sent += await send(fd, piece);
  await close(fd);
}
