// node:http2, with and without TLS.
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { host } from './common.mjs';

const key = readFileSync(new URL('key.pem', import.meta.url));
const cert = readFileSync(new URL('cert.pem', import.meta.url));

for (const scheme of ['http', 'https']) {
  const server = scheme === 'http' ? http2.createServer() : http2.createSecureServer({ key, cert });
  server.on('stream', async (stream, headers) => {
    stream.on('error', (error) => console.log('server:', error.code));
    const path = headers[':path'];
    if (path === '/trailers') {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ sum: 7 }));
      return stream.end('a body');
    }
    if (path === '/slow') return stream.on('aborted', () => console.log('server: aborted'));
    stream.respond({ ':status': 200, 'x-path': path });
    stream.end(path === '/large' ? 'x'.repeat(300_000) : `${path} ${await text(stream)}`);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const session = http2.connect(`${scheme}://${host}:${server.address().port}`, {
    ca: cert,
    servername: 'localhost',
  });
  await once(session, 'connect');
  console.log(session.encrypted ?? false, session.alpnProtocol);

  const ask = async (path, body) => {
    const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' });
    stream.end(body);
    const [headers] = await once(stream, 'response');
    return `${headers[':status']} ${headers['x-path']} ${(await text(stream)).slice(0, 40)}`;
  };
  for (const answer of await Promise.all([ask('/one'), ask('/two', 'a body'), ask('/large')]))
    console.log(answer);

  const trailed = session.request({ ':path': '/trailers' });
  const [[trailers], body] = await Promise.all([once(trailed, 'trailers'), text(trailed)]);
  console.log(body, trailers.sum);

  const slow = session.request({ ':path': '/slow' });
  slow.on('error', (error) => console.log(error.code));
  setTimeout(() => slow.close(http2.constants.NGHTTP2_CANCEL), 20);
  await once(slow, 'close');
  console.log('closed with', slow.rstCode);
  await new Promise((resolve) =>
    session.ping((error, _duration, payload) => resolve(console.log(error, payload.length))),
  );

  session.on('goaway', (code) => console.log('goaway', code));
  const closed = once(session, 'close');
  server.on('session', () => {});
  session.close();
  await closed;
  server.close();
  await once(server, 'close');
  console.log('closed');
}
