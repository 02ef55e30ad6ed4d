/** Programs that use files of the host: a repeated run sees what was there, and touches nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withAdapter, type Adapter } from '../support/adapter.ts';

/** What a program does with files of its folder, in each of the ways that Node has. @returns what it has seen */
const WORK = `
async function work(folder) {
  const seen = {};
  const at = (name) => folder + '/' + name;
  const text = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const called = (name, ...args) => promisify(fs[name])(...args);
  const failure = async (act) => { try { await act(); return 'none'; } catch (error) { return [error.name, error.code, error instanceof Error].join(); } };

  // Into memory of the program.
  const fd = fs.openSync(at('in.txt'), 'r');
  const memory = [1, 2, 3, 4, 5].map(() => Buffer.alloc(6, '.'));
  seen.counts = [fs.readSync(fd, memory[0], 1, 4, 0), fs.readSync(fd, memory[1], { position: 3 })];
  seen.readv = fs.readvSync(fd, [new Uint16Array(memory[2].buffer, memory[2].byteOffset, 3), memory[3]], 0);
  const back = await called('read', fd, memory[4], 0, 6, 2);
  seen.back = [back.bytesRead, back.buffer === memory[4]];
  await new Promise((done) => fs.read(fd, (error, count, buffer) => { seen.own = [count, text(buffer).slice(0, count)]; done(); }));
  seen.memory = memory.map(text);
  seen.fstat = fs.fstatSync(fd).size;
  fs.closeSync(fd);
  const handle = await fs.promises.open(at('in.txt'));
  const page = await handle.read({ buffer: Buffer.alloc(3), position: 1 });
  seen.handle = [page.bytesRead, text(page.buffer), (await handle.stat()).isFile(), handle.fd > 2, handle.constructor.name];
  seen.lines = [];
  for await (const line of handle.readLines({ start: 0 })) seen.lines.push(line);
  seen.closed = await failure(() => handle.stat());
  const bigger = await fs.promises.open(at('in.txt'), 'r+');
  seen.all = [(await bigger.readFile('utf8')).length, (await fs.promises.readFile(at('in.txt'))).length];
  await bigger.close();

  // What is told of files.
  const stats = [fs.statSync(at('in.txt')), await fs.promises.lstat(at('in.txt')), await called('stat', at('in.txt'))];
  seen.stats = stats.map((one) => [one.size, one.isFile(), one.isDirectory(), one.mtime.getTime() === Math.round(one.mtimeMs), one instanceof fs.Stats]);
  const big = fs.statSync(at('in.txt'), { bigint: true });
  seen.big = [big.size === BigInt(stats[0].size), typeof big.mtimeNs, big.isFile(), big.mtime instanceof Date];
  seen.bsize = typeof (await fs.promises.statfs(folder)).bsize;
  const kinds = (entries) => entries.map((one) => [one.name, one.isFile(), one.isDirectory(), one.parentPath === folder]).sort();
  seen.entries = kinds(fs.readdirSync(folder, { withFileTypes: true }));
  seen.opened = [];
  for await (const entry of await fs.promises.opendir(folder)) seen.opened.push(entry);
  seen.opened = kinds(seen.opened);
  const dir = fs.opendirSync(at('sub'));
  seen.dir = [dir.readSync()?.name, await dir.read(), await failure(async () => { dir.closeSync(); dir.readSync(); })];
  seen.there = [fs.existsSync(at('in.txt')), fs.existsSync(at('none')), await promisify(fs.exists)(at('in.txt'))];
  seen.access = [await failure(() => fs.accessSync(at('none'))), await failure(() => fs.promises.access(at('in.txt')))];
  seen.real = [fs.realpathSync(at('sub/..')) === fs.realpathSync.native(folder), await called('realpath', at('none')).catch((error) => error.code)];
  seen.wrong = await failure(() => fs.readFileSync(at('in.txt'), 'no encoding'));
  seen.blob = fs.openAsBlob === undefined ? '' : await (await fs.openAsBlob(at('in.txt'))).text();

  // Changes.
  const out = await fs.promises.open(at('handle.txt'), 'w');
  await out.write('one\\n');
  await out.writev([Buffer.from('two\\n'), Buffer.from('three\\n')]);
  await out.appendFile(['fo', 'ur\\n']);
  await out.truncate(10);
  await out.sync();
  await out.close();
  fs.writeFileSync(at('sync.txt'), 'sync\\n');
  fs.appendFileSync(at('appended.txt'), 'again\\n');
  await called('appendFile', at('appended.txt'), 'and again\\n');
  await fs.promises.appendFile(at('appended.txt'), 'once more\\n');
  await fs.promises.writeFile(at('written.txt'), (async function* () { yield 'by '; yield Buffer.from('parts'); })());
  for (const make of [(file) => fs.createWriteStream(file, { flags: 'a' }), (file) => new fs.WriteStream(file)]) {
    const stream = make(at('stream.txt'));
    await new Promise((done) => stream.on('close', done).end('streamed\\n'));
  }
  seen.streamed = '';
  for await (const part of new fs.ReadStream(at('stream.txt'), { encoding: 'utf8' })) seen.streamed += part;
  const raw = fs.openSync(at('raw.txt'), 'w+');
  seen.written = [fs.writeSync(raw, 'raw'), (await called('write', raw, Buffer.from(' bytes'))).bytesWritten];
  fs.ftruncateSync(raw, 5);
  fs.futimesSync(raw, 1, 2);
  fs.fchmodSync(raw, 0o600);
  await new Promise((done) => fs.close(raw, done));
  fs.mkdirSync(at('made/deep'), { recursive: true });
  await fs.promises.rmdir(at('made/deep'));
  fs.copyFileSync(at('in.txt'), at('copy.txt'));
  fs.cpSync(at('in.txt'), at('copied.txt'));
  fs.renameSync(at('copy.txt'), at('renamed.txt'));
  await called('link', at('in.txt'), at('linked.txt'));
  await fs.promises.symlink('in.txt', at('symlink.txt'));
  seen.target = fs.readlinkSync(at('symlink.txt'));
  fs.chmodSync(at('renamed.txt'), 0o640);
  await called('utimes', at('renamed.txt'), 3, 4);
  fs.truncateSync(at('copied.txt'), 2);
  await fs.promises.rm(at('gone.txt'));
  fs.unlinkSync(at('linked.txt'));
  seen.temporary = (await fs.promises.mkdtemp(at('t-'))).startsWith(at('t-'));
  seen.after = fs.readFileSync(at('in.txt'), 'utf8');
  return seen;
}`;
const IMPORTS = `import fs from 'node:fs';\nimport { promisify } from 'node:util';\n`;
const BUILTINS = `const fs = process.getBuiltinModule('node:fs');\nconst { promisify } = process.getBuiltinModule('util');\n`;
/** The statements behind the work, of which the last is stood at, and what comes then. */
const END = (print: string) => `
  const folder = process.argv[2] ?? FOLDER;
  const seen = JSON.stringify(await work(folder));
  let a = 1;
  a = 2;
  console.log(${print}, a); // here
  let late = 'written';
  try { fs.writeFileSync(folder + '/late.txt', 'late'); } catch (error) { late = error.code + ' ' + error.syscall; }
  try { fs.closeSync(1000); } catch (error) { late += ' ' + error.code; }
  console.log('late:', late);`;

describe('files of the host in a run that is repeated', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'sockscope-files-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A folder of files for the program. */
  function prepared(name: string): string {
    const made = path.join(folder, name);
    mkdirSync(path.join(made, 'sub'), { recursive: true });
    writeFileSync(path.join(made, 'sub/one.txt'), '1');
    writeFileSync(path.join(made, 'in.txt'), 'contents\nof the file\n');
    writeFileSync(path.join(made, 'gone.txt'), '');
    writeFileSync(path.join(made, 'appended.txt'), 'first\n');
    return made;
  }
  /** All that is in a folder. */
  function contents(of: string): string[] {
    return readdirSync(of, { recursive: true })
      .map(String)
      .sort()
      .map((name) => {
        const file = path.join(of, name);
        const { mode, size, mtimeMs, ctimeMs } = lstatSync(file);
        const isRead = !name.startsWith('t-') && lstatSync(file).isFile();
        return [name, mode, size, mtimeMs, ctimeMs, isRead ? readFileSync(file, 'utf8') : ''].join(' ');
      });
  }
  const text = (adapter: Adapter) => adapter.output.map((one) => one.text).join('');
  const seen = async (adapter: Adapter): Promise<unknown> =>
    JSON.parse(JSON.parse(await adapter.evaluate('seen')) as string);

  const nodeProgram = (imports: string, data: string): { file: string; source: string } => ({
    file: 'program.mjs',
    source: `${imports}${WORK}\nconst FOLDER = ${JSON.stringify(data)};\nawait new Promise((done) => setTimeout(done, 1));\n${END('"seen"')}\n`,
  });
  const programs = {
    'a Node program': (data: string) => nodeProgram(IMPORTS, data),
    'a Node program that imports nothing': (data: string) => nodeProgram(BUILTINS, data),
    'a scenario': (data: string) => ({
      file: 'program.ts',
      source: `// @ts-nocheck\n${IMPORTS}import { sleep } from 'sockscope';\n${WORK}\nconst FOLDER = ${JSON.stringify(data)};\nexport async function user() {\n  await sleep(1);\n${END('"seen"').replace('process.argv[2] ?? ', '')}\n}\n`,
    }),
  };
  for (const [name, made] of Object.entries(programs))
    it(`are as they were, and stay as they are: ${name}`, async () => {
      const data = prepared('data');
      const { file, source } = made(data);
      const program = path.join(folder, file);
      writeFileSync(program, source);
      const line = source.split('\n').findIndex((one) => one.includes('// here')) + 1;
      const recording = path.join(folder, 'run.sockscope');
      let then: unknown;
      await withAdapter(async (adapter) => {
        await adapter.launch({ program }, () =>
          adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line }] }),
        );
        const stop = await adapter.stopped();
        assert.equal(
          stop !== 'terminated' && stop.reason,
          'breakpoint',
          JSON.stringify(stop) + text(adapter),
        );
        then = await seen(adapter);
        await adapter.custom('sockscope/saveRecording', { path: recording });
        // The host's files are others now, and are those that nobody may touch.
        writeFileSync(path.join(data, 'in.txt'), 'other');
        rmSync(path.join(data, 'sub/one.txt'));
        const left = contents(data);
        await adapter.go('stepBack');
        assert.deepEqual(await seen(adapter), then);
        await adapter.go('stepBack');
        assert.equal((await adapter.stack())[0]!.line, line - 2);
        assert.deepEqual(contents(data), left);
      });
      const plain = prepared('plain');
      const script = path.join(folder, 'plain.mjs');
      writeFileSync(script, programs['a Node program'](plain).source.replace('"seen", a', 'seen'));
      const [printed] = execFileSync(process.execPath, [script, plain], { encoding: 'utf8' }).split('\n');
      assert.deepEqual(then, JSON.parse(printed!), 'what Node itself sees');

      const left = contents(data);
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording });
        assert.notEqual(await adapter.stopped(), 'terminated', text(adapter));
        assert.deepEqual(await seen(adapter), then);
        assert.deepEqual(contents(data), left);
        // Behind its end it changes nothing either, and says so.
        assert.equal(await adapter.go('continue'), 'terminated');
        assert.match(text(adapter), /late: EROFS writeFile EBADF\n/);
        assert.deepEqual(contents(data), left);
      });
      rmSync(data, { recursive: true });
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording });
        assert.notEqual(await adapter.stopped(), 'terminated', text(adapter));
        assert.deepEqual(await seen(adapter), then, 'where the files are not');
      });
    });
});
