import assert from 'node:assert/strict';
import path from 'node:path';
import { launchWish, Random, RequestGenerator, type Known } from './requestGenerator.ts';

const REQUESTS = 20_000;
const PER_THOUSAND = 1000 / REQUESTS;

function known(recordings: string[]): Known {
  return {
    frames: [],
    values: [],
    threads: [],
    fields: [],
    memory: [],
    nodes: [],
    works: [],
    recordings,
    stopped: undefined,
    stops: 0,
    returnsTo: Infinity,
  };
}
interface Launch {
  program?: string;
  recording?: string;
  whatIf?: object;
  noDebug?: boolean;
}
/** What a session that lasts is restarted with, by the number of the request. */
function restarts(recordings: string[]): Map<number, Launch> {
  const generator = new RequestGenerator(new Random(1), known(recordings), '/tmp', true);
  const found = new Map<number, Launch>();
  for (let i = 0; i < REQUESTS; i++) {
    const { command, arguments: args } = generator.next();
    assert.ok(command !== 'terminate' && command !== 'disconnect', `${command} ends the session`);
    const launch = command === 'restart' ? (args as { arguments?: Launch } | null)?.arguments : undefined;
    if (typeof launch === 'object' && launch !== null) found.set(i, launch);
  }
  return found;
}

describe('debug adapter: what a random session asks', () => {
  it('a session that lasts opens recordings and what-if runs, a few times in a thousand requests', () => {
    const launches = [...restarts(['a.sockscope']).values()];
    const recordings = launches.filter(({ recording }) => recording !== undefined).length * PER_THOUSAND;
    assert.ok(recordings > 1 && recordings < 5, `${recordings}`);
    const whatIf = launches.filter((one) => (one.whatIf as { seed?: number } | undefined)?.seed === 5);
    assert.ok(whatIf.length > 0);
  });
  it('a session that lasts saves its recordings where it stands, and pauses for that', () => {
    const client = known([]);
    const generator = new RequestGenerator(new Random(1), client, '/tmp', true);
    let saved = 0;
    for (let i = 0; i < REQUESTS; i++) {
      const { command } = generator.next();
      if (command === 'sockscope/saveRecording') saved++;
      if (command === 'sockscope/saveRecording') assert.equal(client.stopped, 100);
      if (command === 'pause') client.stopped = 100;
      if (command === 'continue') client.stopped = undefined;
    }
    assert.ok(saved * PER_THOUSAND > 2, `${saved}`);
  });
  it('each program that it is restarted with has no end', () => {
    const endless = new Set<string>();
    const random = new Random(1);
    for (let i = 0; i < 100; i++) endless.add(path.basename(launchWish(random, true)['program'] as string));
    const programs = [...restarts([]).values()].flatMap(({ program }) => program ?? []);
    assert.ok(programs.length > 0);
    for (const program of programs) assert.ok(endless.has(path.basename(program)), program);
  });
  it('a machine that is not debugged is soon restarted as one that is', () => {
    const all = [...restarts(['a.sockscope'])];
    const unheard = all.filter(([, { noDebug }]) => noDebug === true);
    assert.ok(unheard.length > 0);
    for (const [at] of unheard)
      assert.ok(
        at + 20 > REQUESTS || all.some(([i, { noDebug }]) => i > at && i <= at + 20 && noDebug !== true),
        `request ${at}`,
      );
  });
});
