// Time-outs of sockets, of HTTP requests, and of HTTP/2 sessions and streams: each once, in the order of their times.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';

const host = '127.0.0.1';
const listening = async (server) => {
  server.listen(0, host);
  await once(server, 'listening');
  return server.address().port;
};

const silent = net.createServer((socket) => socket.on('error', () => {}));
const socket = net.connect(await listening(silent), host);
socket.setTimeout(50, () => {
  console.log('socket');
  socket.destroy();
  silent.close();
});

const web = http.createServer(() => {});
const request = http.get({ host, port: await listening(web), timeout: 150 });
request.on('timeout', () => {
  console.log('request');
  request.destroy();
  web.close();
});
request.on('error', (error) => console.log(error.code));

const server = http2.createServer();
server.on('stream', (stream) => stream.on('error', () => {}));
server.on('session', (session) =>
  session.setTimeout(400, () => {
    console.log('session');
    session.destroy();
    server.close();
  }),
);
const session = http2.connect(`http://${host}:${await listening(server)}`);
session.on('close', () => console.log('closed'));
await once(session, 'connect');
const stream = session.request({ ':path': '/' });
stream.setTimeout(250, () => {
  console.log('stream');
  stream.close(http2.constants.NGHTTP2_CANCEL);
});
