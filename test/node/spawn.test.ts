/** A scenario starts Node programs: processes of its machine, with arguments, an end, and errors of their own. */
import assert from 'node:assert/strict';
import { Files, sockscope } from '../debug-adapter/support/commandLine.ts';

const SERVER = `
import http from 'node:http';
const { env, argv, pid } = process;
http.createServer((request, response) => response.end([request.url, pid, env.WHO, ...argv.slice(2)].join(' '))).listen(80);
`;
const CLIENT = `
const http = require('node:http');
http.get('http://127.0.0.1/path', (response) => response.setEncoding('utf8').on('data', console.log));
process.exitCode = 3;
`;

describe('spawn() of a Node program', () => {
  const files = new Files();
  before(() => {
    files.scenario(SERVER, 'server.mjs');
    files.scenario(CLIENT, 'client.cjs');
    files.scenario('throw new Error("no luck")', 'unlucky.mjs');
    files.scenario('const = 1', 'wrong.mjs');
  });
  /** What a scenario prints whose process does this. */
  const run = (body: string) =>
    sockscope(
      'run',
      files.scenario(
        `import { getpid, recv, sleep, spawn } from 'sockscope';\nexport async function main() {\n${body}\n}`,
        'starter.mjs',
      ),
    );

  it('starts a process of the machine, with arguments and environment; its exit code is told', async () => {
    const { stdout, stderr, code } = await run(`
      spawn('./server.mjs', { args: ['one', 2], env: { WHO: 'me' }, name: 'web' });
      await sleep(10);
      const { pid, exited } = spawn('client.cjs');
      console.log(getpid(), pid, await exited);
    `);
    assert.equal(stderr, '');
    assert.equal(stdout, "/path 101 me one 2\n100 102 { pid: 102, name: 'client.cjs', code: 3 }\n");
    assert.equal(code, 0, 'it is the scenario that fails or not');
  });

  it('tells what a program threw, and a mistake in its text, with the place', async () => {
    const { stdout, stderr, code } = await run(`
      for (const file of ['unlucky.mjs', 'wrong.mjs']) {
        const { exited } = spawn(file);
        const { error, code } = await exited;
        console.log(code, error.message);
      }
    `);
    assert.match(stdout, /^1 no luck\n1 \S+wrong\.mjs:1:7: Unexpected token '='\n$/);
    assert.match(stderr, /unlucky\.mjs \(pid 101\) threw: Error: no luck/);
    assert.equal(code, 1);
  });

  it('refuses what it does not know', async () => {
    const { stdout } = await run(`
      const tries = [['nosuch.mjs'], ['client.cjs', { argv: [] }], ['client.cjs', { env: { A: true } }], ['client.cjs', 7], [7]];
      for (const one of tries)
        try { spawn(...one); } catch (error) { console.log(error.message.replace(/[.] Call.*/, '')); }
    `);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines.shift()!, /^spawn: there is no file \S+nosuch\.mjs$/);
    assert.deepEqual(lines.slice(0, 2), [
      'spawn: there is no option argv',
      'spawn: env cannot be { A: true }',
    ]);
    for (const line of lines.slice(2)) assert.match(line, /^spawn: Call it as spawn\(name, async/);
    assert.equal(lines.length, 4);
  });
});
