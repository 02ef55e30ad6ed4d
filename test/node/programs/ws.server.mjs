// An echo server with ws.
import { WebSocketServer } from 'ws';
import { host, log, port } from './common.mjs';

const server = new WebSocketServer({ port, host, perMessageDeflate: { threshold: 1000 } });
let connections = 0;
server.on('listening', () => log('listening'));
server.on('connection', (socket, req) => {
  const name = `connection ${++connections}`;
  log(name, req.url, socket.extensions);
  socket.on('ping', (data) => log(name, 'ping', String(data)));
  socket.on('message', (data, isBinary) => {
    log(name, isBinary ? 'binary' : 'text', data.length);
    if (String(data) !== 'close everything') return socket.send(data, { binary: isBinary });
    for (const client of server.clients) client.close(1001, 'going away');
    server.close(() => log('closed'));
  });
  socket.on('close', (code, reason) => log(name, 'closed', code, String(reason)));
});
