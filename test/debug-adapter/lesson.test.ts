/** The lessons, as the comments of the samples tell them: what stands in the Sockets view at each step. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ChangedEvent } from '../../debug-adapter/protocol.ts';
import { samplePath } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { breakAt, lineOf, shown, tick } from './support/lesson.ts';

const PROGRAM = samplePath('first-handshake');

/** Goes on to the next transition. @returns where it stopped, and what is shown */
async function next(adapter: Adapter): Promise<{ text: string; server: string[]; client: string[] }> {
  const stop = await adapter.go('continue');
  assert.notEqual(stop, 'terminated');
  const lines = await shown(adapter);
  const client = lines.indexOf('client  pid 101');
  const end = lines.findIndex((line) => line.startsWith('time-wait'));
  return {
    text: (stop as { text: string }).text,
    server: lines.slice(0, client),
    client: lines.slice(client, end),
  };
}
const packets = async (adapter: Adapter) =>
  (await adapter.custom('sockscope/packets', { from: 0, count: 100 })).rows.map(
    ({ info }) => /\[.*?\]/.exec(info)![0],
  );

describe('the first lesson', () => {
  it('comes true, step by step', () =>
    withAdapter(async (adapter) => {
      // 1. A breakpoint on connect(): both queues are empty.
      await adapter.launch({ program: PROGRAM }, () => breakAt(adapter, PROGRAM, ['await connect(fd']));
      await adapter.stopped();
      assert.deepEqual(await shown(adapter), [
        'server  pid 100',
        '  fd 3 :8000  LISTEN',
        '    accept queue  0 of 2+1',
        '    SYN queue  0',
        '    struct tcp_sock',
        'client  pid 101',
        '  fd 3 unbound  CLOSE',
        '    queues  empty',
        '    timers  none',
        '    struct tcp_sock',
        'time-wait  none',
        'orphans  none',
      ]);

      // 2. Step Into.
      await adapter.go('stepIn');
      assert.equal((await adapter.stack(undefined, 1))[0]!.name, '__sys_connect');

      // 3. "TCP state transition" is ticked, without a condition.
      await tick(adapter, 'transition');
      const first = await next(adapter);
      assert.match(first.text, /CLOSE → SYN_SENT/);
      assert.deepEqual(await packets(adapter), []);

      const second = await next(adapter);
      assert.match(second.text, /SYN_SENT → ESTABLISHED/);
      assert.deepEqual(second.server, [
        'server  pid 100',
        '  fd 3 :8000  LISTEN',
        '    accept queue  0 of 2+1',
        '    SYN queue  1  ●',
        '      ← :PORT  SYN-ACK again in 1 s',
        '    struct tcp_sock',
      ]);
      assert.deepEqual(second.client.slice(0, 2), ['client  pid 101', '  fd 3 :PORT→:8000  SYN_SENT  ●']);
      assert.deepEqual(await packets(adapter), ['[SYN]', '[SYN, ACK]']);

      const third = await next(adapter);
      assert.match(third.text, /LISTEN → SYN_RECV/);
      assert.ok((await shown(adapter)).includes('being made  1'));

      const fourth = await next(adapter);
      assert.match(fourth.text, /SYN_RECV → ESTABLISHED/);
      assert.deepEqual(fourth.server, [
        'server  pid 100',
        '  fd 3 :8000  LISTEN',
        '    accept queue  1 of 2+1  ●',
        '      ← :PORT  SYN_RECV',
        '    SYN queue  0  ●',
        '    struct tcp_sock',
      ]);
      assert.match(fourth.client[1]!, /fd 3 :PORT→:8000 {2}ESTABLISHED/);
      assert.deepEqual(await packets(adapter), ['[SYN]', '[SYN, ACK]', '[ACK]']);
      const client = (await adapter.threads()).find(({ name }) => name.startsWith('client'))!;
      const waits = (await adapter.stack(client.id)).map(({ name }) => name);
      assert.ok(waits.includes('tcp_recvmsg') && waits.at(-1) === 'client', waits.join(' < '));

      // It stands where the change was decided, before it is made; a step over makes it.
      const [decider] = await adapter.stack(undefined, 1);
      assert.equal(decider!.name, 'synrecv_acked');
      await adapter.go('next');
      const [after] = await adapter.stack(undefined, 1);
      assert.equal(after!.name, 'synrecv_acked');
      assert.ok(after!.line > decider!.line, `line ${after!.line} after ${decider!.line}`);
      assert.ok((await shown(adapter)).includes('      ← :PORT  ESTABLISHED  ●'));

      // 4. A breakpoint on accept(): the connection still waits; then it has been taken.
      await breakAt(adapter, PROGRAM, ['await connect(fd', 'await accept(listener)']);
      const fifth = await next(adapter);
      assert.deepEqual(fifth.server.slice(2, 5), [
        '    accept queue  1 of 2+1',
        '      ← :PORT  ESTABLISHED',
        '    SYN queue  0',
      ]);
      assert.equal((await adapter.stack(undefined, 1))[0]!.line, lineOf(PROGRAM, 'await accept(listener)'));
      await adapter.go('next');
      const lines = await shown(adapter);
      assert.deepEqual(
        lines.filter((line) => /accept queue|fd 4/.test(line)),
        ['    accept queue  0 of 2+1  ●', '  fd 4 :8000→:PORT  ESTABLISHED'],
      );
    }));

  it('names in its comment only stops and places that there are', () => {
    const [comment] = readFileSync(PROGRAM, 'utf8').split(' */');
    for (const text of ['__sys_connect', 'SYN queue 1', 'SYN queue 0, accept queue 1', 'fd 4'])
      assert.ok(comment!.includes(text), text);
    const stops = [...comment!.matchAll(/^ \* +([A-Z_]+ → [A-Z_]+)/gm)].map(([, stop]) => stop);
    assert.deepEqual(stops, [
      'CLOSE → SYN_SENT',
      'SYN_SENT → ESTABLISHED',
      'LISTEN → SYN_RECV',
      'SYN_RECV → ESTABLISHED',
    ]);
  });
});

describe('the lessons after it', () => {
  const accepted = /^ +(?:accept queue|SYN queue|←)/;

  it('accept-queue-overflow: two wait in the accept queue, the third in the SYN queue, the fourth outside', () =>
    withAdapter(async (adapter) => {
      const program = samplePath('accept-queue-overflow');
      await adapter.launch({ program, stopOnEntry: true });
      await adapter.stopped();
      await tick(adapter, 'queueOverflow');
      await adapter.go('continue');
      assert.equal((await adapter.stack(undefined, 1))[0]!.name, 'tcp_v4_syn_recv_sock');
      const third = await shown(adapter);
      assert.deepEqual(
        third.filter((line) => accepted.test(line)),
        [
          '    accept queue  2 of 1+1',
          '      ← :PORT  ESTABLISHED',
          '      ← :PORT  ESTABLISHED',
          '    SYN queue  1',
          '      ← :PORT  SYN-ACK again in 1 s',
        ],
      );
      assert.equal(third[third.indexOf('client3  pid 103') + 1], '  fd 3 :PORT→:8000  ESTABLISHED');
      await adapter.go('continue');
      assert.equal((await adapter.stack(undefined, 1))[0]!.name, 'tcp_conn_request');
      const fourth = await shown(adapter);
      assert.equal(fourth[fourth.indexOf('client4  pid 104') + 1], '  fd 3 :PORT→:8000  SYN_SENT');
      await breakAt(adapter, program, ['await accept(']);
      for (const waiting of ['2 of 1+1', '1 of 1+1  ●', '0 of 1+1  ●']) {
        await adapter.go('continue');
        assert.ok((await shown(adapter)).includes(`    accept queue  ${waiting}`), waiting);
      }
    }));

  it('echo: data waits at both ends, in the row "queues"', () =>
    withAdapter(async (adapter) => {
      const program = samplePath('echo');
      await adapter.launch({ program }, () => breakAt(adapter, program, ['await send(fd']));
      await adapter.stopped();
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_data_ready' }] });
      await adapter.go('continue');
      const names = (await adapter.stack()).map(({ name }) => name);
      assert.ok(names.indexOf('tcp_rcv_established') < names.indexOf('net_rx_action'), names.join(' < '));
      assert.ok((await shown(adapter)).includes('    queues  rtx 1'));
      const find = async (parent: string | undefined, label: RegExp) =>
        (await adapter.tree('sockets', parent)).find((item) => label.test(item.label))!.id;
      let id: string | undefined;
      for (const label of [/^server/, /^fd 3/, /^accept queue/, /^←/]) id = await find(id, label);
      const queues = (await adapter.tree('sockets', id)).find(({ label }) => label === 'queues')!;
      assert.equal(queues.description, 'receive 1');
      const [receive] = await adapter.tree('sockets', queues.id);
      const [packet] = await adapter.tree('sockets', receive!.id);
      assert.equal(packet!.description, '[PSH, ACK] Seq=1 Ack=1 Len=3');
      assert.match(packet!.tooltip!, /^127\.0\.0\.1:\d+ → 127\.0\.0\.1:7 .*\nraw Seq=\d{5,} Ack=\d{5,}$/);
    }));

  it('lost-syn: the SYN is kept, and sent again after a second', () =>
    withAdapter(async (adapter) => {
      const program = samplePath('lost-syn');
      await adapter.launch({ program }, () => breakAt(adapter, program, ['await connect(']));
      await adapter.stopped();
      await tick(adapter, 'retransmission');
      // What the views are told after the stop: a second has passed, and what the timer wheel rounds it up by.
      const told = new Promise<ChangedEvent>((resolve) =>
        adapter.client.on('sockscope/changed', ({ body }: { body: ChangedEvent }) => {
          if (body.time !== '0.000000000') resolve(body);
        }),
      );
      await adapter.go('continue');
      assert.ok((await adapter.stack()).some(({ name }) => name === 'tcp_retransmit_timer'));
      assert.ok((await shown(adapter)).includes('    queues  rtx 1'));
      const { time, event } = await told;
      assert.match(time, /^1\.0/);
      assert.ok(event! > 20, `event ${event}`);
    }));

  it('lost-syn-ack: two timers are at work', () =>
    withAdapter(async (adapter) => {
      const program = samplePath('lost-syn-ack');
      await adapter.launch({ program }, () => breakAt(adapter, program, ['await connect(']));
      await adapter.stopped();
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'reqsk_timer_handler' }] });
      await adapter.go('continue');
      const lines = await shown(adapter);
      assert.ok(lines.includes('      ← :PORT  NEW_SYN_RECV'), lines.join('\n'));
      assert.ok(lines.includes('    timers  retransmit in 2 s'), lines.join('\n'));
    }));
});
