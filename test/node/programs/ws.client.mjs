// A WebSocket client with ws: messages small, large and compressed, a ping, an abort, and a server that closes first.
import WebSocket from 'ws';
import { once } from 'node:events';
import { host, port, serverIsUp } from './common.mjs';

const connect = async (path) => {
  const socket = new WebSocket(`ws://${host}:${port}${path}`);
  await once(socket, 'open');
  return socket;
};

await serverIsUp();
{
  const socket = await connect('/first');
  for (const message of ['hello', 'many words '.repeat(10_000)]) {
    socket.send(message);
    const [data, isBinary] = await once(socket, 'message');
    console.log(isBinary, data.length, String(data) === message);
  }
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) & 0xff));
  socket.send(bytes);
  const [data, isBinary] = await once(socket, 'message');
  console.log(isBinary, data.length, data.equals(bytes));
  socket.ping('are you there?');
  const [pong] = await once(socket, 'pong');
  console.log('pong', String(pong));
  socket.close(1000, 'enough');
  const [code, reason] = await once(socket, 'close');
  console.log('closed', code, String(reason));
}
{
  const socket = await connect('/aborted');
  socket.terminate();
  const [code] = await once(socket, 'close');
  console.log('closed', code);
}
{
  const [one, other] = [await connect('/one'), await connect('/other')];
  const closed = Promise.all([once(one, 'close'), once(other, 'close')]);
  one.send('close everything');
  for (const [code, reason] of await closed) console.log('closed', code, String(reason));
}
const late = new WebSocket(`ws://${host}:${port}/late`);
const [error] = await once(late, 'error');
console.log(error.code);
