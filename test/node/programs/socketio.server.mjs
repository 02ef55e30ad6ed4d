// A socket.io server: acknowledgements, rooms, binary data, disconnections.
import http from 'node:http';
import { Server } from 'socket.io';
import { host, log, port } from './common.mjs';

const server = http.createServer();
const io = new Server(server);
let connections = 0;
io.on('connection', (socket) => {
  const name = `connection ${++connections}`;
  log(name, socket.handshake.auth.name, socket.conn.transport.name);
  socket.conn.once('upgrade', (transport) => log(name, 'upgraded to', transport.name));
  socket.on('echo', (value, acknowledge) => acknowledge(value));
  socket.on('join', (room, acknowledge) => acknowledge(socket.join(room)));
  socket.on('to everybody in', (room, text) => io.to(room).emit('told', text));
  socket.on('disconnect', (reason) => log(name, reason));
  socket.on('drop me', () => socket.disconnect(true));
  socket.on('end', () => io.close(() => log('closed')));
});
server.listen(port, host, () => log('listening'));
