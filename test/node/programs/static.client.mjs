// Asks static.server.mjs for files: one after another, side by side, in part, again, in vain, and not to the end.
import { createHash } from 'node:crypto';
import { host, port, serverIsUp } from './common.mjs';

const origin = `http://${host}:${port}`;
const get = async (path, headers = {}) => {
  const res = await fetch(origin + path, { headers });
  const bytes = Buffer.from(await res.arrayBuffer());
  return [res.status, bytes.length, createHash('sha256').update(bytes).digest('hex').slice(0, 8)];
};

await serverIsUp();
for (const path of ['/send', '/pipe', '/static/common.mjs', '/static/nothing'])
  console.log(path, ...(await get(path)));
for (const answer of await Promise.all(['/send', '/pipe', '/pipe', '/send'].map((path) => get(path))))
  console.log(...answer);
console.log(...(await get('/send', { range: 'bytes=1000-1999' })));
const { headers } = await fetch(`${origin}/static/common.mjs`, { method: 'HEAD' });
console.log(...(await get('/static/common.mjs', { 'if-none-match': headers.get('etag') })));

const controller = new AbortController();
const res = await fetch(`${origin}/pipe`, { signal: controller.signal });
const reader = res.body.getReader();
await reader.read();
controller.abort();
console.log(await reader.read().catch((error) => error.name));
console.log(...(await get('/bye')));
