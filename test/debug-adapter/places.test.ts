/** Where breakpoints are set: files by any of their names, lines that there are not, functions that are misspelt. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { copyFileSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture, stackFile } from './support/paths.ts';

type Breakpoint = DebugProtocol.Breakpoint;

async function set(adapter: Adapter, file: string, ...wanted: object[]): Promise<Breakpoint[]> {
  const { breakpoints } = await adapter.request<DebugProtocol.SetBreakpointsResponse['body']>(
    'setBreakpoints',
    {
      source: { path: file },
      breakpoints: wanted,
    },
  );
  return breakpoints;
}
async function functions(adapter: Adapter, ...names: string[]): Promise<(string | undefined)[]> {
  const { breakpoints } = await adapter.request<DebugProtocol.SetFunctionBreakpointsResponse['body']>(
    'setFunctionBreakpoints',
    { breakpoints: names.map((name) => ({ name })) },
  );
  return breakpoints.map(({ message }) => message);
}

describe('debug adapter: places of breakpoints', () => {
  let folder: string;
  let real: string;
  let link: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sockscope-')));
    real = path.join(folder, 'real.ts');
    link = path.join(folder, 'link.ts');
    copyFileSync(fixture('loop'), real);
    symlinkSync(real, link);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const { title, program, named } of [
    { title: 'a link, the program being given by its real path', program: () => real, named: () => link },
    { title: 'the real path, the program being given by a link', program: () => link, named: () => real },
    { title: 'a URI', program: () => real, named: () => pathToFileURL(real).href },
    {
      title: 'a roundabout path',
      program: () => real,
      named: () => path.join(folder, '.') + '/x/../real.ts',
    },
  ])
    it(`binds one that is set by ${title}`, () =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program: program() }, () =>
          set(adapter, named(), { line: 7, condition: 'turn === 4' }),
        );
        await adapter.stopped();
        assert.equal(await adapter.evaluate('turn'), '4');
      }));

  it('takes a second spelling of a path, and the same line twice, for what they are', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: real, stopOnEntry: true }, () => set(adapter, real, { line: 7 }));
      await adapter.stopped();
      for (const name of [link, `${folder}//real.ts`, real]) {
        const [first, second, third] = await set(
          adapter,
          name,
          { line: 7 },
          { line: 7 },
          { line: 7, condition: 'false' },
        );
        assert.deepEqual([first!.verified, second!.verified, second!.message], [true, true, undefined], name);
        assert.match(third!.message!, /Another breakpoint stands at this place/);
      }
      await adapter.go('continue');
      assert.equal(await adapter.evaluate('turn'), '1');
      await set(adapter, link);
      assert.equal(await adapter.go('continue'), 'terminated');
    }));

  it('says when the file is loaded that it has not so many lines', () =>
    withAdapter(async (adapter) => {
      const changed: Breakpoint[] = [];
      adapter.client.on('breakpoint', ({ body }: DebugProtocol.BreakpointEvent) =>
        changed.push(body.breakpoint),
      );
      await adapter.launch({ program: real, stopOnEntry: true }, async () => {
        const [late] = await set(adapter, real, { line: 99 }, { line: 7 });
        assert.match(late!.message!, /set when the file is loaded/);
      });
      await adapter.stopped();
      assert.match(changed.find(({ verified }) => !verified)!.message!, /^real\.ts has only 9 lines\.$/);
      assert.equal(changed.find(({ verified }) => verified)!.line, 7);
      assert.match((await set(adapter, real, { line: 50 }))[0]!.message!, /has only 9 lines/);
      const [beyond] = await set(adapter, stackFile('trace/stop.ts'), { line: 1e6 });
      assert.match(beyond!.message!, /^stop\.ts has only \d+ lines\.$/);
    }));

  it('refuses a place that there cannot be, and sets the others', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: real }, async () => {
        await assert.rejects(
          set(adapter, real, { line: 1.5 }),
          /"breakpoints\[0\]\.line", a whole number, and got 1\.5/,
        );
        const [none, right, column] = await set(
          adapter,
          real,
          { line: 0 },
          { line: 7, condition: 'turn === 2' },
          { line: 7, column: -1 },
        );
        assert.match(none!.message!, /line is a whole number from 1 on, not 0/);
        assert.match(column!.message!, /column is a whole number from 1 on, not -1/);
        assert.ok(right!.id! > 0);
      });
      await adapter.stopped();
      assert.equal(await adapter.evaluate('turn'), '2');
    }));

  it('knows which function was meant', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: real, stopOnEntry: true }, async () => {
        const [swapped, nothing, part, unlike] = await functions(
          adapter,
          'tcp_v4_rvc',
          '',
          'v4_conn_req',
          'xyzzy',
        );
        assert.match(swapped!, /^The kernel has no function "tcp_v4_rvc"\. Did you mean tcp_v4_rcv\?$/);
        assert.match(
          nothing!,
          /^A function breakpoint needs a name: a function of the kernel, such as tcp_v4_rcv/,
        );
        assert.match(part!, /Did you mean tcp_v4_conn_request/);
        assert.match(unlike!, /Write a function of the kernel/);
      });
      await adapter.stopped();
    }));
});
