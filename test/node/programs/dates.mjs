// The date of an HTTP/2 response: the clock's, the program's own, and none.
import http2 from 'node:http2';
import { once } from 'node:events';
import { host } from './common.mjs';

const server = http2.createServer();
server.on('stream', (stream, headers) => {
  const path = headers[':path'];
  stream.respond(path === '/own' ? { date: 'mine' } : {}, { endStream: true, sendDate: path !== '/none' });
});
server.listen(0, host);
await once(server, 'listening');
const session = http2.connect(`http://${host}:${server.address().port}`);
for (const path of ['/', '/own', '/none']) {
  const [headers] = await once(session.request({ ':path': path }), 'response');
  console.log(path, headers.date);
}
// By the interface that is like HTTP/1's.
const other = http2.createServer((_request, response) => response.end());
other.listen(0, host);
await once(other, 'listening');
const second = http2.connect(`http://${host}:${other.address().port}`);
const [{ date }] = await once(second.request({}), 'response');
console.log('response.end()', date);
for (const one of [session, second, server, other]) one.close();
