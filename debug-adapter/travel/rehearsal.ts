/**
 * A program that a thread runs before the machines of a session: its traffic leads through most of what a connection does, so
 * that V8 has compiled that when it is needed. It never ends.
 */
import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8080 };
/** Bytes of the requests, in turn: less than a segment, and more than one. */
const SIZES = [100, 1460, 20_000];
/** Requests of one connection. */
const REQUESTS = 100;

export async function server(): Promise<void> {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, 8);
  const buffer = new Uint8Array(Math.max(...SIZES));
  for (;;) {
    const connection = await accept(listener);
    for (let length; (length = await recv(connection, buffer)) > 0;)
      await send(connection, buffer.subarray(0, length));
    await close(connection);
  }
}

export async function client(): Promise<void> {
  for (;;) {
    const fd = await socket(AF_INET, SOCK_STREAM);
    await connect(fd, ADDRESS);
    for (let i = 0; i < REQUESTS; i++) await request(fd, SIZES[i % SIZES.length]!);
    await close(fd);
  }
}

/** Send so many bytes, and wait until all have come back. */
async function request(fd: number, size: number): Promise<void> {
  const buffer = new Uint8Array(size);
  for (let sent = 0; sent < size;) sent += await send(fd, buffer.subarray(sent));
  for (let received = 0; received < size;) received += await recv(fd, buffer);
}
