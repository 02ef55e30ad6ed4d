// undici as a client of http.server.mjs: its pools, an abort, and a server that closes first.
import { Client, errors, fetch, Pool, request, stream } from 'undici';
import { Writable } from 'node:stream';
import { host, port, serverIsUp } from './common.mjs';

const origin = `http://${host}:${port}`;
await serverIsUp();

const client = new Client(origin, { pipelining: 2 });
client.on('disconnect', () => console.log('disconnected'));
const bodies = await Promise.all(
  [1, 2, 3].map(async () => (await client.request({ path: '/hello', method: 'GET' })).body.text()),
);
console.log(bodies.join(' '));

const echoed = await client.request({
  path: '/echo',
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ some: 'thing' }),
});
console.log(echoed.statusCode, await echoed.body.json());

let length = 0;
const count = new Writable({ write: (chunk, _encoding, done) => ((length += chunk.length), done()) });
await client.stream({ path: '/large', method: 'GET' }, () => count);
console.log(length);

const controller = new AbortController();
const slow = await client.request({ path: '/slow', method: 'GET', signal: controller.signal });
for await (const chunk of slow.body) {
  console.log('got', String(chunk), 'and abort');
  break;
}
controller.abort();
const aborted = await request(`${origin}/aborted`);
console.log('the server says:', await aborted.body.text());

const pool = new Pool(origin, { connections: 1 });
const statuses = await Promise.all([1, 2, 3, 4].map(() => pool.request({ path: '/hello', method: 'GET' })));
for (const { statusCode, body } of statuses) console.log(statusCode, await body.text());
await pool.close();

const fetched = await fetch(`${origin}/hello`);
console.log(fetched.status, await fetched.text());
const builtIn = await globalThis.fetch(`${origin}/echo`, { method: 'POST', body: '{"by":"fetch"}' });
console.log(builtIn.status, await builtIn.json());

console.log(await (await client.request({ path: '/bye', method: 'GET' })).body.text());
await client.close();
await new Promise((resolve) => setTimeout(resolve, 50));
try {
  await stream(`${origin}/hello`, { method: 'GET' }, () => count);
} catch (error) {
  console.log(error.code, error instanceof errors.UndiciError);
}
