import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerHub } from '../../../debug-adapter/cdp/workerHub.ts';
import { entryOf } from '../../../debug-adapter/control/entry.ts';
import { Execution } from '../../../debug-adapter/control/execution.ts';
import { FunctionIndex } from '../../../debug-adapter/control/functionIndex.ts';
import { PRACTICE } from '../../../debug-adapter/control/machineThread.ts';
import { growth, Lodgings, MOST_GROWTH, seen, toEvent } from '../support/lodgings.ts';
import { fixture, ROOT } from '../support/paths.ts';

describe("a machine's thread", () => {
  it('takes its machine although a pause was wanted long before', async () => {
    const lodgings = new Lodgings();
    try {
      const debuggee = await lodgings.begin(fixture('handshake'), async (waiting) => {
        const execution = new Execution(waiting, new FunctionIndex(ROOT), () => 1);
        // On a slow host it stops while the program is loaded.
        execution.onStop = () => execution.continue();
        await execution.pause();
        // It loads its code, and stands idle longer than a pause waits for a program.
        await sleep(1500);
      });
      assert.equal(path.basename((await entryOf(debuggee))?.url ?? ''), 'handshake.ts');
    } finally {
      await lodgings.end();
    }
  });
});

describe('a thread that one machine has left', () => {
  let lodgings: Lodgings;
  let folder: string;
  // Other tests begin threads in this process, too.
  after(() => WorkerHub.close());
  const program = (text: string, ending = 'ts'): string => {
    const file = path.join(folder, `program${text.length}.${ending}`);
    writeFileSync(file, text);
    return file;
  };
  beforeEach(() => {
    lodgings = new Lodgings();
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-thread-'));
  });
  afterEach(async () => {
    await lodgings.end();
    rmSync(folder, { recursive: true });
  });

  it('takes another one, whose run is the same to the last field, wherever the one before was left', async () => {
    const first: string[] = [];
    for (const event of [40, 120, 200]) {
      const debuggee = await lodgings.begin(fixture('handshake'));
      await toEvent(debuggee, event);
      first.push(await seen(debuggee));
      assert.equal(await lodgings.leave(), true);
    }
    for (const [at, event] of [40, 120, 200].entries()) {
      const fresh = new Lodgings();
      try {
        const debuggee = await fresh.begin(fixture('handshake'));
        await toEvent(debuggee, event);
        assert.equal(first[at], await seen(debuggee), `at event ${event}`);
      } finally {
        await fresh.end();
      }
    }
  });

  it('takes one after rehearsals, which leave nothing either', async () => {
    for (const [event, practice] of [
      [3000, PRACTICE.short],
      [60_000, PRACTICE.long],
      [60_000, PRACTICE.enough],
    ] as const) {
      const debuggee = await lodgings.begin(path.join(ROOT, 'dist/debug-adapter/travel/rehearsal.js'));
      await toEvent(debuggee, event);
      assert.equal(await lodgings.leave(), true);
      assert.equal(debuggee.thread.practice, practice);
    }
    const asks = program(
      `const http = require('node:http');
      const ask = () => http.get('http://127.0.0.1:8080/', (response) => response.resume().on('end', () => setTimeout(ask, 5)));
      http.createServer((_, response) => response.end(String(Math.random()) + Date.now())).listen(8080, ask);`,
      'cjs',
    );
    for (const [file, event] of [
      [fixture('handshake'), 200],
      [asks, 3000],
    ] as const) {
      const debuggee = await lodgings.begin(file);
      await toEvent(debuggee, event);
      const rehearsed = await seen(debuggee);
      assert.equal(await lodgings.leave(), true);
      const fresh = new Lodgings();
      try {
        const alone = await fresh.begin(file);
        await toEvent(alone, event);
        assert.equal(rehearsed, await seen(alone), file);
      } finally {
        await fresh.end();
      }
    }
  });

  it('takes another one while the program waits for a timer, or has not begun', async () => {
    for (let i = 0; i < 3; i++) {
      await lodgings.begin(fixture('longSleep'));
      assert.equal(await lodgings.leave(), true);
    }
  });

  it('has nothing of its machine in memory', async () => {
    const bytes = await growth(fixture('handshake'), 100);
    assert.ok(bytes < MOST_GROWTH, `ten machines have left ${bytes} bytes`);
  });

  it('has nothing of what a program has put into the globals', async () => {
    const file = program(`
      import { getpid } from 'sockscope';
      const before = [
        'mark' in globalThis, 'mark' in Array.prototype, [].concat === mine, process.env.MARK, JSON.mark,
        Object.keys(Object.getPrototypeOf(async () => {})).length, console.log === mine, Symbol.for('mark') in Object.prototype,
        Math.max(1, 2), process.listenerCount('mark'), process.exitCode, Error.stackTraceLimit, typeof structuredClone,
      ];
      function mine() {}
      export async function main() {
        console.info(JSON.stringify(before));
        globalThis.mark = 1;
        Array.prototype.mark = 1;
        Array.prototype.concat = mine;
        Object.getPrototypeOf(async () => {}).mark = 1;
        Object.prototype[Symbol.for('mark')] = 1;
        process.env.MARK = 'x';
        process.env.PATH = 'y';
        process.exitCode = 3;
        process.on('mark', mine);
        JSON.mark = 1;
        console.log = mine;
        Object.defineProperty = Reflect.defineProperty = Reflect.ownKeys = () => [];
        Math.max = () => 7;
        Error.stackTraceLimit = 1;
        delete globalThis.structuredClone;
        await getpid();
        for (;;) await new Promise((resolve) => setTimeout(resolve, 10));
      }`);
    const outputs = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const debuggee = await lodgings.begin(file);
      await toEvent(debuggee, 200);
      const { result } = await debuggee.client.send('Runtime.evaluate', {
        expression: `JSON.stringify([globalThis.mark, Math.max(1, 2), process.env.PATH])`,
        returnByValue: true,
      });
      assert.equal(result.value, '[1,7,"y"]');
      outputs.add(
        new TextDecoder().decode(new Uint8Array(debuggee.memory.ring)).match(/\[false,.*?\]/)?.[0] ?? '',
      );
      assert.equal(await lodgings.leave(), true);
    }
    assert.equal(outputs.size, 1, [...outputs].join('\n'));
    assert.match([...outputs][0]!, /^\[false,false,false,null,null,0,false,false,2,0,null,64,"function"\]$/);
  });

  it('ends with a program that may have changed what cannot be undone', async () => {
    for (const text of [
      `import events from 'node:events'; events.defaultMaxListeners = 3; export async function main() { for (;;) await new Promise((resolve) => setTimeout(resolve, 10)); }`,
      `export async function main() { Object.freeze(Array.prototype); for (;;) await new Promise((resolve) => setTimeout(resolve, 10)); }`,
      `setInterval(() => {}, 5000); export async function main() { for (;;) await new Promise((resolve) => setTimeout(resolve, 10)); }`,
      `export async function main() { Object.preventExtensions(Math); for (;;) await new Promise((resolve) => setTimeout(resolve, 10)); }`,
    ]) {
      const debuggee = await lodgings.begin(program(text));
      await toEvent(debuggee, 60);
      assert.equal(await lodgings.leave(), false, text);
    }
  });

  it('ends with a program that does not halt', async () => {
    const debuggee = await lodgings.begin(
      program(`
        import { AF_INET, SOCK_STREAM, socket } from 'sockscope';
        export async function main() {
          for (let i = 0; i < 20; i++) await socket(AF_INET, SOCK_STREAM);
          for (;;) ;
        }`),
    );
    await toEvent(debuggee, 25);
    assert.equal(await lodgings.leave(), false);
  });
});
