/** Going back in functions with loops: a search does not look at all passes of all events that it could look at. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';

/** More than a first look has patience for. */
const PASSES = 100;
const PROGRAM = `import { AF_INET, bind, recv, sendto, SOCK_DGRAM, socket } from 'sockscope';
export async function main() {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  const address = { address: '127.0.0.1', port: 7000 };
  await bind(fd, address);
  const seen = { passes: 0, rounds: 0 };
  while (seen.rounds < 30) {
    seen.rounds++;
    for (let pass = 0; pass < ${PASSES}; pass++) {
      seen.passes++;
    }
    await sendto(fd, new Uint8Array(10), 0, address);
    await recv(fd, 10);
  }
}
`;
const LINES = { bind: 5, loop: 9, pass: 10, send: 12, receive: 13 };
const ROUND = 20;

describe('debug adapter: going back in a function with a loop', function () {
  let folder: string;
  let program: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-loops-'));
    program = path.join(folder, 'loops.ts');
    writeFileSync(program, PROGRAM);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const breakAt = (adapter: Adapter, line: number, condition?: string): Promise<unknown> =>
    adapter.request('setBreakpoints', {
      source: { path: program },
      breakpoints: [{ line, ...(condition !== undefined && { condition }) }],
    });
  async function stopsAt(adapter: Adapter, line: number): Promise<void> {
    await adapter.launch({ program }, () => breakAt(adapter, line, `seen.rounds === ${ROUND}`));
    await adapter.stopped();
  }
  /** The line, and how often it has passed the loop. */
  async function place(adapter: Adapter): Promise<[number, number]> {
    return [(await adapter.stack())[0]!.line!, Number(await adapter.evaluate('seen.passes'))];
  }

  it('leads line by line through the passes of the loop', () =>
    withAdapter(async (adapter) => {
      await stopsAt(adapter, LINES.send);
      const places: unknown[] = [];
      for (let step = 0; step < 4; step++) {
        await adapter.go('stepBack');
        places.push(await place(adapter));
      }
      const all = ROUND * PASSES;
      assert.deepEqual(places, [
        [LINES.loop, all],
        [LINES.pass, all - 1],
        [LINES.loop, all - 1],
        [LINES.pass, all - 2],
      ]);
      await adapter.go('next');
      assert.deepEqual(await place(adapter), places[2]);
    }));

  it('leads over a sleep to a line before the one that has slept', () =>
    withAdapter(async (adapter) => {
      await stopsAt(adapter, LINES.send);
      await breakAt(adapter, LINES.receive);
      await adapter.go('continue');
      await adapter.go('stepBack');
      assert.equal((await place(adapter))[0], LINES.send);
      await adapter.go('stepBack');
      assert.equal((await place(adapter))[0], LINES.loop);
    }));

  it('stops at the last pass of a breakpoint in the loop, and at one before all loops', () =>
    withAdapter(async (adapter) => {
      await stopsAt(adapter, LINES.send);
      await breakAt(adapter, LINES.pass);
      await adapter.go('reverseContinue');
      assert.deepEqual(await place(adapter), [LINES.pass, ROUND * PASSES - 1]);
      await breakAt(adapter, LINES.pass, `seen.passes === ${PASSES}`);
      await adapter.go('reverseContinue');
      assert.deepEqual(await place(adapter), [LINES.pass, PASSES]);
      await breakAt(adapter, LINES.bind);
      assert.deepEqual(((await adapter.go('reverseContinue')) as Stopped).reason, 'breakpoint');
      assert.equal((await adapter.stack())[0]!.line, LINES.bind);
    }));
});
