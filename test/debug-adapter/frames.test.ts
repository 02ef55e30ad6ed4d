/** Frames in transit, changed and injected by the user: over the protocol, and with commands of the debug console. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isFrameCommand, parseFrameCommand } from '../../debug-adapter/session/frameConsole.ts';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { Files } from './support/commandLine.ts';
import { fixture } from './support/paths.ts';

const program = fixture('handshake');
const said = (adapter: Adapter): string => adapter.output.map(({ text }) => text).join('');

/** What is known of all packets, a line each. */
async function told(adapter: Adapter): Promise<string[]> {
  const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
  return Promise.all(
    rows.map(async ({ number, time, info, fate, reason = '' }) => {
      const { story } = await adapter.custom('sockscope/packet', { number });
      return `${number} ${time} ${info} · ${fate} ${reason} · ${[story?.cause, story?.drop, ...(story?.truth ?? [])].join(' ')}`;
    }),
  );
}
async function line(adapter: Adapter, number: number): Promise<string> {
  return (await told(adapter))[number - 1]!;
}
const listed = async (adapter: Adapter): Promise<number[]> =>
  (await adapter.custom('sockscope/frames', {})).frames.map(({ number }) => number);
const breakAt = (adapter: Adapter, ...lines: number[]): Promise<unknown> =>
  adapter.request('setBreakpoints', {
    source: { path: program },
    breakpoints: lines.map((one) => ({ line: one })),
  });
const breakIn = (adapter: Adapter, ...names: string[]): Promise<unknown> =>
  adapter.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });

/** The client stops while its first datagram is on the wire; the server when it has both. */
const TWO_DATAGRAMS = `import { AF_INET, bind, recv, sendto, SOCK_DGRAM, socket } from 'sockscope';
const address = { address: '127.0.0.1', port: 53 };
export async function server() {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  await bind(fd, address);
  const texts = [await recv(fd, 100), await recv(fd, 100)].map((bytes) => new TextDecoder().decode(bytes));
  console.log('server has ' + texts.join(', '));
  debugger;
}
export async function client() {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  await sendto(fd, 'first', 0, address);
  debugger;
  await sendto(fd, 'second', 0, address);
}
`;

describe('debug adapter: frames in transit', function () {
  const { scenario } = new Files();
  this.timeout(30_000);

  it('are dropped, duplicated, delayed, edited, damaged and injected; TCP copes, and a run that goes back and a recording have it', async () => {
    const recording = path.join(tmpdir(), `sockscope-frames-${process.pid}.sockscope`);
    let then: string[] = [];
    await withAdapter(async (adapter) => {
      await adapter.launch(
        { program, nic: { latency: '1ms' } },
        async () => {
          await breakAt(adapter, 12, 21, 22);
          await breakIn(adapter, 'inet_wait_for_connect');
        },
        { supportsMemoryEvent: true, supportsInvalidatedEvent: true },
      );

      // The SYN is on the wire.
      await adapter.stopped();
      assert.equal(await adapter.evaluate('frame list'), 'packet 1: lo, arrives in 1 ms');
      const changed = adapter.client.waitForEvent('sockscope/changed');
      const invalidated = adapter.client.waitForEvent('invalidated');
      assert.equal(await adapter.evaluate('frame 1 drop'), 'Done: packet 1 does not arrive.');
      await Promise.all([changed, invalidated]);
      assert.match(
        await line(adapter, 1),
        /\[SYN\].* · lost dropped in the debugger · .* You have dropped it in the debugger\./,
      );
      await assert.rejects(
        adapter.evaluate('frame 1 drop'),
        /packet 1 is on no wire and in no ring any more/,
      );

      // The SYN was sent again; the ACK of the handshake is on the wire, 4.
      await adapter.go('continue');
      assert.deepEqual(await listed(adapter), [4], (await told(adapter)).join('\n'));
      assert.equal(await adapter.evaluate('frame 4 duplicate'), 'Done: packet 4 arrives twice.');
      assert.equal(await adapter.evaluate('frame 4 delay 3ms'), 'Done: packet 4 arrives 3 ms later.');

      // So is the data, 5.
      await adapter.go('continue');
      assert.deepEqual(await listed(adapter), [4, 5, 4], (await told(adapter)).join('\n'));
      const { memoryReference } = await adapter.custom('sockscope/frameMemory', { packet: 5 });
      const args = { memoryReference, offset: 0, count: 100 };
      const { data } = await adapter.request<{ data: string }>('readMemory', args);
      const bytes = Buffer.from(data, 'base64');
      const at = bytes.indexOf('hello');
      assert.equal(at + 5, bytes.length, bytes.toString('hex'));
      await adapter.request('writeMemory', {
        memoryReference,
        offset: at,
        data: Buffer.from('jel').toString('base64'),
      });
      await adapter.evaluate(`frame 5 set ${at + 3} 6c79`);
      // A SYN to a port at which nobody listens: a copy of the first one.
      const syn = await adapter.custom('sockscope/packet', { number: 1 });
      const copy = Buffer.from(syn.sources[0]!.base64, 'base64');
      copy.writeUInt16BE(9999, 36);
      const injected = await adapter.custom('sockscope/injectFrame', { hex: copy.toString('hex') });
      assert.match(await line(adapter, 6), /in flight {2}· You have injected it in the debugger\./);
      assert.deepEqual(injected, { number: 6, text: 'Packet 6 is on its way on lo.' });

      // A step back shows the past, which stays as it was.
      await adapter.go('next');
      const before = await told(adapter);
      await adapter.go('stepBack');
      await adapter.go('next');
      assert.deepEqual(await told(adapter), before);

      // The server has read; an ACK of the data is on its way back.
      let stop = await adapter.go('continue');
      while (stop !== 'terminated' && !(await adapter.stack())[0]!.name.startsWith('server'))
        stop = await adapter.go('continue');
      const [reset] = (await told(adapter)).filter((one) => /9999 →.*\[RST, ACK\]/.test(one));
      assert.ok(reset, (await told(adapter)).join('\n'));
      const [ack] = await listed(adapter);
      assert.ok(ack !== undefined, (await told(adapter)).join('\n'));
      assert.equal(
        await adapter.evaluate(`frame ${ack} corrupt`),
        `Done: a byte of packet ${ack} is damaged.`,
      );
      await breakIn(adapter, 'tcp_v4_rcv');
      await breakAt(adapter);
      await adapter.go('continue');
      await breakIn(adapter);
      then = await told(adapter);
      const { packets } = await adapter.custom('sockscope/sequence', {});
      assert.ok(
        packets.some(({ number }) => number === 6),
        JSON.stringify(packets),
      );
      await adapter.custom('sockscope/saveRecording', { path: recording });
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(said(adapter), /server received "jelly"/);
      assert.match(await line(adapter, ack), / · dropped TCP_CSUM · /);
      assert.match(await line(adapter, 4), / · delivered .* arrived 2 times/);
    });
    try {
      await withAdapter(async (adapter) => {
        await adapter.launch({ recording });
        const stop = (await adapter.stopped()) as Stopped;
        assert.equal(stop.reason, 'goto', said(adapter));
        assert.deepEqual(await told(adapter), then);
        assert.match(then[0]!, /dropped in the debugger/);
        assert.match(said(adapter), /server received "jelly"/);
      });
    } finally {
      rmSync(recording);
    }
  });

  for (const by of ['a request', 'the console'])
    it(`are overtaken by the next one, as ${by} has it: the receiver has it first`, () =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program: scenario(TWO_DATAGRAMS), nic: { latency: '1ms' } });
        assert.notEqual(await adapter.stopped(), 'terminated', said(adapter));
        assert.deepEqual(await listed(adapter), [1]);
        const text =
          by === 'the console'
            ? await adapter.evaluate('frame 1 reorder')
            : (await adapter.custom('sockscope/changeFrame', { packet: 1, how: 'reorder' })).text;
        assert.equal(text, 'Done: the next packet of its link overtakes packet 1.');
        assert.notEqual(await adapter.go('continue'), 'terminated');
        assert.match(said(adapter), /server has second, first\n/);
      }));

  it('commands are completed, and refused with what they lack; limits and options of sockets are set in their tree', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, () => breakIn(adapter, 'inet_wait_for_connect'));
      await adapter.stopped();
      const complete = async (text: string): Promise<string[]> => {
        const args = { text, column: text.length + 1, frameId: adapter.frame };
        const { targets } = await adapter.request<DebugProtocol.CompletionsResponse['body']>(
          'completions',
          args,
        );
        return targets.map(({ label }) => label);
      };
      assert.deepEqual(await complete('frame '), ['1', 'lo tx[0]', 'list']);
      assert.deepEqual(await complete('frame 1 d'), ['drop', 'duplicate', 'delay']);
      assert.deepEqual(await complete('inject '), ['lo', 'raw']);
      const child = async (label: string, parent?: string): Promise<string> => {
        const items = await adapter.tree('sockets', parent);
        const found = items.find((one) => one.label.startsWith(label));
        assert.ok(found, `${label} is not among ${items.map((one) => one.label).join(', ')}`);
        return found.id;
      };
      const listener = await child('fd', await child('server'));
      const options = await child('options', await child('struct', listener));
      for (const [option, value] of [
        ['listen(backlog)', '7'],
        ['SO_RCVBUF', '4096'],
        ['TCP_KEEPIDLE', '5000'],
      ] as const)
        await adapter.custom('sockscope/setTreeValue', { id: await child(option, options), value });
      assert.equal(
        await adapter.evaluate(
          '[sockets[0].sk_max_ack_backlog, sockets[0].sk_rcvbuf, world.inputs.log.map(({ input }) => input.kind)].join(" ")',
        ),
        '"7 4096 edit,edit,edit"',
      );
      const refused = (text: string, message: RegExp) => assert.rejects(adapter.evaluate(text), message);
      await refused('frame 1', /Say what is to be done with the frame: drop or duplicate or /);
      await refused('frame 1 dorp', /"dorp" cannot be done to a frame: use drop or /);
      await refused('frame 1 delay', /a delay needs a time, such as 5ms/);
      await refused('frame 1 delay soon', /delay must be a number of us or a text such as "10us"/);
      await refused('frame 1 delay 2000s', /a delay is at most 1000 s/);
      await refused('frame 1 set 34', /Write for example frame 12 set 34 0aff/);
      await refused('frame 1 set 34 0', /bytes are two hexadecimal digits each/);
      await refused('frame 1 set 3400 00', /the frame has 74 bytes: there is none at 3400/);
      await refused('frame 7 drop', /there is no packet 7: 1 are sent so far/);
      await refused('frame lo drop', /After "frame" comes the number of a packet, or a link/);
      await refused('frame lo tx[3] drop', /descriptor 3 of the TX ring has no packet to be sent/);
      await refused('inject lo', /After "inject" come the bytes of a frame/);
      await refused('inject eth0 0011', /there is no link "eth0": known are lo/);
      await refused('inject 0011', /a frame on lo has from 14 to 65550 bytes, not 2/);
      await assert.rejects(
        adapter.custom('sockscope/changeFrame', { how: 'drop' }),
        /needs a "packet", or a "link" and the "descriptor"/,
      );
    }));
});

describe('frame commands', () => {
  it('are told from expressions', () => {
    for (const text of ['frame 12 drop', 'frame lo tx[3] drop', 'frame list', 'inject lo 00', ' inject 00'])
      assert.ok(isFrameCommand(text), text);
    for (const text of [
      'frame',
      'frame.length',
      'frame in x',
      'frame as wire_frame',
      'inject(1)',
      'frame = 2',
      'framed 3',
    ])
      assert.ok(!isFrameCommand(text), text);
  });

  it('name packets, descriptors and links', () => {
    assert.deepEqual(parseFrameCommand('frame client eth0 tx[3] set 0x10 0a ff'), {
      kind: 'change',
      arguments: { link: 'client eth0', descriptor: 3, how: 'bytes', at: 16, hex: '0aff' },
    });
    assert.deepEqual(parseFrameCommand('inject client eth0 raw 00:0a 0800'), {
      kind: 'inject',
      arguments: { link: 'client eth0', hex: '00:0a0800', isRaw: true },
    });
    assert.deepEqual(parseFrameCommand('inject 000a'), {
      kind: 'inject',
      arguments: { hex: '000a', isRaw: false },
    });
  });
});
