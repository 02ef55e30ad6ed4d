/** Wrong requests: each gets an answer that says what was wrong and what would be right. */
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const refused = (adapter: Adapter, command: string, args: object, message: RegExp) =>
  assert.rejects(adapter.request(command, args), message, command);

describe('debug adapter: bad input', () => {
  it('names the launch argument that is wrong, and can be launched after that', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest();
      const program = fixture('handshake');
      await refused(adapter, 'launch', {}, /launch\.program must be the path of a scenario/);
      await refused(adapter, 'launch', { program: '/nowhere/x.ts' }, /there is no file \/nowhere\/x\.ts/);
      await refused(adapter, 'launch', { program: '/tmp' }, /must be a \.ts or \.js file/);
      await refused(
        adapter,
        'launch',
        { program, nic: { loss: 5 }, name: 'Lossy' },
        /launch\.nic\.loss must be a number between 0 and 1, got 5 .*"Lossy"/,
      );
      await refused(adapter, 'launch', { program, seed: 'x' }, /launch\.seed/);
      await refused(
        adapter,
        'launch',
        { program, stopOnEntry: 1 },
        /launch\.stopOnEntry must be true or false, got 1/,
      );
      await refused(
        adapter,
        'launch',
        { program, skipFiles: 'x' },
        /launch\.skipFiles must be a list of globs/,
      );
      await refused(
        adapter,
        'launch',
        { program, pcap: '/nowhere/x.pcapng' },
        /launch\.pcap: there is no folder \/nowhere/,
      );
      await refused(
        adapter,
        'launch',
        { program, stoponentry: true },
        /launch\.stoponentry: there is no such attribute, but stopOnEntry/,
      );
      await refused(adapter, 'launch', { program, pcap: '/tmp' }, /launch\.pcap: \/tmp is a folder/);
      await refused(
        adapter,
        'launch',
        { program, sysctl: { 'net.ipv4.tcp_syn_retry': 1 } },
        /tcp_syn_retry"\] is not known/,
      );
      const elsewhere = 'file://elsewhere/x.ts';
      await refused(adapter, 'launch', { program: elsewhere }, /launch\.program: .* names no local file/);
      await adapter.request('launch', { program: pathToFileURL(program).href, stopOnEntry: true });
      const relative = { path: 'x', protocol: 'tcp', stream: 0 };
      for (const command of ['exportPackets', 'saveStream'])
        await refused(adapter, `sockscope/${command}`, relative, /needs the absolute path of the file/);
      const folder = '/nowhere/at/all';
      for (const command of ['exportPackets', 'saveStream'])
        await refused(
          adapter,
          `sockscope/${command}`,
          { ...relative, path: `${folder}/file` },
          new RegExp(`There is no folder ${folder}: create it, or choose another one`),
        );
    }));

  it('answers requests in any order', () =>
    withAdapter(async (adapter) => {
      for (const command of [
        'continue',
        'next',
        'stepIn',
        'stepOut',
        'pause',
        'stackTrace',
        'restart',
        'evaluate',
        'sockscope/tree',
      ])
        await refused(
          adapter,
          command,
          { threadId: 1, expression: '1', view: 'sockets' },
          /launch a scenario first/,
        );
      await refused(adapter, 'attach', {}, /Use "request": "launch"/);
      await refused(adapter, 'gotoTargets', {}, /"gotoTargets" is not supported/);
      await refused(adapter, 'toString', {}, /"toString" is not supported/);
    }));

  it('says what a request lacks', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest();
      await refused(adapter, 'setBreakpoints', {}, /setBreakpoints needs "source", an object/);
      await refused(
        adapter,
        'setFunctionBreakpoints',
        { breakpoints: [{ name: 'connect' }, {}] },
        /needs "breakpoints\[1\]\.name", a string, and got nothing/,
      );
      const source = { path: fixture('loop') };
      for (const line of [1.5, '1', -Infinity, null])
        await refused(
          adapter,
          'setBreakpoints',
          { source, breakpoints: [{ line }] },
          /needs "breakpoints\[0\]\.line", a whole number, and got/,
        );
      // Some clients write null for what they leave out.
      await adapter.request('setBreakpoints', { source, breakpoints: [{ line: 1, condition: null }] });
      await refused(adapter, 'evaluate', {}, /evaluate needs "expression", a string, and got nothing/);
      await refused(
        adapter,
        'variables',
        { variablesReference: 'x' },
        /needs "variablesReference", a whole number/,
      );
      // What was refused is not kept.
      await adapter.request('launch', { program: fixture('handshake'), stopOnEntry: true });
    }));

  it('refuses arguments of a wrong type in requests that need none', () =>
    withAdapter(async (adapter) => {
      await refused(
        adapter,
        'initialize',
        { linesStartAt1: 'yes' },
        /initialize needs "linesStartAt1", true or false, and got "yes"/,
      );
      await refused(adapter, 'initialize', [1], /initialize takes its arguments as an object, and got \[1\]/);
      await adapter.launch({ program: fixture('handshake'), stopOnEntry: true });
      await adapter.stopped();
      const { thread: threadId } = adapter;
      await refused(adapter, 'continue', { threadId: 'x' }, /continue needs "threadId", a whole number, and/);
      await refused(
        adapter,
        'pause',
        { threadId: {} },
        /pause needs "threadId", a whole number, and got \{\}/,
      );
      await refused(
        adapter,
        'terminate',
        { restart: 1 },
        /terminate needs "restart", true or false, and got 1/,
      );
      await refused(
        adapter,
        'stackTrace',
        { threadId, startFrame: -1 },
        /stackTrace needs "startFrame", a whole number from 0 on, and got -1/,
      );
      await refused(adapter, 'stackTrace', { threadId, levels: 0.5 }, /"levels", a whole number from 0 on/);
      await refused(
        adapter,
        'variables',
        { variablesReference: 1, count: -5 },
        /variables needs "count", a whole number from 0 on, and got -5/,
      );
      await refused(adapter, 'stackTrace', { threadId: 4711 }, /there is no thread 4711/);
      await refused(adapter, 'next', { threadId: 4711 }, /there is no thread 4711/);
      await adapter.stack();
    }));

  it('refuses conditions of filters that do not parse, and says where', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest();
      const set = async (filterId: string, condition: string) => {
        const { breakpoints } = await adapter.request<{ breakpoints: DebugProtocol.Breakpoint[] }>(
          'setExceptionBreakpoints',
          {
            filters: [],
            filterOptions: [{ filterId, condition }],
          },
        );
        return breakpoints[0]!;
      };
      assert.equal((await set('transition', 'SYN_RECV -> ESTABLISHED')).verified, true);
      assert.equal((await set('transition', '-> CLOSE_WAIT && port == 8080')).verified, true);
      assert.equal((await set('transition', '* -> CLOSE')).verified, true);
      assert.equal((await set('packetDropped', 'NO_SOCKET')).verified, true);
      assert.match(
        (await set('transition', 'SYN_RECV -> ESTABLISHT')).message!,
        /Expected \* or a state .* at "ESTABLISHT" .*character 13.*Write for example/,
      );
      assert.match((await set('packetSent', 'syn && dport = x')).message!, /Expected a number at "x"/);
      assert.match(
        (await set('retransmission', 'port == 8080 8081')).message!,
        /Expected && or \|\| at "8081"/,
      );
      assert.equal((await set('syscallEnter', 'connect, sys_accept4')).verified, true);
      assert.equal((await set('syscallExit', 'connect && pid == 101 || failed')).verified, true);
      assert.match((await set('syscallEnter', 'conect')).message!, /There is no "conect" here/);
      assert.match((await set('syscallEnter', 'connect || failed')).message!, /There is no "failed" here/);
      assert.match(
        (await set('syscallExit', 'error == ECONREFUSED')).message!,
        /Expected one of .*ECONNREFUSED/,
      );
      assert.match(
        (await set('packetSent', 'port == 99999')).message!,
        /Expected a number up to 65535 at "99999"/,
      );
      assert.match((await set('packetSent', 'src == 999.0.0.1')).message!, /Expected an address/);
      assert.match((await set('nothing', '')).message!, /no exception filter "nothing"/);
    }));

  it('refuses stale references and wrong values', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake'), stopOnEntry: true });
      await adapter.stopped();
      await refused(adapter, 'variables', { variablesReference: 77 }, /earlier stop/);
      await refused(adapter, 'scopes', { frameId: 4711 }, /earlier stop/);
      await refused(
        adapter,
        'evaluate',
        { expression: 'nowhere', frameId: adapter.frame },
        /nowhere is not defined/,
      );
      await refused(
        adapter,
        'evaluate',
        { expression: 'machine.now_ns = 0', context: 'hover' },
        /debug console only/,
      );
      await refused(adapter, 'sockscope/packet', { number: 9 }, /no such packet: 9/);
      await refused(
        adapter,
        'sockscope/filterFor',
        { number: 9, what: 'field', field: 'tcp.port' },
        /no such packet: 9/,
      );
      await refused(adapter, 'sockscope/filterCompletions', { filter: 'tcp' }, /cursor/);
      const { items } = await adapter.custom('sockscope/filterCompletions', {
        filter: 'frame.nu',
        cursor: 99,
      });
      assert.deepEqual(items, [{ text: 'frame.number', kind: 'field', title: 'Frame Number' }]);
      await refused(adapter, 'sockscope/tree', { view: 'trees' }, /^Error: there is no tree "trees"/);
      await refused(
        adapter,
        'sockscope/setTreeValue',
        { id: 'kernel/sysctls/net.core/somaxconn', value: 'many' },
        /does not take "many": it takes a whole number/,
      );
    }));
});
