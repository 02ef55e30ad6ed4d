/** Exploring as a whole: processes that are killed, shards that are merged, failures of the stack, progress and its end. */
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Judge } from '../../../debug-adapter/explore/judge.ts';
import type { Exploration } from '../../../debug-adapter/explore/result.ts';
import { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import { boot, createLibrary, parseConfig, runProgram } from '../../../stack/index.ts';
import { WARN_ON } from '../../../stack/kernel/printk.ts';
import { alloc_skb } from '../../../stack/net/core/skbuff/alloc.ts';
import { trace } from '../../../stack/trace/events.ts';
import { function_process } from '../../../stack/user/program.ts';
import { reportText } from '../../../debug-adapter/explore/report.ts';
import { withAdapter } from '../support/adapter.ts';
import { explored } from '../support/explored.ts';
import { CLI, Files, sockscope } from '../support/commandLine.ts';

const SERVER = `import http from 'node:http';
http.createServer((request, response) => response.end('paid')).listen(8080);
`;
const CLIENT = `await new Promise((resolve) => setTimeout(resolve, 1));
const answer = await fetch('http://127.0.0.1:8080/');
if ((await answer.text()) !== 'paid') throw new Error('wrong');
`;
/** Fails in two ways, by its seed. */
const TWO_WAYS = `const drawn = Math.random();
if (drawn < 0.3) throw new RangeError('less');
if (drawn < 0.6) process.exitCode = 3;
`;

describe('exploring as a whole', function () {
  this.timeout(60_000);
  const { scenario } = new Files();
  const read = (file: string): Exploration => JSON.parse(readFileSync(file, 'utf8')) as Exploration;

  it('kills a Node process, and opens the failure with it dead', async () => {
    const server = scenario(SERVER, 'server.mjs');
    const client = scenario(CLIENT, 'client.mjs');
    const recording = path.join(path.dirname(server), 'killed.sockscope');
    const result = path.join(path.dirname(server), 'killed.json');
    const options = ['--faults', 'kill', '--recording', recording, '--result', result];
    const ran = await sockscope('explore', server, client, '--seeds', '1..30', ...options);
    assert.equal(ran.code, 1, ran.stdout + ran.stderr);
    assert.match(ran.stdout, /client\.mjs: TypeError: fetch failed[\s\S]*ECONN/);
    const [{ trial, story, repetition }] = read(result).findings as [Exploration['findings'][number]];
    assert.equal(repetition, 'recorded');
    assert.deepEqual(
      trial.faults.map(({ kind, process: killed }) => [kind, killed]),
      [['kill', 'server.mjs']],
    );
    assert.ok(
      story.some((line) => /server\.mjs: the process is killed/.test(line)),
      story.join('\n'),
    );
    await withAdapter(async (adapter) => {
      await adapter.launch({ recording });
      const stop = await adapter.stopped();
      assert.ok(stop !== 'terminated', adapter.output.map(({ text }) => text).join(''));
      assert.match(stop.text ?? '', /^uncaught error in client\.mjs/);
      const names = (await adapter.threads()).map(({ name }) => name);
      assert.ok(!names.some((name) => name.startsWith('server.mjs')), names.join());
    });
  });

  it('merges what shards have found to what one would have found, with all failures', async () => {
    const file = scenario(TWO_WAYS, 'two.mjs');
    const at = (name: string): string => path.join(path.dirname(file), name);
    const explore = async (name: string, ...more: string[]): Promise<Exploration> => {
      const ways = ['--result', at(`${name}.json`), '--recording', at(`${name}.sockscope`), '--all'];
      const ran = await sockscope('explore', file, '--seeds', '1..12', ...ways, ...more);
      assert.equal(ran.code, 1, ran.stdout + ran.stderr);
      return read(at(`${name}.json`));
    };
    const whole = await explore('whole');
    const kinds = ({ findings }: Exploration) =>
      findings.map(({ failure, trial }) => `${failure.kind} ${trial.seed}`).sort();
    assert.deepEqual(whole.findings.map(({ failure: { kind } }) => kind).sort(), ['exit', 'uncaught']);
    assert.ok(existsSync(at('whole.sockscope')) && existsSync(at('whole-2.sockscope')), 'one recording each');
    const shards = [await explore('a', '--shard', '1/2'), await explore('b', '--shard', '2/2')];
    assert.deepEqual(
      shards.map(({ done }) => done),
      [6, 6],
    );
    const ran = await sockscope('merge', at('a.json'), at('b.json'), '--result', at('merged.json'));
    assert.equal(ran.code, 1, ran.stdout + ran.stderr);
    const merged = read(at('merged.json'));
    assert.equal(merged.done, whole.done);
    assert.deepEqual(kinds(merged), kinds(whole));
  });

  it('judges the stack by its own rules: sequence numbers, warnings, what it throws', async () => {
    /** What is said of a run in which something happens in a process. */
    const judged = async (
      happens: (machine: ReturnType<typeof boot>) => void,
    ): Promise<string | undefined> => {
      const machine = boot(parseConfig({}));
      const { world } = machine;
      const judge = new Judge(world);
      const library = createLibrary(world) as unknown as typeof import('sockscope');
      const main = async (): Promise<void> => {
        await library.sleep(1);
        happens(machine);
      };
      const program = judge.watch({ processes: [function_process('p', main)] });
      const result = await runProgram(world, program);
      const failure = judge.verdict(result, { servers: [], idle: [] }, [], 100);
      return failure === null ? undefined : `${failure.kind}: ${failure.text}`;
    };
    assert.equal(await judged(() => {}), undefined);
    const broken = (machine: ReturnType<typeof boot>): void => {
      const sk = Object.assign(Object.create(tcp_sock.prototype) as tcp_sock, {
        ...{ skc_num: 80, skc_dport: 0x1f90, skc_net: machine.init_net },
        ...{ snd_una: 5, snd_nxt: 4, write_seq: 4, copied_seq: 0, rcv_nxt: 0, rcv_wup: 0 },
        ...{ sacked_out: 0, lost_out: 0, packets_out: 0 },
      });
      trace.tcp_probe(sk, alloc_skb(machine, 0));
    };
    assert.match((await judged(broken)) ?? '', /^stack: 80 → 8080: snd_una is after snd_nxt$/);
    const warns = (machine: ReturnType<typeof boot>): void => void WARN_ON(machine, true, 'sk_wmem_queued');
    assert.match((await judged(warns)) ?? '', /^stack: the kernel says "WARNING: .*sk_wmem_queued/);
    const { world } = boot(parseConfig({}));
    const judge = new Judge(world);
    judge.threw(new Error('a bug'));
    const failure = judge.verdict(null, { servers: [], idle: [] }, [], 100)!;
    assert.equal(failure.kind, 'stack');
    assert.match(failure.text, /^the stack threw Error: a bug/);
  });

  it('says on stderr how far it is, and ends with what it has found when it is interrupted', async () => {
    const file = scenario('export async function p() {}', 'endless.ts');
    const child = spawn(process.execPath, [CLI, 'explore', file, '--seeds', '1..100000', '--jobs', '1']);
    let [out, progress] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      progress += text.toString();
      child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number | null];
    assert.match(progress, /^\d+ of 100000 seeds, \d+\.\d runs a second, no failure yet\n/);
    assert.equal(code, 0);
    assert.match(out, /^\d+ of 100000 seeds explored in \d+ runs: no failure\.\n$/);
  });

  it('tells of a failure as it stands when it is stopped while that is made smaller', async () => {
    const file = scenario("throw new RangeError('always');", 'always.mjs');
    const { findings } = await explored(
      file,
      { faults: ['loss'], seeds: { first: 3, last: 30 }, jobs: 1 },
      ({ isShrinking }, explorer) => {
        if (isShrinking) explorer.stop();
      },
    );
    assert.equal(findings.length, 1);
    const [{ failure, repetition, found, seeds }] = findings as [Exploration['findings'][number]];
    assert.match(failure.text, /RangeError: always/);
    assert.deepEqual([repetition, found.seed, seeds], ['stopped', 3, { failing: 1, tried: 1 }]);
    const whole = { subject: '', programs: [file], seeds: { first: 3, last: 30 }, faults: [] };
    const rest = { shard: { index: 1, count: 1 }, done: 1, runs: 2, servers: [], idle: [] };
    assert.match(
      reportText({ ...whole, ...rest, findings }),
      /\n {2}Exploring was stopped before this was made as small/,
    );
  });

  it('has the exit code of a failure when a time-out ends it while the failure is made smaller', async () => {
    // Waits without a processor.
    const slow = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);';
    const file = scenario(`${slow}\nthrow new RangeError('always');`, 'slow.mjs');
    const recording = path.join(path.dirname(file), 'slow.sockscope');
    const options = ['--seeds', '1..50', '--jobs', '1', '--recording', recording];
    const child = spawn(process.execPath, [CLI, 'explore', file, ...options]);
    let [out, progress] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      progress += text.toString();
      child.kill('SIGTERM');
    });
    const [code] = (await once(child, 'close')) as [number | null];
    assert.match(progress, /a failure is being made smaller/);
    assert.equal(code, 1, out);
    assert.match(out, /RangeError: always[\s\S]*Exploring was stopped before[\s\S]*: 1 failure\.\n$/);
    assert.ok(!existsSync(recording));
  });

  it('says why no recording opens what fails outside of the world', async () => {
    const source = "throw new TypeError('top');\nexport async function p() {}";
    const ran = await sockscope('explore', scenario(source, 'top.mjs'), '--seeds', '1..1');
    assert.equal(ran.code, 1);
    assert.match(ran.stdout, /No recording opens it: it fails where no event of the machine is/);
    assert.doesNotMatch(ran.stdout, /outside the machine/);
  });

  it('ends for an editor that does not want it any more, whether it says so or is gone', async () => {
    const main = path.resolve(path.dirname(CLI), '../explore/main.js');
    const program = scenario('export async function p() {}', 'wanted.ts');
    const recording = path.join(path.dirname(program), 'wanted.sockscope');
    for (const end of ['kill', 'disconnect'] as const) {
      const child = fork(main, ['en'], { execArgv: [] });
      child.send({ launch: { program }, seeds: { first: 1, last: 100_000 }, faults: [], recording });
      await once(child, 'message');
      child[end]();
      await once(child, 'exit');
      assert.ok(!existsSync(recording));
    }
  });
});
