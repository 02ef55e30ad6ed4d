/** The command line: what it prints and how it exits. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { samplePath } from '../../support/samples.ts';
import { CLI, Files, sockscope } from '../support/commandLine.ts';

describe('the command line', function () {
  this.timeout(30_000);
  const { scenario } = new Files();
  it('runs a scenario to its end and passes its output through', async () => {
    const ran = await sockscope('run', samplePath('first-handshake'));
    assert.deepEqual(ran, {
      code: 0,
      stdout: 'client is connected\nclient received "welcome"\n',
      stderr: '',
    });
  });
  it('console.error goes to stderr, and is no failure', async () => {
    const ran = await sockscope(
      'run',
      scenario("export async function p() { console.error('to %s', 'stderr'); console.log({ a: 1 }); }"),
    );
    assert.deepEqual(ran, { code: 0, stdout: '{ a: 1 }\n', stderr: 'to stderr\n' });
  });
  it('time passes at once: a scenario that sleeps for an hour', async () => {
    const started = performance.now();
    const file = scenario(
      "import { sleep } from 'sockscope';\nexport async function p() { await sleep(3_600_000); console.log(Date.now() - Date.UTC(2024, 0, 1)); }",
    );
    assert.deepEqual(await sockscope('run', file), { code: 0, stdout: '3600000\n', stderr: '' });
    assert.ok(performance.now() - started < 10_000);
  });

  it('what follows -- are the arguments of a Node program, whose exit code counts', async () => {
    const file = scenario('console.log(process.argv.slice(2));\nprocess.exitCode = 3;');
    assert.deepEqual(await sockscope('run', file, '--', '--port', '80'), {
      code: 3,
      stdout: "[ '--port', '80' ]\n",
      stderr: '',
    });
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const file = scenario(
      "import { sleep } from 'sockscope';\nexport async function p() { for (let i = 0; ; i++) { console.log('line', i); await sleep(1); } }",
    );
    const child = spawn(process.execPath, [CLI, 'run', file]);
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.deepEqual([code, stderr], [141, ''], 'as a shell shows a program that SIGPIPE has ended');
  });

  describe('--trace', () => {
    it('prints tracepoints as ftrace does, among the output', async () => {
      const { code, stdout } = await sockscope(
        'run',
        samplePath('first-handshake'),
        '--trace',
        'sock:inet_sock_set_state,syscalls:sys_exit',
      );
      assert.equal(code, 0);
      const lines = stdout.trimEnd().split('\n');
      assert.match(lines[0]!, /^ +server-100 \[000\] 0\.000000000: sys_exit: socket -> 3$/);
      assert.ok(
        lines.some((line) =>
          / inet_sock_set_state: family=AF_INET sport=8000 dport=\d+ .*oldstate=TCP_SYN_RECV newstate=TCP_ESTABLISHED$/.test(
            line,
          ),
        ),
      );
      assert.ok(lines.includes('client is connected'));
    });
    it('takes patterns, several times', async () => {
      const { stdout } = await sockscope(
        'run',
        samplePath('first-handshake'),
        '--trace',
        'irq:softirq_*',
        '--trace=napi:*',
      );
      const names = new Set([...stdout.matchAll(/^ .*?\d: (\w+):/gm)].map(([, name]) => name));
      assert.deepEqual([...names].sort(), ['napi_poll', 'softirq_entry', 'softirq_exit', 'softirq_raise']);
    });
  });
});
