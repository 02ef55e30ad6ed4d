/**
 * Our kernel and a real one at the two ends of a wire: what programs of the real one (curl, ping, iperf3, socat)
 * see of ours.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MACHINE_FLAGS } from '../../debug-adapter/worker/thread.ts';
import { ROOT } from '../debug-adapter/support/paths.ts';
import { ended, MACHINE, RealKernel, WIRE } from './support/realKernel.ts';
import type { Report } from './support/machine.ts';

const MB = 1 << 20;
const URL = `http://${MACHINE}`;

describe('against a real kernel', function () {
  this.timeout(90_000);
  let real: RealKernel;
  let folder: string;
  before(async () => {
    real = await RealKernel.start();
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-real-'));
  });
  let running: ChildProcess | undefined;
  // A test that fails leaves the wire to the next.
  afterEach(async () => {
    if (running?.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await real.stop();
  });

  /** Start a program on a machine that is plugged into the real kernel; resolves when it listens. */
  async function machine(program: string, wire: object = {}, ...more: string[]) {
    const config = { interfaces: { eth0: { address: `${MACHINE}/24`, wire: { ...WIRE, ...wire } } } };
    const child = real.spawn(
      process.execPath,
      ...MACHINE_FLAGS,
      path.join(ROOT, 'dist/test/realKernel/support/machine.js'),
      path.join(ROOT, 'test/realKernel/fixtures', program),
      JSON.stringify(config),
      ...more,
    );
    running = child;
    const end = ended(child);
    const begun = await Promise.race([once(child.stdout!, 'data'), end]);
    if (!Array.isArray(begun)) assert.fail(`the machine ended: ${begun.stderr}`);
    return {
      /** What the program has written, and what is left of the machine at its end. */
      async over(): Promise<{ report: Report; output: string }> {
        const { stdout, stderr, code } = await end;
        assert.equal(code, 0, stderr);
        const lines = stdout.trimEnd().split('\n');
        const report = JSON.parse(lines.pop()!) as Report;
        assert.deepEqual(report.failed, []);
        assert.equal(report.difference, undefined);
        return { report, output: lines.join('\n').trimEnd() };
      },
    };
  }
  async function curl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await real.run('curl', '-sS', '-m', '30', ...args);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  it('answers ping, and in fragments too', async () => {
    const { over } = await machine('web.ts');
    for (const size of ['56', '4000']) {
      const { stdout } = await real.run('ping', '-c', '3', '-i', '0.1', '-W', '2', '-s', size, MACHINE);
      assert.match(stdout, /3 packets transmitted, 3 received, 0% packet loss/);
    }
    assert.equal(await curl(`${URL}/bye`), 'hello\n');
    await over();
  });

  it('refuses a connection to a port that nobody listens on', async () => {
    const { over } = await machine('web.ts');
    const { code, stderr } = await real.run('curl', '-sS', `${URL}:81/`);
    assert.equal(code, 7);
    assert.match(stderr, /Failed to connect/);
    assert.equal(await curl(`${URL}/bye`), 'hello\n');
    await over();
  });

  for (const [name, wire] of [
    ['a clean wire', {}],
    [
      'a wire that loses, reorders and doubles 2 % of the frames',
      { loss: 0.02, reorder: 0.02, duplicate: 0.02, latency: '200us' },
    ],
  ] as const)
    it(`carries 20 MB down and up, over ${name}`, async () => {
      const { over } = await machine('web.ts', wire);
      const file = path.join(folder, 'content');
      const down = Number(await curl('-o', file, '-w', '%{speed_download}', `${URL}/down`));
      const bytes = readFileSync(file);
      assert.equal(bytes.length, 20 * MB);
      const words = new Uint32Array(bytes.length / 4).map((_, i) => Math.imul(i, 0x9e3779b1));
      assert.ok(bytes.equals(new Uint8Array(words.buffer)), 'what was sent came down');
      const response = await curl('-T', file, '-w', ' %{speed_upload}', `${URL}/up`);
      const [hash, up] = response.split(' ');
      assert.equal(hash, createHash('sha256').update(bytes).digest('hex'));
      await curl(`${URL}/bye`);
      const { report } = await over();
      assert.deepEqual(report.sockets, []);
      console.log(
        `      ${Math.round(down / 1e5) / 10} MB/s down, ${Math.round(Number(up) / 1e5) / 10} MB/s up`,
      );
    });

  it('a thousand connections leave nothing behind, and are the same again in a replay', async () => {
    const { over } = await machine('web.ts', {}, 'replay');
    const thousand = await curl(
      ...['-Z', '--parallel-immediate', '--parallel-max', '50'],
      ...['-w', '%{http_code} %{num_connects}\\n', '-o', '/dev/null'],
      `${URL}/[1-1000]`,
    );
    assert.deepEqual([...new Set(thousand.trim().split('\n'))], ['200 1']);
    assert.equal(thousand.trim().split('\n').length, 1000);
    // Those that the client has closed first are gone at once: only the listener is left, and who asks.
    const table = (await curl(`${URL}/sockets`)).trim().split('\n').slice(1);
    assert.deepEqual(
      table.map((line) => line.trim().split(/\s+/)[3]),
      ['0A', '01'],
      table.join('\n'),
    );
    // Those that it has closed itself wait in TIME_WAIT, and then are gone as well.
    await curl('-Z', '-o', '/dev/null', `${URL}/close/[1-20]`);
    const waiting = (await curl(`${URL}/sockets`)).match(/ 06 /g);
    assert.equal(waiting?.length, 20);
    await curl(`${URL}/bye`);
    const { report } = await over();
    assert.deepEqual(report.sockets, []);
    assert.match(report.sockstat, /TCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0/);
    assert.ok(report.events > 10_000);
  });

  it('lets an unmodified Node server answer, whose timers take their time', async () => {
    const { over } = await machine('http.mjs');
    // Two requests on one connection. What has come while the machine computed is served at an earlier time,
    // by some ms, and the timer of 200 ms with it.
    const answer = await curl('-w', ' %{num_connects} %{time_total}\n', `${URL}/a`, `${URL}/b`);
    const [first, second] = answer.trim().split('\n');
    assert.match(first!, /^you asked for \/a 1 0\.(1[5-9]|[2-9])/);
    assert.match(second!, /^you asked for \/b 0 0\.(1[5-9]|[2-9])/);
    assert.equal(await curl(`${URL}/bye`), 'bye');
    const { report } = await over();
    assert.deepEqual(report.sockets, []);
  });

  for (const [name, ...option] of [
    ['receives from', '-n', '20M'],
    ['sends to', '-n', '20M', '-R'],
  ] as const)
    it(`${name} a real iperf3`, async () => {
      const { over } = await machine('iperf.ts');
      const { stdout, stderr } = await real.run('iperf3', '-J', '-c', MACHINE, ...option);
      const { end, error } = JSON.parse(stdout) as {
        error?: string;
        end: { sum_sent: { bytes: number }; sum_received: { bytes: number; bits_per_second: number } };
      };
      assert.equal(error, undefined, stderr);
      assert.ok(end.sum_received.bytes >= 20 * MB, `${end.sum_received.bytes} received`);
      await over();
      console.log(`      ${Math.round(end.sum_received.bits_per_second / 8e5) / 10} MB/s`);
    });

  it('connects to servers of the real kernel, by TCP and by UDP, and is refused by it', async () => {
    // It waits for its last bytes, however long they take.
    real.spawn('socat', '-t', '30', 'TCP-LISTEN:8000,reuseaddr', 'EXEC:cat');
    real.spawn('socat', '-t', '30', '-b', '8192', 'UDP-LISTEN:8001', 'EXEC:cat');
    for (const [listing, port] of [
      ['-ltn', 8000],
      ['-lun', 8001],
    ] as const)
      while (!(await real.run('ss', listing)).stdout.includes(`:${port} `));
    const { over } = await machine('caller.ts');
    const { report, output } = await over();
    assert.equal(output, 'tcp 5242880\nudp 4000\nudp 1\nECONNREFUSED');
    assert.deepEqual(report.sockets, []);
  });
});
