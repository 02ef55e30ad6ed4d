/** `debugger` statements of a program: a run that is repeated passes over them, and going back stops there. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';

const SCENARIO = `import { sleep } from 'sockscope';
debugger;
export async function main() {
  let a = 1;
  for (let i = 0; i < 2; i++) {
    debugger;
    await sleep(1);
  }
  a = 2;
  a = 3;
  console.log(a);
}
`;
const NODE = `import net from 'node:net';
const server = net.createServer((socket) => {
  debugger;
  socket.end('bye');
});
server.listen(80, '127.0.0.1', () => {
  const socket = net.connect(80, '127.0.0.1');
  socket.on('data', function got(data) {
    let a = 1;
    a = 2;
    console.log(String(data), a);
    server.close();
  });
});
`;
const STATEMENT = 'Paused on debugger statement';

async function withProgram(
  name: string,
  text: string,
  use: (program: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-statements-'));
  try {
    const program = path.join(folder, name);
    await writeFile(program, text);
    await use(program, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
const breakAt = (adapter: Adapter, file: string, ...lines: number[]): Promise<unknown> =>
  adapter.request('setBreakpoints', {
    source: { path: file },
    breakpoints: lines.map((line) => ({ line })),
  });
/** What a stop says, and where it is: `step  main:9`. */
async function seen(adapter: Adapter, stop: Stopped | 'terminated'): Promise<string> {
  if (stop === 'terminated') return stop;
  const [top] = await adapter.stack();
  return `${stop.reason} ${stop.description ?? ''} ${top!.name}:${top!.line}`;
}
async function go(adapter: Adapter, ...commands: Parameters<Adapter['go']>[0][]): Promise<string[]> {
  const all: string[] = [];
  for (const command of commands) all.push(await seen(adapter, await adapter.go(command)));
  return all;
}

describe('debug adapter: debugger statements in the past', () => {
  it('of a scenario are passed by a step back and on the way to an event', () =>
    withProgram('scenario.ts', SCENARIO, (program) =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program }, () => breakAt(adapter, program, 10));
        assert.equal(await seen(adapter, await adapter.stopped()), `breakpoint ${STATEMENT} (module):2`);
        const statement = `breakpoint ${STATEMENT} main:6`;
        const forward = await go(adapter, 'continue', 'continue', 'continue');
        assert.deepEqual(forward, [statement, statement, 'breakpoint  main:10']);
        assert.deepEqual(await go(adapter, 'stepBack'), ['step  main:9']);
        const stop = adapter.stopped();
        await adapter.custom('sockscope/goToEvent', { event: 9 });
        await stop;
        assert.equal(await adapter.evaluate('world.event'), '9');
      }),
    ));

  it('of a scenario stop reverse-continue, each visit of them, and the machine that goes on from there', () =>
    withProgram('scenario.ts', SCENARIO, (program) =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program }, () => breakAt(adapter, program, 10, 4));
        await adapter.stopped();
        const count = async (stop: string): Promise<string> => `${stop} ${await adapter.evaluate('i')}`;
        const forward = await go(adapter, 'continue', 'continue', 'continue', 'continue');
        const back: string[] = [];
        for (let i = 0; i < 2; i++) back.push(await count((await go(adapter, 'reverseContinue'))[0]!));
        const statement = `breakpoint ${STATEMENT} main:6`;
        assert.deepEqual(back, [`${statement} 1`, `${statement} 0`]);
        assert.deepEqual(await go(adapter, 'reverseContinue'), ['breakpoint  main:4']);
        assert.deepEqual(await go(adapter, 'continue', 'continue'), forward.slice(1, 3));
        // A breakpoint at the statement says that it stops there, once.
        await breakAt(adapter, program, 6);
        assert.deepEqual(await go(adapter, 'reverseContinue', 'reverseContinue'), [
          'breakpoint  main:6',
          'entry Paused at the beginning main:4',
        ]);
      }),
    ));

  it('at which something was changed stop it, too', () =>
    withProgram('scenario.ts', SCENARIO, (program) =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program }, () => breakAt(adapter, program, 10));
        await adapter.stopped();
        await go(adapter, 'continue');
        await adapter.evaluate('current.comm = "other"');
        const forward = await go(adapter, 'continue', 'continue');
        await breakAt(adapter, program);
        const back = await go(adapter, 'reverseContinue', 'reverseContinue');
        assert.deepEqual(back, [forward[0], forward[0]]);
        assert.equal(await adapter.evaluate('i'), '0');
        await go(adapter, 'reverseContinue');
        assert.deepEqual(await go(adapter, 'continue', 'continue'), back);
        assert.equal(await adapter.evaluate('current.comm'), '"other"');
      }),
    ));

  it('of a Node program are passed, and stop reverse-continue', () =>
    withProgram('server.mjs', NODE, (program) =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program }, () => breakAt(adapter, program, 11));
        const statement = `breakpoint ${STATEMENT} (anonymous):3`;
        assert.equal(await seen(adapter, await adapter.stopped()), statement);
        await go(adapter, 'continue');
        assert.deepEqual(await go(adapter, 'stepBack', 'stepBack'), ['step  got:10', 'step  got:9']);
        assert.deepEqual(await go(adapter, 'reverseContinue', 'next'), [statement, 'step  (anonymous):4']);
      }),
    ));

  it('are passed on the way to where a recording stands', () =>
    withProgram('scenario.ts', SCENARIO, async (program, folder) => {
      const file = path.join(folder, 'run.sockscope');
      await withAdapter(async (adapter) => {
        await adapter.launch({ program }, () => breakAt(adapter, program, 10));
        await adapter.stopped();
        await go(adapter, 'continue', 'continue', 'continue');
        const { isExact } = await adapter.custom('sockscope/saveRecording', { path: file });
        assert.equal(isExact, true);
      });
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording: file });
        const opened = await seen(adapter, await adapter.stopped());
        assert.equal(opened, 'goto Paused where the recording stands main:10');
        assert.deepEqual(await go(adapter, 'reverseContinue'), [`breakpoint ${STATEMENT} main:6`]);
      });
    }));
});
