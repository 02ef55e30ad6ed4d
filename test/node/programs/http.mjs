// node:http between a server and clients of one process.
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { host } from './common.mjs';

async function listen(options, onRequest) {
  const server = http.createServer(options, onRequest).listen(0, host);
  await once(server, 'listening');
  return { server, port: server.address().port };
}
/** What a server answers to bytes on a connection of its own, until it closes that. */
async function raw(port, ...parts) {
  const socket = net.connect(port, host).setEncoding('latin1');
  for (const part of parts) socket.write(part);
  return (await text(socket)).replace(/Date: .*GMT/g, 'Date: DATE');
}
const close = (server) => new Promise((resolve) => server.close(resolve));

// Pipelining: answers come in the order of the requests, whichever is ready first.
{
  const { server, port } = await listen({}, (req, res) => {
    const isSlow = req.url === '/slow';
    setTimeout(() => res.end(`${req.url} answered`), isSlow ? 40 : 0);
  });
  const requests = ['/slow', '/fast', '/last'].map(
    (url) => `GET ${url} HTTP/1.1\r\nHost: x\r\n${url === '/last' ? 'Connection: close\r\n' : ''}\r\n`,
  );
  console.log(await raw(port, requests.join('')));
  console.log(await raw(port, 'GET / HTTP/1.0\r\n\r\n'));
  console.log(await raw(port, 'NONSENSE\r\n\r\n'));
  console.log(await raw(port, 'GET / HTTP/1.1\r\n\r\n'));
  await close(server);
}
// Chunks in both directions, and trailers.
{
  const { server, port } = await listen({}, async (req, res) => {
    res.writeHead(200, { trailer: 'x-sum' });
    let sum = 0;
    for await (const chunk of req) {
      res.write(chunk);
      sum += chunk.length;
    }
    res.addTrailers({ 'x-sum': String(sum) });
    res.end(req.headers['transfer-encoding']);
  });
  const req = http.request({ host, port, method: 'POST' });
  for (const word of ['one ', 'two ', 'three ']) req.write(word);
  req.end();
  const [res] = await once(req, 'response');
  console.log(res.headers['transfer-encoding'], await text(res), res.trailers);
  await close(server);
}
// Expect: 100-continue, early hints, and a HEAD.
{
  const { server, port } = await listen({}, (req, res) => {
    res.writeEarlyHints({ link: '</style.css>; rel=preload' });
    req.pipe(res.writeHead(200, 'Fine'));
  });
  server.on('checkContinue', (req, res) => {
    console.log('server: asked to continue');
    res.writeContinue();
    server.emit('request', req, res);
  });
  const req = http.request({ host, port, method: 'POST', headers: { expect: '100-continue' } });
  req.on('information', ({ statusCode, headers }) => console.log(statusCode, headers.link));
  req.flushHeaders();
  await once(req, 'continue');
  console.log('client: continues');
  req.end('the body');
  const [res] = await once(req, 'response');
  console.log(res.statusCode, res.statusMessage, await text(res));
  const [head] = await once(http.request({ host, port, method: 'HEAD' }).end(), 'response');
  console.log(head.statusCode, JSON.stringify(await text(head)));
  await close(server);
}
// Upgrade.
{
  const { server, port } = await listen({}, () => {});
  server.on('upgrade', (req, socket, head) => {
    console.log('server: upgrade to', req.headers.upgrade, head.length);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  const req = http.get({ host, port, headers: { connection: 'Upgrade', upgrade: 'echo' } });
  const [res, socket] = await once(req, 'upgrade');
  socket.end('echoed');
  console.log(res.statusCode, await text(socket));
  await close(server);
}
// A request that takes too long, and one whose client waits only so long.
{
  const { server, port } = await listen(
    { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50, keepAliveTimeout: 50 },
    (req, res) => {
      req.resume().on('end', () => res.end('done'));
      req.on('error', (error) => console.log('server:', error.code));
    },
  );
  console.log(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\n'));
  console.log(await raw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n', 'half'));
  console.log(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  await close(server);
}
{
  const { server, port } = await listen({}, () => {});
  const req = http.get({ host, port, timeout: 30 });
  req.on('timeout', () => {
    console.log('client: timeout');
    req.destroy();
  });
  const [error] = await once(req, 'error');
  console.log(error.code, error.message);
  const [aborted] = await once(http.get({ host, port, signal: AbortSignal.timeout(30) }), 'error');
  console.log(aborted.code, aborted.name);
  server.closeAllConnections();
  await close(server);
}
// The server breaks off in the middle of its answer.
{
  const { server, port } = await listen({}, (_req, res) => {
    res.writeHead(200, { 'content-length': 100 });
    res.write('a beginning', () => setTimeout(() => res.socket.destroy(), 20));
  });
  const [res] = await once(http.get({ host, port }), 'response');
  console.log(await text(res).catch((error) => `${error.code} ${error.message}`), res.complete);
  await close(server);
}
// An agent: connections that are kept, a limit of them, and what it knows of them.
{
  let count = 0;
  const { server, port } = await listen({}, (_req, res) => setTimeout(() => res.end(String(count)), 10));
  server.on('connection', () => count++);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2, maxFreeSockets: 1 });
  const get = async () => {
    const [res] = await once(http.get({ host, port, agent }), 'response');
    return text(res);
  };
  const answers = Promise.all(Array.from({ length: 6 }, get));
  const name = agent.getName({ host, port });
  console.log(agent.sockets[name].length, agent.requests[name].length);
  await answers;
  await new Promise((resolve) => setTimeout(resolve, 20));
  console.log('connections:', count, 'free:', agent.freeSockets[name]?.length);
  agent.destroy();
  await close(server);
}
// Nobody listens.
{
  const { server, port } = await listen({}, () => {});
  await close(server);
  const [error] = await once(http.get({ host, port }), 'error');
  console.log(error.code);
}
