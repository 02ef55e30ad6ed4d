import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkerHub } from '../../../debug-adapter/cdp/workerHub.ts';
import { growth, Lodgings, MOST_GROWTH, seen, toEvent } from '../support/lodgings.ts';
import { ROOT } from '../support/paths.ts';

const REHEARSAL = path.join(ROOT, 'dist/debug-adapter/travel/nodeRehearsal.js');
/** Keeps a program running. */
const TICKS = `setInterval(() => {}, 10);`;

/** Programs that use much of Node, and never end. */
const PROGRAMS = {
  'http.cjs': `
    const http = require('node:http');
    const agent = new http.Agent({ keepAlive: true });
    const ask = () => http.get({ port: 8080, agent, path: '/' + Math.random() }, (response) => response.resume().on('end', () => setTimeout(ask, 5)));
    http.createServer((request, response) => response.end(request.url + Date.now())).listen(8080, ask);`,
  'streams.mjs': `
    import { once } from 'node:events';
    import { connect, createServer } from 'node:net';
    import { pipeline } from 'node:stream/promises';
    import { createGunzip, createGzip } from 'node:zlib';
    import { randomBytes, createHash } from 'node:crypto';
    const server = createServer({ allowHalfOpen: true }, (socket) => void pipeline(socket, createGzip(), socket).catch(() => {})).listen(8080);
    await once(server, 'listening');
    for (;;) {
      const socket = connect(8080);
      socket.setTimeout(500);
      socket.end(randomBytes(3000));
      const hash = createHash('sha256');
      await pipeline(socket, createGunzip(), hash);
      console.log(hash.digest('hex'), performance.now());
    }`,
  'datagrams.mjs': `
    import dgram from 'node:dgram';
    import { lookup } from 'node:dns/promises';
    const { address } = await lookup('localhost');
    const socket = dgram.createSocket('udp4');
    socket.on('message', (text, { port }) => setImmediate(() => socket.send(text + '.', port, address)));
    socket.bind(5000, () => socket.send('a', 5000, address));`,
  'patches.cjs': `
    const net = require('node:net');
    const http = require('node:http');
    const { EventEmitter } = require('node:events');
    const stream = require('node:stream');
    console.log([net.mark, net.Socket.prototype.mark, http.globalAgent.mark, http.globalAgent.maxSockets, http.METHODS.length,
      EventEmitter.prototype.mark, stream.Readable.prototype.mark, http.globalAgent.listenerCount('mark')].join());
    net.mark = net.Socket.prototype.mark = http.globalAgent.mark = EventEmitter.prototype.mark = stream.Readable.prototype.mark = 1;
    http.globalAgent.maxSockets = 1;
    http.METHODS.push('MARK');
    http.globalAgent.on('mark', () => {});
    const { write } = net.Socket.prototype;
    net.Socket.prototype.write = function (...args) { console.log('write'); return write.apply(this, args); };
    const ask = () => http.get('http://127.0.0.1:8080/', (response) => response.resume().on('end', ask));
    http.createServer((_, response) => response.end('x')).listen(8080, ask);`,
} as const;

/** Programs that leave something in Node's modules. */
const SPENT = {
  'the number of listeners that is too many': `require('node:events').defaultMaxListeners = 3;`,
  'how much a stream holds': `require('node:stream').setDefaultHighWaterMark(false, 1000);`,
  'a hook in all async resources': `require('node:async_hooks').createHook({ init() {} }).enable();`,
  'the number of an async resource, which it has seen': `require('node:async_hooks').executionAsyncId();`,
  'another agent': `const http = require('node:http'); http.globalAgent = new http.Agent();`,
  'how values are shown': `require('node:util').inspect.defaultOptions.depth = 9;`,
  'a module that it has loaded': `require('node:worker_threads');`,
  'a warning that comes once in a thread': `require('node:util').deprecate(() => {}, 'old', 'OLD1')();`,
  'connections of fetch()': `fetch('http://127.0.0.1:9/').catch(() => {});`,
};

describe('a thread that a Node program has left', () => {
  let lodgings: Lodgings;
  let folder: string;
  // Other tests begin threads in this process, too.
  after(() => WorkerHub.close());
  const program = (name: string, text: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  beforeEach(() => {
    lodgings = new Lodgings();
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-node-thread-'));
  });
  afterEach(async () => {
    await lodgings.end();
    rmSync(folder, { recursive: true });
  });

  it('takes others, whose runs are the same to the last field as in threads of their own', async () => {
    await toEvent(await lodgings.begin(REHEARSAL), 3000);
    assert.equal(await lodgings.leave(), true);
    for (const [name, text] of Object.entries(PROGRAMS)) {
      const file = program(name, text);
      const debuggee = await lodgings.begin(file);
      await toEvent(debuggee, 1500);
      const later = await seen(debuggee);
      assert.equal(await lodgings.leave(), true, name);
      const fresh = new Lodgings();
      try {
        const alone = await fresh.begin(file);
        await toEvent(alone, 1500);
        assert.equal(later, await seen(alone), name);
      } finally {
        await fresh.end();
      }
    }
  });

  it('takes others wherever it has stood', async () => {
    for (let event = 10; event < 400; event += 23) {
      await toEvent(await lodgings.begin(program('http.cjs', PROGRAMS['http.cjs'])), event);
      assert.equal(await lodgings.leave(), true, `at event ${event}`);
    }
  });

  for (const name of ['http.cjs', 'streams.mjs'] as const)
    it(`has nothing of its machine in memory: ${name}`, async () => {
      const bytes = await growth(program(name, PROGRAMS[name]), 500);
      assert.ok(bytes < MOST_GROWTH, `ten machines have left ${bytes} bytes`);
    });

  for (const [what, text] of Object.entries(SPENT))
    it(`ends if the program has left ${what}`, async () => {
      const debuggee = await lodgings.begin(program('spent.cjs', `${text}\n${TICKS}`));
      await toEvent(debuggee, 60);
      assert.equal(await lodgings.leave(), false);
    });
});
