// node:tls and node:https with a certificate of one's own.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { host } from './common.mjs';

const key = readFileSync(new URL('key.pem', import.meta.url));
const cert = readFileSync(new URL('cert.pem', import.meta.url));
const close = (server) => new Promise((resolve) => server.close(resolve));
const closed = (emitter) => new Promise((resolve) => emitter.on('close', resolve));
async function listening(server) {
  server.listen(0, host);
  await once(server, 'listening');
  return server.address().port;
}

// An echo over each version, with the names of both sides.
for (const version of ['TLSv1.2', 'TLSv1.3']) {
  const server = tls.createServer({ key, cert, ALPNProtocols: ['echo'] }, (socket) => {
    console.log('server:', socket.getProtocol(), socket.servername, socket.alpnProtocol);
    socket.pipe(socket);
  });
  const port = await listening(server);
  const options = { host, port, ca: cert, servername: 'localhost', ALPNProtocols: ['echo'] };
  const client = tls.connect({ ...options, minVersion: version, maxVersion: version });
  await once(client, 'secureConnect');
  console.log(client.authorized, client.getPeerCertificate().subject.CN, client.getProtocol());
  const large = 'x'.repeat(500_000);
  client.end(large);
  console.log((await text(client)) === large);
  await close(server);
}
// A certificate that nobody knows, and one of another name.
{
  const server = tls.createServer({ key, cert }, (socket) => socket.end('never seen'));
  server.on('tlsClientError', () => {});
  const port = await listening(server);
  for (const options of [{}, { ca: cert, servername: 'other.test' }, { rejectUnauthorized: false }]) {
    const client = tls.connect({ host, port, servername: 'localhost', ...options });
    client.on('error', (error) => console.log(error.code));
    client.on('secureConnect', () => console.log('connected', client.authorized, client.authorizationError));
    client.resume();
    await closed(client);
  }
  await close(server);
}
// Something that does not speak TLS.
{
  const server = net.createServer((socket) => socket.resume().end('hello\r\n'));
  const port = await listening(server);
  const client = tls.connect({ host, port });
  const [error] = await once(client, 'error');
  client.destroy();
  console.log(error.code);
  await close(server);
}
// STARTTLS: a connection becomes secure in the middle.
{
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.write('go ahead');
      const secure = new tls.TLSSocket(socket, { isServer: true, key, cert });
      secure.on('data', (bytes) => secure.end(`secretly ${bytes}`));
    });
  });
  const port = await listening(server);
  const socket = net.connect(port, host);
  socket.write('STARTTLS');
  console.log(String((await once(socket, 'data'))[0]));
  const secure = tls.connect({ socket, ca: cert, servername: 'localhost' });
  await once(secure, 'secureConnect');
  secure.write('a word');
  console.log(await text(secure));
  await close(server);
}
// A session that is resumed.
{
  const server = tls.createServer({ key, cert, maxVersion: 'TLSv1.2' }, (socket) => socket.end('hello'));
  const port = await listening(server);
  let session;
  for (let i = 0; i < 2; i++) {
    const client = tls.connect({ host, port, ca: cert, servername: 'localhost', session });
    client.on('session', (given) => (session = given));
    client.resume();
    await closed(client);
    console.log('reused:', client.isSessionReused());
  }
  await close(server);
}
// HTTPS: kept connections, a body, an abort, a server that closes first.
{
  const server = https.createServer({ key, cert }, async (req, res) => {
    if (req.url === '/slow') return void res.write('a beginning');
    res.end(`${req.method} ${req.url} ${(await text(req)).length}`);
  });
  const port = await listening(server);
  const agent = new https.Agent({ keepAlive: true, ca: cert, maxSockets: 1 });
  const ask = async (method, path, body) => {
    const req = https.request({ host, port, servername: 'localhost', agent, method, path }).end(body);
    const [res] = await once(req, 'response');
    return `${await text(res)} ${req.reusedSocket}`;
  };
  console.log(await ask('GET', '/'));
  console.log(await ask('POST', '/form', 'x'.repeat(200_000)));
  const req = https.get({ host, port, servername: 'localhost', agent, path: '/slow' });
  const [res] = await once(req, 'response');
  await once(res, 'data');
  res.on('error', (error) => console.log(error.code));
  req.destroy();
  await closed(res);
  console.log(await ask('GET', '/again'));
  server.closeAllConnections();
  await close(server);
  agent.destroy();
}
// fetch with a certificate that it does not know.
{
  const server = https.createServer({ key, cert }, (_req, res) => res.end());
  const port = await listening(server);
  await fetch(`https://localhost:${port}`).catch((error) => console.log(error.message, error.cause.code));
  server.closeAllConnections();
  await close(server);
}
