// AsyncLocalStorage through requests that run side by side.
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import http from 'node:http';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import fs from 'node:fs';
import dns from 'node:dns';
import zlib from 'node:zlib';
import crypto from 'node:crypto';
import { text } from 'node:stream/consumers';
import { host } from './common.mjs';

const storage = new AsyncLocalStorage();
const steps = {
  timeout: (done) => setTimeout(done, 5),
  immediate: (done) => setImmediate(done),
  tick: (done) => process.nextTick(done),
  promise: (done) => Promise.resolve().then(done),
  file: (done) => readFile(process.argv[1]).then(done),
  callback: (done) => fs.stat(process.argv[1], done),
  lookup: (done) => dns.lookup('localhost', done),
  gzip: (done) => zlib.gzip('some text', done),
  pbkdf2: (done) => crypto.pbkdf2('secret', 'salt', 10, 16, 'sha256', done),
  bytes: (done) => crypto.randomBytes(4, done),
};
const finished = [];
const server = http.createServer((req, res) => {
  storage.run({ url: req.url }, async () => {
    const seen = [];
    for (const [name, step] of Object.entries(steps)) {
      await new Promise((resolve) =>
        step(() => {
          seen.push(`${name}:${storage.getStore()?.url}`);
          resolve();
        }),
      );
    }
    req.resume().on('end', () => {
      res.end(`${seen.join(' ')} end:${storage.getStore()?.url}`);
      res.on('finish', () => finished.push(storage.getStore()?.url));
    });
  });
});
server.listen(0, host);
await once(server, 'listening');
const ask = async (path) => {
  const [res] = await storage.run(`client ${path}`, () =>
    once(http.get({ host, port: server.address().port, path }), 'response'),
  );
  return text(res);
};
for (const answer of await Promise.all([ask('/one'), ask('/two')])) console.log(answer);

console.log('finished', ...finished.sort());

// A client's own callbacks, and a bound emitter.
await new Promise((resolve) =>
  storage.run('outer', () =>
    http.get({ host, port: server.address().port, path: '/x' }, (res) => {
      console.log('response', storage.getStore());
      res.resume().on('end', () => resolve(console.log('end', storage.getStore())));
    }),
  ),
);
const emitter = new EventEmitter();
storage.run('bound', () =>
  emitter.on(
    'event',
    AsyncResource.bind(() => console.log(storage.getStore())),
  ),
);
storage.run('other', () => emitter.emit('event'));
console.log(storage.getStore());
server.close();
