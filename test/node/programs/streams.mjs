// Streams through a connection: pipelines with compression and hashes, iterators, web streams, files.
import { createHash } from 'node:crypto';
import fs, { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { PassThrough, Readable, Transform } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import zlib, { createBrotliCompress, createBrotliDecompress, createGunzip, createGzip } from 'node:zlib';
import { promisify } from 'node:util';
import { host } from './common.mjs';

const server = net.createServer((socket) => socket.pipe(socket)).listen(0, host);
await once(server, 'listening');
const connect = () => net.connect(server.address().port, host);
const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i + (i >> 8)) & 0xff));
const sum = (data) => createHash('sha256').update(data).digest('hex').slice(0, 16);

for (const [compress, decompress] of [
  [createGzip, createGunzip],
  [createBrotliCompress, createBrotliDecompress],
]) {
  const parts = [];
  await pipeline(Readable.from([bytes]), compress(), connect(), decompress(), async function (source) {
    for await (const part of source) parts.push(part);
  });
  console.log(sum(Buffer.concat(parts)) === sum(bytes));
}
{
  const upper = new Transform({
    transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()),
  });
  console.log(await text(Readable.from(['some ', 'words']).pipe(upper).pipe(new PassThrough())));
  const failing = new Transform({ transform: (_chunk, _encoding, done) => done(new Error('in the middle')) });
  await pipeline(Readable.from(['x']), failing, connect()).catch((error) => console.log(error.message));
}
{
  const web = Readable.toWeb(Readable.from(['to ', 'the ', 'web']));
  console.log(
    await text(
      Readable.fromWeb(
        web.pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')),
      ),
    ),
  );
  const blob = new Blob(['a ', 'blob']);
  console.log(
    await blob.text(),
    await new Response(blob.stream()).text(),
    (await blob.slice(2).arrayBuffer()).byteLength,
  );
  const form = new FormData();
  form.append('file', blob, 'name');
  console.log((await new Response(form).text()).includes('a blob'));
  console.log(Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from('text'))).toString('hex'));
}
const folder = await mkdtemp(path.join(os.tmpdir(), 'streams-'));
try {
  const file = path.join(folder, 'file');
  await pipeline(createReadStream(process.argv[1]), connect(), createWriteStream(file));
  console.log(sum(await readFile(file)) === sum(fs.readFileSync(process.argv[1])));
  console.log(await text(createReadStream(file, { start: 3, end: 12, encoding: 'utf8' })));
  const [error] = await once(createReadStream(path.join(folder, 'nothing')), 'error');
  console.log(error.code);
} finally {
  await rm(folder, { recursive: true });
}
console.log(zlib.gunzipSync(await promisify(zlib.gzip)('promised')).toString());
await promisify(zlib.gunzip)('nonsense').catch((error) => console.log(error.code));
console.log((await buffer(Readable.from([bytes]))).length);
server.close();
