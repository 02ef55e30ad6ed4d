/**
 * Node's own modules: a program prints on the machine what it prints in plain Node on the host's loopback, and
 * ends with the same code.
 */
import assert from 'node:assert/strict';
import { Files, sockscope } from '../debug-adapter/support/commandLine.ts';
import { inNode, onMachine } from './support/programs.ts';

/** Programs of one process each, which print nothing that depends on time. */
const SAME = [
  ...['net.mjs', 'http.mjs', 'tls.mjs', 'http2.mjs', 'dgram.mjs', 'dns.mjs', 'streams.mjs', 'context.mjs'],
  ...['timers.mjs', 'timeouts.mjs', 'messages.mjs', 'process.mjs', 'exit.mjs', 'uncaught.mjs'],
  ...['rejection.mjs', 'emitter.mjs', 'imports.mjs', 'modules/index.mjs', 'modules/main.cjs'],
];

describe("Node's modules", function () {
  this.timeout(60_000);
  const files = new Files();

  for (const name of SAME)
    it(`${name} does on the machine what it does in plain Node`, async () => {
      const [machine, node] = await Promise.all([onMachine([name]), inNode(name)]);
      assert.equal(machine.stdout, node.stdout, machine.log);
      assert.equal(machine.code, node.code);
    });

  it('a connection over a wire that loses everything times out as Linux has it', async () => {
    const { stdout } = await onMachine(['unreachable.mjs'], '--nic', 'loss=1');
    assert.equal(stdout, 'ETIMEDOUT connect 127.0.0.1 after 130 s\n');
  });

  it('what would run outside of the machine is refused by name', async () => {
    const { stdout, code } = await onMachine(['outside.mjs']);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.split(':')[0]),
      ['spawn', 'getBuiltinModule', 'execSync', 'fork', 'cluster', 'Worker', 'listen', 'connect', ''],
    );
    assert.match(
      stdout,
      /child_process\.spawn\(\) would run outside of the machine, unseen: list the program/,
    );
    assert.match(stdout, /listen EAFNOSUPPORT/);
    assert.equal(code, 0);
  });

  it("options are system calls, and dates are the machine's", async () => {
    const { stdout, log } = await onMachine(['options.mjs'], '--trace', 'syscalls:sys_enter');
    const calls = stdout.match(/setsockopt\(.*?\)/g) ?? [];
    for (const call of ['1, 9, 1)', '6, 1, 1)', '6, 4, 5)'])
      assert.ok(
        calls.some((one) => one.endsWith(call)),
        `${call} in ${calls.join(' ')}${log}`,
      );
    assert.match(stdout, /^Mon, 01 Jan 2024 00:00:00 GMT 2024-01-01T00:00:00\.\d+Z$/m);
  });

  it("dates of HTTP/2 are the machine's, unless the program has its own", async () => {
    const { stdout, log } = await onMachine(['dates.mjs']);
    const date = 'Mon, 01 Jan 2024 00:00:00 GMT';
    assert.equal(stdout, `/ ${date}\n/own mine\n/none undefined\nresponse.end() ${date}\n`, log);
  });

  it('TypeScript runs as it is written, as an ES module and as CommonJS', async () => {
    files.scenario('{ "type": "module" }', 'package.json');
    files.scenario("exports.kind = 'CommonJS' as string;", 'helper.cts');
    files.scenario('export interface Kind { kind: string }\nexport const one: number = 1;', 'types.ts');
    const main = files.scenario(
      `import { kind } from './helper.cts';
import { one, type Kind } from './types.ts';
const given: Kind = { kind };
console.log(given.kind, one satisfies number, import.meta.filename.endsWith('main.ts'));`,
      'main.ts',
    );
    const common = files.scenario(
      `const { kind }: { kind: string } = require('./helper.cts');\nconsole.log(kind, __filename.endsWith('.cts'));`,
      'main.cts',
    );
    assert.deepEqual(await sockscope('run', main), { code: 0, stdout: 'CommonJS 1 true\n', stderr: '' });
    assert.deepEqual(await sockscope('run', common), { code: 0, stdout: 'CommonJS true\n', stderr: '' });
  });

  it('process.exit() of one program ends the run, with its code, when the others only serve', async () => {
    const client = files.scenario(
      `import http from 'node:http';
setTimeout(() => http.get('http://127.0.0.1:8000/hello', (res) => res.on('data', (text) => {
  console.log(String(text));
  process.exit(5);
})), 100);`,
      'client.mjs',
    );
    const { code, stdout } = await onMachine(['http.server.mjs', client]);
    assert.deepEqual({ code, stdout }, { code: 5, stdout: 'hello\n' });
  });

  it('an error that nobody catches ends its program only, and names its place', async () => {
    const failing = files.scenario("setTimeout(() => {\n  throw new Error('mine');\n}, 10);", 'failing.mjs');
    const other = files.scenario("setTimeout(() => console.log('still here'), 50);", 'other.mjs');
    const { code, stdout, stderr } = await sockscope('run', failing, other);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: 'still here\n' });
    assert.match(stderr, /failing\.mjs \(pid \d+\) threw: Error: mine\n.*failing\.mjs:2:9/);
  });
});
