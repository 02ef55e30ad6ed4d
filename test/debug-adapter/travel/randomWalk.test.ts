/**
 * Random walks through a run, forward and back: the state at each place is what it was when the run came there for
 * the first time.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { UNCAUGHT_FILTER } from '../../../debug-adapter/filters/all.ts';
import type { TreeItem } from '../../../debug-adapter/protocol.ts';
import { Random } from '../../support/random.ts';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { fixture, ROOT } from '../support/paths.ts';

const SEEDS = process.env['SEED'] === undefined ? [1] : [Number(process.env['SEED'])];
const PROGRAMS = [
  fixture('handshake'),
  path.join(ROOT, 'samples/two-hosts.ts'),
  path.join(ROOT, 'samples/accept-queue-overflow.ts'),
];
const FORWARD = ['continue', 'continue', 'next', 'stepIn', 'stepIn', 'stepOut'] as const;
const STEPS = 8;

type Command = Parameters<Adapter['go']>[0];
interface Seen {
  command: Command | undefined;
  stop: Stopped;
  place: string;
  state: string[];
}

async function look(adapter: Adapter, stop: Stopped, command?: Command): Promise<Seen> {
  const state = [`event ${await adapter.evaluate('world.event')}`];
  for (const { id, name } of await adapter.threads()) {
    const frames = await adapter.stack(id);
    state.push(`${name}: ${frames.map((frame) => `${frame.name}:${frame.line}`).join(' < ')}`);
  }
  const frames = await adapter.stack();
  for (const { id, name } of frames.slice(0, 2))
    for (const scope of await adapter.scopes(id))
      if (scope.name === 'Locals')
        for (const variable of await adapter.variables(scope.variablesReference))
          state.push(`${name} ${variable.name} = ${variable.value}`);
  state.push(...(await treeText(adapter)));
  const [top] = frames;
  return { command, stop, place: `${top!.name}:${top!.line} of ${adapter.thread}`, state };
}
async function treeText(adapter: Adapter, parent?: TreeItem, depth = 0): Promise<string[]> {
  if (depth > 5) return [];
  const lines: string[] = [];
  for (const item of await adapter.tree('sockets', parent?.id)) {
    lines.push(`${' '.repeat(depth)}${item.label} ${item.description ?? ''}`);
    if (item.collapsible !== 'none') lines.push(...(await treeText(adapter, item, depth + 1)));
  }
  return lines;
}

function same(again: Seen, before: Seen, walk: readonly string[]): void {
  assert.deepEqual([again.place, ...again.state], [before.place, ...before.state], walk.join('\n'));
}

for (const seed of SEEDS)
  describe(`debug adapter: a random walk in time (SEED=${seed})`, function () {
    this.timeout(180_000);
    for (const program of PROGRAMS)
      it(path.basename(program), () =>
        withAdapter(async (adapter) => {
          const random = new Random(seed);
          const walk: string[] = [];
          await adapter.launch({ program, stopOnEntry: true }, async () => {
            await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_rcv' }] });
            await adapter.request('setExceptionBreakpoints', { filters: ['transition', UNCAUGHT_FILTER] });
          });
          const seen = [await look(adapter, (await adapter.stopped()) as Stopped)];
          for (let i = 0; i < STEPS; i++) {
            const command = random.pick(FORWARD);
            const stop = await adapter.go(command);
            assert.notEqual(stop, 'terminated', walk.join('\n'));
            seen.push(await look(adapter, stop as Stopped, command));
            walk.push(`${command}: ${seen.at(-1)!.place}`);
          }
          const isStop = ({ stop }: Seen): boolean => stop.reason !== 'step' && stop.reason !== 'entry';
          // Back to a stop before, twice, and from there forward again as before.
          let at = seen.length - 1;
          for (let i = 0; i < 2 && at > 0; i++) {
            const stop = (await adapter.go('reverseContinue')) as Stopped;
            const before = seen.slice(0, at).findLastIndex(isStop);
            at = Math.max(0, before);
            const here = await look(adapter, stop);
            walk.push(`reverseContinue: ${here.place}`);
            if (before < 0) assert.equal(stop.reason, 'entry', walk.join('\n'));
            same(here, seen[at]!, walk);
          }
          while (at < seen.length - 1) {
            const { command } = seen[++at]!;
            const stop = (await adapter.go(command!)) as Stopped;
            const here = await look(adapter, stop);
            walk.push(`${command}: ${here.place}`);
            same(here, seen[at]!, walk);
          }
          assert.equal(adapter.output.filter(({ category }) => category === 'important').length, 0);
        }),
      );
  });
