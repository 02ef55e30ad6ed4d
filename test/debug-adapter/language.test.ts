/** A session in the client's language, which the initialize request names. */
import assert from 'node:assert/strict';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

describe('debug adapter: the language of a session', function () {
  this.timeout(60_000);

  const program = fixture('handshake');
  const CHINESE = { locale: 'zh-cn' };
  const refused = (adapter: Adapter, command: string, args: object = {}) =>
    adapter.request(command, args).then(
      () => assert.fail(`${command} was not refused`),
      (error: Error) => error.message,
    );
  const labelOf = (stop: Stopped | 'terminated') =>
    stop === 'terminated' ? stop : `${stop.description ?? ''} | ${stop.text ?? ''}`;

  for (const locale of ['zh-cn', 'zh_CN.UTF-8', 'zh-Hans-CN'])
    it(`${locale}: the exception filters are in Chinese`, () =>
      withAdapter(async (adapter) => {
        const { body } = await adapter.initialize({ locale });
        const [transition] = body?.exceptionBreakpointFilters ?? [];
        assert.equal(transition?.label, 'TCP 状态转换');
        assert.equal(transition?.description, 'TCP 套接字改变状态时暂停。');
      }));

  it('is English for a language that has no translation', () =>
    withAdapter(async (adapter) => {
      const { body } = await adapter.initialize({ locale: 'zh-tw' });
      assert.equal(body?.exceptionBreakpointFilters?.[0]?.label, 'TCP state transition');
      assert.match(await refused(adapter, 'next', { threadId: 1 }), /no machine is running/);
    }));

  it('tells in it what is wrong with launch.json', () =>
    withAdapter(async (adapter) => {
      await adapter.initialize(CHINESE);
      assert.equal(
        await refused(adapter, 'launch', { name: '慢速', program, stopOnEntry: 'yes' }),
        'launch.stopOnEntry 须为 true 或 false，实际为 "yes"（launch.json，配置“慢速”）',
      );
    }));

  it('tells in it what the stack refuses, which knows no language', () =>
    withAdapter(async (adapter) => {
      await adapter.initialize(CHINESE);
      const launch = (args: object) => refused(adapter, 'launch', { program, ...args });
      assert.match(await launch({ nic: { loss: 5 } }), /^launch\.nic\.loss 须为 0 到 1 之间的数字，实际为 5/);
      assert.match(
        await launch({ sysctl: { 'net.ipv4.tcp_syncookie': 1 } }),
        /sysctl\["net\.ipv4\.tcp_syncookie"\] 未知：您是指 net\.ipv4\.tcp_syncookies 吗？/,
      );
    }));

  it('describes stops, breakpoints and what happens in the queues in it', () =>
    withAdapter(async (adapter) => {
      await adapter.launch(
        { program, breakOn: { transition: 'SYN_SENT -> ESTABLISHED' } },
        undefined,
        CHINESE,
      );
      assert.match(
        labelOf(await adapter.stopped()),
        /^暂停于 \S+ 的 SYN_SENT → ESTABLISHED \| \S+ → \S+ 的状态转换 SYN_SENT → ESTABLISHED$/,
      );
      const { data } = await adapter.custom('sockscope/picture', { picture: 'queues' });
      assert.ok(data.picture === 'queues');
      assert.match(
        data.listeners[0]!.changes.at(-1)!.text,
        /的 SYN 到达：它的请求进入半连接队列，并以 SYN-ACK 应答。$/,
      );
      const { problems } = await adapter.custom('sockscope/breakOn', { breakOn: { packetSent: 'sny' } });
      assert.match(problems['packetSent']!, /^这里没有“sny”；可用的有 .*第 1 个字符/);
      const { breakpoints } = await adapter.request<{ breakpoints: { message?: string }[] }>(
        'setFunctionBreakpoints',
        { breakpoints: [{ name: 'tcp_v4_rvc' }] },
      );
      assert.match(breakpoints[0]!.message!, /^内核中没有函数“tcp_v4_rvc”。您是指 .* 吗？$/);
    }));

  it("says in it what the machine's thread refuses", () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program, stopOnEntry: true }, undefined, CHINESE);
      assert.match(labelOf(await adapter.stopped()), /^暂停于入口/);
      assert.equal(
        await refused(adapter, 'sockscope/setTreeValue', { id: 'sockets/none', value: '1' }),
        '该值已不存在',
      );
    }));
});
