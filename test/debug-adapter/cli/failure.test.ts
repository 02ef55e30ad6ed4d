/** The command line: what goes wrong in a scenario, and how it is told. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { Files, sockscope } from '../support/commandLine.ts';

describe('the command line: what goes wrong in a scenario', function () {
  this.timeout(30_000);
  const files = new Files();
  const { scenario } = files;
  it('a process that throws: exit code 1, its name, the error and the line', async () => {
    const file = scenario(
      "import { AF_INET, connect, SOCK_STREAM, socket } from 'sockscope';\nexport async function client() {\n  const fd: number = await socket(AF_INET, SOCK_STREAM);\n  await connect(fd, { address: '127.0.0.1', port: 81 });\n}\n",
    );
    const { code, stderr } = await sockscope('run', file);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^sockscope: client \(pid 100\) threw: \w*Error: connect ECONNREFUSED 127\.0\.0\.1:81 \(connection refused\)/,
    );
    assert.match(stderr, /scenario\.ts:4:/, 'the line of the scenario');
    assert.equal(stderr.trimEnd().split('\n').length, 2, `only the program's own frames:\n${stderr}`);
  });
  it("shows an error's code that its message does not have, and its cause", async () => {
    const file = scenario(
      "export async function p() {\n  const cause = new Error('inner');\n  throw Object.assign(new TypeError('outer', { cause }), { code: 'E_OUTER' });\n}\n",
      'caused.ts',
    );
    const { code, stderr } = await sockscope('run', file);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `sockscope: p (pid 100) threw: TypeError [E_OUTER]: outer\n    at p (${file}:3:23)\n  caused by Error: inner\n    at p (${file}:2:17)\n`,
    );
  });
  it('what the top level throws: its place first', async () => {
    const file = scenario(
      "function fail(): never {\n  throw new Error('no');\n}\nfail();\nexport async function p() {}\n",
      'top.ts',
    );
    assert.deepEqual(await sockscope('run', file), {
      code: 1,
      stdout: '',
      stderr: `sockscope: ${file}:2:9: the program threw Error: no\n    at fail (${file}:2:9)\n    at ${file}:4:1\n`,
    });
  });
  it('what the top level throws later, or that is no Error', async () => {
    const later = scenario(
      "void Promise.reject(new Error('later'));\nexport async function p() {}\n",
      'rejects.ts',
    );
    const rejected = await sockscope('run', later);
    assert.equal(rejected.code, 1);
    assert.equal(
      rejected.stderr,
      `sockscope: ${later}:1:21: the program threw Error: later\n    at ${later}:1:21\n`,
    );
    const text = scenario("throw 'a text';\nexport async function p() {}\n", 'text.ts');
    const thrown = await sockscope('run', text);
    assert.equal(thrown.code, 1);
    assert.equal(thrown.stderr, `sockscope: ${text}: the program threw 'a text'\n`);
  });
  it('something that is no Error is told too', async () => {
    const { code, stderr } = await sockscope(
      'run',
      scenario("export async function p() { throw 'just a text'; }"),
    );
    assert.equal(code, 1);
    assert.match(stderr, /^sockscope: p \(pid 100\) threw: 'just a text'/);
  });
  it('the others go on when one throws', async () => {
    const file = scenario(
      "import { sleep } from 'sockscope';\nexport async function bad() { throw new Error('bad'); }\nexport async function good() { await sleep(10); console.log('good'); }",
    );
    const { code, stdout } = await sockscope('run', file);
    assert.deepEqual([code, stdout], [1, 'good\n']);
  });
  it('one that another process has started counts as well', async () => {
    const file = scenario(
      "import { spawn } from 'sockscope';\nexport async function p() { await spawn('child', async () => { throw new Error('bad'); }).exited; }",
    );
    const { code, stderr } = await sockscope('run', file);
    assert.equal(code, 1);
    assert.match(stderr, /^sockscope: child \(pid 101\) threw: Error: bad/);
  });
  it('a process that sleeps for ever is named, with what it sleeps in', async () => {
    const file = scenario(
      "import { AF_INET, accept, bind, listen, SOCK_STREAM, socket } from 'sockscope';\nexport async function server() { const fd = await socket(AF_INET, SOCK_STREAM); await bind(fd, { address: '127.0.0.1', port: 80 }); await listen(fd); await accept(fd); }",
    );
    const { stderr } = await sockscope('run', file);
    assert.equal(stderr, 'sockscope: server (pid 100) still sleeps in accept: nothing is left to wake it\n');
  });
  it('a wrong argument is a TypeError that says what would be right', async () => {
    const { code, stderr } = await sockscope(
      'run',
      scenario(
        "import { socket } from 'sockscope';\nexport async function p() { await socket('AF_INET' as never, 1); }",
      ),
    );
    assert.equal(code, 1);
    assert.match(stderr, /TypeError: socket: family must be a whole number, got 'AF_INET'/);
  });
  it('a missing file', async () => {
    const { code, stderr } = await sockscope('run', path.join(files.folder, 'nothing.ts'));
    assert.equal(code, 1);
    assert.match(stderr, /^sockscope: .*nothing\.ts: cannot be read: ENOENT/);
    assert.equal(stderr.trim().split('\n').length, 1, 'one line, no stack');
  });
  it('a syntax error in TypeScript, with its line', async () => {
    const { code, stderr } = await sockscope(
      'run',
      scenario('export async function p() {\n  const x: = 1;\n}\n', 'typed.ts'),
    );
    assert.equal(code, 1);
    assert.match(stderr, /^sockscope: .*typed\.ts/);
    assert.match(stderr, /typed\.ts:2:12: /);
  });
  it('a syntax error in JavaScript, with its line', async () => {
    const { code, stderr } = await sockscope(
      'run',
      scenario('export async function p() {\n  const = 1;\n}\n', 'plain.js'),
    );
    assert.equal(code, 1);
    assert.match(stderr, /^sockscope: .*plain\.js:2:9: /);
  });
  it('TypeScript that is more than types is refused', async () => {
    const { code, stderr } = await sockscope(
      'run',
      scenario('export enum E { A }\nexport async function p() {}\n', 'enum.ts'),
    );
    assert.equal(code, 1);
    assert.match(stderr, /^sockscope: .*enum\.ts.*enum/s);
  });
  it('no exported async function', async () => {
    const { code, stderr } = await sockscope(
      'run',
      scenario("import 'sockscope';\nexport function p() {}\nasync function q() {}\nvoid q;\n"),
    );
    assert.equal(code, 1);
    assert.match(stderr, /^sockscope: .*scenario\.ts: no process: export at least one async function/);
  });
  it('an import that is not there', async () => {
    const unknown = await sockscope(
      'run',
      scenario("import x from 'no-such-package';\nexport async function p() { x; }"),
    );
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /scenario\.ts:1:\d+: cannot import 'no-such-package'/);
    const name = await sockscope(
      'run',
      scenario("import { sokket } from 'sockscope';\nexport async function p() { sokket; }"),
    );
    assert.equal(name.code, 1);
    assert.match(name.stderr, /scenario\.ts:1:10: .*'sokket': did you mean socket\?/);
  });
  it('a type that is imported as a value: with the import that is right', async () => {
    const run = async (source: string) => (await sockscope('run', scenario(source))).stderr;
    assert.match(
      await run("import { SocketAddress } from 'sockscope';\nexport async function p() {}"),
      /scenario\.ts:1:10: .*: a type is imported with `import \{ type SocketAddress \} from 'sockscope'`/,
    );
    scenario('export interface Point { x: number }', 'point.ts');
    const name = './point' + '.ts';
    assert.match(
      await run(`import { Point } from '${name}';\nexport async function p(point?: Point) { point; }`),
      /scenario\.ts:1:10: .*: a type is imported with `import \{ type Point \} from '\.\/point\.ts'`/,
    );
  });
  it("imports a file beside it, and Node's modules", async () => {
    scenario('export const word: string = "shared";', 'shared.ts');
    // Put together here, lest the build take it for an import of this file.
    const name = './shared' + '.ts';
    const file = scenario(
      `import { word } from '${name}';\nimport { basename } from 'node:path';\nexport async function p() { console.log(basename('/a/' + word)); }`,
    );
    assert.deepEqual(await sockscope('run', file), { code: 0, stdout: 'shared\n', stderr: '' });
  });
});
