/** What a program reads of the host's environment, and asks node:os: a repeated run has the same, and a recording no more. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { withAdapter } from '../support/adapter.ts';

const SOURCE = `import os from 'node:os';
const port = process.env.FILES_TEST_PORT ?? 'none';
const has = ['FILES_TEST_SECRET', 'FILES_TEST_NONE'].map((name) => Object.keys(process.env).includes(name));
process.env.FILES_TEST_OWN = 1;
delete process.env.FILES_TEST_GONE;
await new Promise((done) => setTimeout(done, 1));
const own = [process.env.FILES_TEST_OWN, process.env.FILES_TEST_GONE, 'FILES_TEST_GONE' in process.env, 'FILES_TEST_PORT' in process.env];
const seen = JSON.stringify([port, process.env.FILES_TEST_NONE, has, own, os.freemem(), os.uptime(), \`\${os.hostname}\`, os.cpus()]);
let a = 1;
a = 2;
console.log(a);
console.log(process.env);
`;
const LINE = 11;

describe("the host's environment in a run that is repeated", function () {
  this.timeout(60_000);
  let folder: string;
  const variables = { FILES_TEST_PORT: '81', FILES_TEST_SECRET: 'not for anybody', FILES_TEST_GONE: 'x' };
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'sockscope-environment-'))));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  });

  it('is as the program has read it, and what it has not read is in no recording', async () => {
    const program = path.join(folder, 'program.mjs');
    const recording = path.join(folder, 'run.sockscope');
    writeFileSync(program, SOURCE);
    Object.assign(process.env, variables);
    let then = '';
    await withAdapter(async (adapter) => {
      await adapter.launch({ program }, () =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: LINE }] }),
      );
      await adapter.stopped();
      then = await adapter.evaluate('seen');
      const [port, none, has, own] = JSON.parse(JSON.parse(then) as string) as unknown[];
      assert.deepEqual([port, none, has, own], ['81', null, [true, false], ['1', null, false, true]]);
      await adapter.custom('sockscope/saveRecording', { path: recording });
      await adapter.go('stepBack');
      assert.equal(await adapter.evaluate('seen'), then);
      await adapter.go('continue');
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(adapter.output.map(({ text }) => text).join(''), /FILES_TEST_SECRET: 'not for anybody'/);
    });
    const written = gunzipSync(readFileSync(recording)).toString();
    assert.ok(written.includes('FILES_TEST_PORT'));
    assert.ok(!written.includes('not for anybody'));
    process.env['FILES_TEST_PORT'] = '82';
    process.env['FILES_TEST_NONE'] = 'here it is';
    await withAdapter(async (adapter) => {
      await adapter.launch({ recording });
      assert.notEqual(await adapter.stopped(), 'terminated');
      assert.equal(await adapter.evaluate('seen'), then);
      await adapter.go('stepBack');
      assert.equal(await adapter.evaluate('seen'), then);
    });
    Reflect.deleteProperty(process.env, 'FILES_TEST_NONE');
  });
});
