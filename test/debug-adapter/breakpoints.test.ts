/** Breakpoints in scenarios and in the kernel: conditions, hit counts, log points, functions. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture, stackFile } from './support/paths.ts';

type Breakpoints = { breakpoints: DebugProtocol.Breakpoint[] };
const LOOP = fixture('loop');

function setLine(
  adapter: Adapter,
  path: string,
  breakpoint: DebugProtocol.SourceBreakpoint,
): Promise<Breakpoints> {
  return adapter.request('setBreakpoints', { source: { path }, breakpoints: [breakpoint] });
}

describe('debug adapter: breakpoints', () => {
  it('stops nowhere without debugging, and says so of each breakpoint', () =>
    withAdapter(async (adapter) => {
      const answers: DebugProtocol.Breakpoint[] = [];
      await adapter.launch({ program: LOOP, noDebug: true, stopOnEntry: true }, async () => {
        answers.push(...(await setLine(adapter, LOOP, { line: 7 })).breakpoints);
        answers.push(
          ...(
            await adapter.request<DebugProtocol.SetFunctionBreakpointsResponse['body']>(
              'setFunctionBreakpoints',
              { breakpoints: [{ name: 'tcp_v4_connect' }] },
            )
          ).breakpoints,
        );
        await adapter.request('setExceptionBreakpoints', { filters: ['transition'] });
      });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.deepEqual(
        answers.map(({ verified, message }) => [verified, message]),
        Array(2).fill([false, 'the program was started without debugging']),
      );
    }));

  it('stops where a condition is true, with the kernel’s constants in reach', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: LOOP }, () =>
        setLine(adapter, LOOP, { line: 7, condition: 'turn === TCP_LAST_ACK' }),
      );
      assert.equal(((await adapter.stopped()) as DebugProtocol.StoppedEvent['body']).reason, 'breakpoint');
      assert.equal(await adapter.evaluate('turn'), '9');
      assert.equal(await adapter.go('continue'), 'terminated');
    }));

  it('counts hits', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: LOOP }, () => setLine(adapter, LOOP, { line: 7, hitCondition: '% 4' }));
      await adapter.stopped();
      assert.equal(await adapter.evaluate('turn'), '4');
      await adapter.go('continue');
      assert.equal(await adapter.evaluate('turn'), '8');
    }));

  it('writes log points without stopping', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: LOOP }, () =>
        setLine(adapter, LOOP, { line: 7, logMessage: '{turn} squared is {square}', condition: 'turn < 3' }),
      );
      assert.equal(await adapter.stopped(), 'terminated');
      const lines = adapter.output.filter(({ category }) => category === 'console').map(({ text }) => text);
      assert.equal(lines.join(''), '1 squared is 1\n2 squared is 4\n');
    }));

  it('refuses what does not parse, and says why', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: LOOP, stopOnEntry: true }, async () => {
        const condition = await setLine(adapter, LOOP, { line: 7, condition: 'turn ===' });
        assert.equal(condition.breakpoints[0]!.verified, false);
        assert.match(condition.breakpoints[0]!.message!, /"turn ===" is not a JavaScript expression/);
        const count = await setLine(adapter, LOOP, { line: 7, hitCondition: 'often' });
        assert.match(count.breakpoints[0]!.message!, /Write for example 5, >= 3 or % 2/);
      });
      await adapter.stopped();
    }));

  it('says what is wrong with an expression in the terms of the one who typed it', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest();
      await adapter.request('launch', { program: LOOP });
      const message = async (wish: Omit<DebugProtocol.SourceBreakpoint, 'line'>) => {
        const { breakpoints } = await setLine(adapter, LOOP, { line: 7, ...wish });
        return breakpoints[0]!.message!;
      };
      assert.match(await message({ condition: 'await 1' }), /await and yield are not possible here/);
      assert.match(await message({ logMessage: '{await turn}' }), /await and yield are not possible here/);
      assert.match(
        await message({ condition: 'f(' }),
        /"f\(" is not a JavaScript expression: it ends too early$/,
      );
      assert.match(await message({ condition: 'f(1;\n2' }), /expression: missing \) after argument list$/);
      assert.match(await message({ condition: 'turn)' }), /Unexpected token '\)'$/);
      assert.match(await message({ logMessage: 'at { }' }), /In the log message, " " .*: it is empty$/);
      for (const hitCondition of ['0', '== 0', '< 1', '<= 0'])
        assert.match(await message({ hitCondition }), /is never reached: the first hit is number 1/);
      assert.match(await message({ condition: '(async () => await 1)()' }), /set when the file is loaded/);
    }));

  it('finds the end of an expression in a log message behind strings, templates and objects', () =>
    withAdapter(async (adapter) => {
      const logMessage = '{"}"}, {`<${turn}}>`}, {({ a: turn }).a}, {turn}';
      await adapter.launch({ program: LOOP }, () =>
        setLine(adapter, LOOP, { line: 7, logMessage, hitCondition: '1' }),
      );
      assert.equal(await adapter.stopped(), 'terminated');
      assert.match(adapter.output.map(({ text }) => text).join(''), /^}, <1}>, 1, 1$/m);
    }));

  it('corrects what was set before there was a machine, and again when it is restarted', () =>
    withAdapter(async (adapter) => {
      const changed: DebugProtocol.Breakpoint[] = [];
      adapter.client.on('breakpoint', ({ body }: DebugProtocol.BreakpointEvent) =>
        changed.push(body.breakpoint),
      );
      await adapter.client.initializeRequest();
      const kernel = stackFile('net/socket/syscalls.ts');
      const given = [
        ...(await setLine(adapter, LOOP, { line: 7, condition: 'f(' })).breakpoints,
        ...(await setLine(adapter, kernel, { line: 1 })).breakpoints,
        ...(
          await adapter.request<Breakpoints>('setFunctionBreakpoints', {
            breakpoints: [{ name: 'tcp_v5_rcv' }],
          })
        ).breakpoints,
      ];
      assert.deepEqual(
        given.map(({ message }) => message),
        Array(3).fill('The breakpoint is set when the machine starts.'),
      );
      const corrected = () =>
        given.map(({ id }) => {
          const { verified, message } = changed.findLast((one) => one.id === id)!;
          return verified ? 'verified' : message;
        });
      await adapter.request('launch', { program: LOOP, stopOnEntry: true });
      const wanted = /f\(.* it ends too early,verified,.*no function "tcp_v5_rcv"/;
      assert.match(corrected().join(), wanted);
      changed.length = 0;
      const restarted = adapter.request('restart', {});
      const again = await adapter.request<Breakpoints>('setFunctionBreakpoints', {
        breakpoints: [{ name: 'tcp_v6_rcv' }],
      });
      given[2] = again.breakpoints[0]!;
      await restarted;
      assert.match(corrected().join(), /too early,verified,.*no function "tcp_v6_rcv"/);
    }));

  it('says at once that there is no such file', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest();
      const message = async () =>
        (await setLine(adapter, '/nowhere/x.ts', { line: 1 })).breakpoints[0]!.message;
      assert.equal(await message(), 'There is no file /nowhere/x.ts.');
      await adapter.request('launch', { program: LOOP });
      assert.equal(await message(), 'There is no file /nowhere/x.ts.');
    }));

  it('is set in the kernel’s own source, at once and with the real line', () =>
    withAdapter(async (adapter) => {
      const file = stackFile('net/socket/syscalls.ts');
      await adapter.launch({ program: fixture('handshake') }, async () => {
        const { breakpoints } = await setLine(adapter, file, { line: 1 });
        assert.equal(breakpoints[0]!.verified, true);
        assert.ok(breakpoints[0]!.line! > 1, 'moved from the comment to code');
        await setLine(adapter, file, { line: 1_000_000 });
        await setLine(adapter, file, { line: 1 });
        await adapter.request('setBreakpoints', { source: { path: file }, breakpoints: [] });
      });
      assert.equal(await adapter.stopped(), 'terminated');
    }));

  it('stops in functions by their kernel name and by the system call’s', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake') }, async () => {
        const { breakpoints } = await adapter.request<Breakpoints>('setFunctionBreakpoints', {
          breakpoints: [{ name: 'sys_listen' }, { name: 'tcp_v4_rcv' }, { name: 'tcp_v5_rcv' }],
        });
        assert.deepEqual(
          breakpoints.map(({ verified }) => verified),
          [true, true, false],
        );
      });
      const names: string[] = [];
      for (
        let stop = await adapter.stopped();
        stop !== 'terminated' && names.length < 3;
        stop = await adapter.go('continue')
      ) {
        assert.equal(stop.reason, 'function breakpoint');
        names.push((await adapter.stack(undefined, 1))[0]!.name);
      }
      assert.deepEqual(names, ['__sys_listen', 'tcp_v4_rcv', 'tcp_v4_rcv']);
    }));

  it('stops at packets that come in by what their headers say', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake') }, () =>
        adapter.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'packetReceived', condition: 'syn && ack && src == 127.0.0.1' }],
        }),
      );
      const stop = (await adapter.stopped()) as DebugProtocol.StoppedEvent['body'];
      assert.match(stop.text!, /packet received: 127\.0\.0\.1:8080 → 127\.0\.0\.1:\d+ {2}\[SYN, ACK\]/);
      assert.equal(await adapter.go('continue'), 'terminated');
    }));

  it('takes a function by several names at once', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake'), stopOnEntry: true }, async () => {
        const names = ['connect', 'sys_connect', '__sys_connect'];
        const { breakpoints } = await adapter.request<Breakpoints>('setFunctionBreakpoints', {
          breakpoints: names.map((name) => ({ name })),
        });
        assert.deepEqual(
          breakpoints.map(({ verified }) => verified),
          [true, true, true],
        );
      });
      await adapter.stopped();
      await adapter.go('continue');
      assert.equal((await adapter.stack())[0]!.name, '__sys_connect');
    }));
});
