// socket.io's client: long polling that becomes a WebSocket, rooms, an abort, and a server that closes first.
import { once } from 'node:events';
import { io } from 'socket.io-client';
import { host, port, serverIsUp } from './common.mjs';

const url = `http://${host}:${port}`;
const connect = async (name, more = {}) => {
  const socket = io(url, { auth: { name }, forceNew: true, reconnection: false, ...more });
  await once(socket, 'connect');
  return socket;
};

await serverIsUp();
const first = await connect('first');
console.log(await first.emitWithAck('echo', { text: 'by polling' }));
if (first.io.engine.transport.name === 'polling') await once(first.io.engine, 'upgrade');
console.log(first.io.engine.transport.name);
console.log(await first.emitWithAck('echo', Buffer.alloc(100_000, 7)).then((bytes) => bytes.length));

const second = await connect('second', { transports: ['websocket'] });
const third = await connect('third', { transports: ['polling'] });
for (const socket of [first, second, third]) await socket.emitWithAck('join', 'room');
const told = [first, second, third].map((socket) => once(socket, 'told'));
first.emit('to everybody in', 'room', 'good news');
console.log(await Promise.all(told));

third.disconnect();
second.io.engine.transport.ws.terminate();
console.log('second:', (await once(second, 'disconnect'))[0]);

const fourth = await connect('fourth', { transports: ['websocket'] });
fourth.emit('drop me');
console.log('fourth:', (await once(fourth, 'disconnect'))[0]);

first.emit('end');
console.log('first:', (await once(first, 'disconnect'))[0]);
const late = io(url, { reconnection: false, forceNew: true });
const [error] = await once(late, 'connect_error');
console.log(error.message);
