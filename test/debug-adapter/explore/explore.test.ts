/** Exploring: what counts as a failure, what is said of it, and what is refused. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explore } from '../../../debug-adapter/cli/explore.ts';
import { merge } from '../../../debug-adapter/cli/merge.ts';
import type { Exploration } from '../../../debug-adapter/explore/result.ts';
import type { Failure } from '../../../debug-adapter/explore/trial.ts';
import { samplePath } from '../../support/samples.ts';
import { explored } from '../support/explored.ts';
import { Files, sockscope } from '../support/commandLine.ts';

/** Its answer is lost if the server has it before the client listens to what it says. */
const FRAGILE = `
import { AF_INET, SOCK_STREAM, SO_RCVTIMEO, SOL_SOCKET, socket, bind, listen, accept, connect, send, recv, setsockopt, sleep } from 'sockscope';
const server = { address: '127.0.0.1', port: 8000 };
export async function answers() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await bind(fd, server);
  await listen(fd, 4);
  const client = await accept(fd);
  await recv(client, 100);
  await send(client, 'yes');
}
export async function asks() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, server);
  const begun = Date.now();
  await send(fd, 'well?');
  await recv(fd, 100);
  if (Date.now() - begun > 150) throw new Error('too late');
}
`;

describe('exploring', function () {
  this.timeout(60_000);
  const { scenario } = new Files();

  it('finds the fault that a program does not bear, makes the schedule small, and tells what led to the failure', async () => {
    const file = scenario(FRAGILE, 'fragile.ts');
    const result = path.join(path.dirname(file), 'found.json');
    const recording = path.join(path.dirname(file), 'found.sockscope');
    const options = ['--faults', 'loss,dup', '--jobs', '2', '--result', result, '--recording', recording];
    const ran = await sockscope('explore', file, '--seeds', '1..20', ...options);
    assert.equal(ran.code, 1, ran.stdout + ran.stderr);
    assert.match(
      ran.stdout,
      /^FAILURE {2}an error was not caught, at 0\.\d+ s, event \d+\n {2}asks: Error: too late\n/,
    );
    const { findings } = JSON.parse(readFileSync(result, 'utf8')) as Exploration;
    const [{ trial, repetition, story, seeds }] = findings as [Exploration['findings'][number]];
    assert.equal(trial.seed, 1, 'any seed will do');
    assert.equal(trial.faults.length, 1);
    assert.equal(trial.faults[0]!['kind'], 'loss');
    assert.equal(repetition, 'recorded');
    assert.deepEqual(seeds, { failing: 8, tried: 8 });
    assert.ok(
      story.some((line) =>
        / lo #\d+: 127\.0\.0\.1 .*\[PSH, ACK\].*◀ loss$/.test(line.replace(/:\d+ /g, ' ')),
      ),
      story.join('\n'),
    );
    // In the words of a launch configuration, which is refused if it is wrong.
    assert.match(
      ran.stdout,
      new RegExp(`"seed": 1, "faults": \\[\\{"kind":"loss","link":"lo","frame":\\d+\\}\\]`),
    );
  });

  const cases: [what: string, source: string, expected: Partial<Failure> | null][] = [
    [
      'an exit code',
      'process.exitCode = 3;',
      { kind: 'exit', process: 'p.mjs', text: 'ended with exit code 3' },
    ],
    [
      'a process that waits for ever',
      "import { eventfd, read } from 'sockscope';\nexport async function p() { await new Promise(() => {}); }",
      { kind: 'hang', process: 'p', text: 'waits for something that nothing is left to end' },
    ],
    [
      'a run without end',
      "import { sleep } from 'sockscope';\nexport async function p() { for (;;) await sleep(1000); }",
      { kind: 'endless', text: 'still runs after 100 s of virtual time' },
    ],
    [
      'an error outside of every process',
      "throw new TypeError('top');\nexport async function p() {}",
      { kind: 'uncaught' },
    ],
    ['no failure', 'export async function p() {}', null],
  ];
  for (const [what, source, expected] of cases)
    it(`judges: ${what}`, async () => {
      const { findings } = await explored(scenario(source, 'p.mjs'), { seeds: { first: 1, last: 1 } });
      const failure = (findings[0]?.failure ?? null) as (Failure & Record<string, unknown>) | null;
      const shown =
        failure && Object.fromEntries(Object.keys(expected ?? failure).map((key) => [key, failure[key]]));
      assert.deepEqual(shown, expected, JSON.stringify(failure));
    });

  it('tells that the run without faults fails by which others are judged, whichever seeds are asked for', async () => {
    const seedsFound = async (file: string, seed: number, more = {}): Promise<number[]> => {
      const { findings } = await explored(file, { seeds: { first: seed, last: seed }, ...more });
      return findings.map(({ found }) => found.seed);
    };
    const unlucky = ['<', '>='].map((than) =>
      scenario(
        `export async function p() { if (Math.random() ${than} 0.5) throw new Error('!'); }`,
        'unlucky.mjs',
      ),
    );
    // One of the two fails with seed 1.
    const found = await Promise.all(unlucky.map((file) => seedsFound(file, 1)));
    const file = unlucky[found.findIndex((seeds) => seeds.length > 0)]!;
    const others: number[] = [];
    for (const seed of [2, 3, 4, 5, 6]) others.push(...(await seedsFound(file, seed)));
    assert.equal(others.length, 5);
    assert.ok(others.includes(1), String(others));

    // Of a run that does not even begin nothing is known by which others can be judged.
    const top = scenario("throw new TypeError('top');\nexport async function p() {}", 'top.mjs');
    assert.deepEqual(await seedsFound(top, 2, { faults: ['loss'], all: true }), [1]);
  });

  it('refuses what cannot be meant, with the place and the cure', async () => {
    const file = samplePath('echo');
    const refused: [arguments_: string[], message: RegExp][] = [
      [[], /^FILE is missing: name a scenario or Node programs$/],
      [['no.ts', '--seeds', '1..2'], /^there is no file \S+no\.ts: name a scenario or a Node program$/],
      [[path.dirname(file), '--seeds', '1..2'], /is a folder: name a scenario/],
      [[file], /^--seeds is missing: say which, as in --seeds 1\.\.100$/],
      [[file, '--seeds', '5'], /^--seeds takes FIRST\.\.LAST, as in 1\.\.100, got "5"$/],
      [[file, '--seeds', '9..5'], /the first seed is greater than the last: write 5\.\.9$/],
      [[file, '--seeds', '1..4294967296'], /the greatest seed is 4294967295$/],
      [[file, '--seeds', '1..2', '--faults', 'los'], /no fault "los": use loss, reorder, dup, delay, kill$/],
      [[file, '--seeds', '1..2', '--shard', '3/2'], /^--shard 3\/2: the shards of 2 are 1\/2 to 2\/2$/],
      [[file, '--seeds', '1..2', '--shard', 'half'], /^--shard takes NUMBER\/COUNT, as in 1\/4, got "half"$/],
      [[file, '--seeds', '1..2', '--jobs', '0'], /^--jobs takes a whole number from 1 to 256, got "0"$/],
      [[file, '--seeds', '1..2', '--nic', 'loss=5'], /^--nic loss must be a number between 0 and 1, got 5$/],
      [[file, '--seeds', '1..2', '--pcap', 'x'], /^unknown option --pcap$/],
    ];
    for (const [given, message] of refused) await assert.rejects(explore(given), { message });
  });
});

describe('merging results', () => {
  const files = new Files();
  const EXPLORATION: Exploration = {
    subject: 'abc',
    programs: ['/p.ts'],
    seeds: { first: 1, last: 10 },
    faults: ['loss'],
    shard: { index: 1, count: 2 },
    done: 5,
    runs: 6,
    servers: [],
    idle: [],
    findings: [],
  };
  const failure: Failure = {
    kind: 'exit',
    process: 'p',
    text: 'ended with exit code 1',
    signature: 'exit|p|1',
    event: 9,
    timeNs: 0,
  };
  const finding = (seed: number) => ({
    failure,
    trial: { seed, faults: [] },
    found: { seed, faults: [] },
    seeds: { failing: 1, tried: 8 },
    repetition: 'recorded' as const,
    story: [],
  });
  const file = (name: string, content: unknown): string => {
    const written = path.join(files.folder, name);
    writeFileSync(written, typeof content === 'string' ? content : JSON.stringify(content));
    return written;
  };
  const result = (name: string, more: Partial<Exploration>): string =>
    file(name, { format: 'sockscope exploration 1', ...EXPLORATION, ...more });

  it('adds up the runs, and has a failure once that several shards have found', async () => {
    const a = result('a.json', { findings: [finding(7)] });
    const b = result('b.json', { shard: { index: 2, count: 2 }, findings: [finding(4)] });
    const merged = path.join(files.folder, 'merged.json');
    assert.equal(await merge([a, b, '--result', merged]), 1);
    const { done, runs, findings, shard } = JSON.parse(readFileSync(merged, 'utf8')) as Exploration;
    assert.deepEqual({ done, runs, shard }, { done: 10, runs: 12, shard: { index: 1, count: 1 } });
    assert.deepEqual(
      findings.map(({ trial }) => trial.seed),
      [4],
    );
  });

  it('refuses those of different explorations, twice the same shard, a missing one, and other files', async () => {
    const a = result('a.json', {});
    const second = { shard: { index: 2, count: 2 } };
    const refused: [files: string[], message: RegExp][] = [
      [[], /^FILE is missing/],
      [[a], /^merge: shard 2\/2 missing: name the result files of all shards$/],
      [[a, result('c.json', {})], /c\.json: it is shard 1 of 2, and so is \S+a\.json: leave one out$/],
      [
        [a, result('d.json', { ...second, seeds: { first: 1, last: 9 } })],
        /d\.json: its seeds are not those of \S+a\.json: merge the result files of one exploration$/,
      ],
      [
        [a, result('e.json', { ...second, subject: 'x' })],
        /e\.json: its programs or settings are not those of/,
      ],
      [
        [a, result('f.json', { shard: { index: 3, count: 3 } })],
        /f\.json: it is one of 3 shards, \S+a\.json one of 2/,
      ],
      [[a, file('g.json', '{')], /g\.json: .*: name the file that "explore --result" wrote$/],
      [[a, file('h.json', {})], /h\.json: this is no result of "explore"/],
      [
        [a, file('i.json', { ...EXPLORATION, format: 'sockscope exploration 2' })],
        /this version reads "sockscope exploration 1"/,
      ],
      [
        [a, result('j.json', { ...second, runs: 'many' as never })],
        /j\.json: its "runs" is not what explore writes/,
      ],
    ];
    for (const [given, message] of refused) await assert.rejects(merge(given), { message });
  });
});
