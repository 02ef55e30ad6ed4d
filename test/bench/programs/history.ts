/** A program with a long past: requests and answers, of a hundred bytes each, and a stand where much has happened. */
import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8080 };
const SIZE = 100;
/** Round trips after which the client stands: about 10,000, 100,000 and 1,000,000 events. */
const STANDS = [139, 1389, 13_890];

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, 1);
  const connection = await accept(listener);
  const buffer = new Uint8Array(SIZE);
  while ((await recv(connection, buffer)) > 0) await send(connection, buffer);
  await close(connection);
  await close(listener);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
  let made = 0;
  for (const trips of STANDS) {
    await roundTrips(fd, trips - made);
    made = stand(trips);
  }
  await close(fd);
}

async function roundTrips(fd: number, count: number): Promise<void> {
  const buffer = new Uint8Array(SIZE);
  for (let i = 0; i < count; i++) {
    await send(fd, buffer);
    await recv(fd, buffer);
  }
}

/** Lines to go back by. */
function stand(trips: number): number {
  let value = trips;
  value += 1;
  value += 2;
  value += 3;
  value += 4;
  value -= 10;
  return value;
}
