// Node's own HTTP client: keep-alive, a body, a large answer, an abort, and a server that closes first.
import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { host, port, serverIsUp } from './common.mjs';

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const request = (method, path, headers = {}) => http.request({ host, port, method, path, headers, agent });
async function answer(req, body) {
  req.end(body);
  const [res] = await once(req, 'response');
  return { res, text: await text(res) };
}

await serverIsUp();
for (let i = 0; i < 3; i++) {
  const req = request('GET', '/hello');
  const { res, text: body } = await answer(req);
  console.log(res.statusCode, body, req.reusedSocket ? 'on the same connection' : 'on a new connection');
}
{
  const req = request('POST', '/echo', { 'content-type': 'application/json' });
  const { res, text: body } = await answer(req, JSON.stringify({ some: ['thing', 1] }));
  console.log(res.statusCode, body);
}
{
  const { res, text: body } = await answer(request('GET', '/large'));
  console.log(res.headers['transfer-encoding'], body.length, body.charCodeAt(1_048_575));
}
{
  const req = request('GET', '/slow').end();
  const [res] = await once(req, 'response');
  const [chunk] = await once(res, 'data');
  console.log('got', String(chunk), 'and abort');
  res.on('error', (error) => console.log(error.code, error.message));
  req.destroy();
  await new Promise((resolve) => res.on('close', resolve));
}
{
  const { text: body } = await answer(request('GET', '/aborted'));
  console.log('the server says:', body);
}
{
  const req = request('GET', '/bye');
  const closed = new Promise((resolve) => req.on('socket', (socket) => socket.on('close', resolve)));
  const { text: body } = await answer(req);
  console.log(body);
  // An idle connection does not keep the program running.
  const awake = setInterval(() => {}, 1000);
  await closed;
  clearInterval(awake);
  console.log('the server has closed');
}
// The server closes its listening socket a little later.
await serverIsUp();
const [error] = await once(request('GET', '/hello').end(), 'error');
console.log(error.code);
