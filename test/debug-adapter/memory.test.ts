/** Bytes of packets and buffers, read and written as a hex editor does. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const program = fixture('handshake');

async function at(adapter: Adapter, name: string): Promise<void> {
  await adapter.launch(
    { program },
    () => adapter.request('setFunctionBreakpoints', { breakpoints: [{ name }] }),
    { supportsMemoryEvent: true },
  );
  await adapter.stopped();
}
async function packet(adapter: Adapter): Promise<string> {
  const skb = await adapter.variable('Locals', 'skb');
  assert.equal(
    (skb as unknown as { __vscodeVariableMenuContext: string }).__vscodeVariableMenuContext,
    'sk_buff',
  );
  return skb.memoryReference!;
}
async function read(adapter: Adapter, memoryReference: string, offset = 0, count = 4096) {
  const args = { memoryReference, offset, count };
  const body = await adapter.request<NonNullable<DebugProtocol.ReadMemoryResponse['body']>>(
    'readMemory',
    args,
  );
  return { ...body, bytes: Buffer.from(body.data ?? '', 'base64') };
}
const write = (adapter: Adapter, memoryReference: string, offset: number, text: string, more: object = {}) =>
  adapter.request<{ bytesWritten: number }>('writeMemory', {
    memoryReference,
    offset,
    data: Buffer.from(text).toString('base64'),
    ...more,
  });
const said = (adapter: Adapter): string => adapter.output.map(({ text }) => text).join('');

describe('debug adapter: bytes of packets and buffers', () => {
  it('a packet that arrives is read from its outermost header on, and written; its checksums are computed again; a run that goes back and on has it, too', () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'tcp_queue_rcv');
      const skb = await packet(adapter);
      const { address, bytes, unreadableBytes } = await read(adapter, skb);
      assert.deepEqual([address, bytes.length + unreadableBytes!], ['0x0', 4096]);
      const hello = bytes.indexOf('hello');
      assert.equal(hello + 'hello'.length, bytes.length, bytes.toString('hex'));
      // An Ethernet header, an IPv4 header, a TCP header.
      assert.deepEqual([bytes.readUInt16BE(12), bytes[14], bytes.readUInt16BE(36)], [0x0800, 0x45, 8080]);
      assert.equal((await read(adapter, skb, hello, 4)).bytes.toString(), 'hell');

      await assert.rejects(write(adapter, skb, hello, 'hello!'), /there are 71 bytes here/);
      let told = 0;
      const count = () => void told++;
      adapter.client.on('memory', count);
      assert.equal((await write(adapter, skb, hello, 'jelly!', { allowPartial: true })).bytesWritten, 5);
      assert.equal(told, 0, 'who has written knows it');
      const [ip, tcp, ...more] = (await adapter.custom('sockscope/updateChecksums', { memoryReference: skb }))
        .checksums;
      assert.deepEqual([ip!.of, tcp!.of, more], ['IPv4', 'TCP', []]);
      assert.equal(ip!.before, ip!.now);
      assert.equal(told, 1);
      adapter.client.off('memory', count);
      const again = await adapter.custom('sockscope/updateChecksums', { memoryReference: skb });
      assert.deepEqual(again.checksums[1], { of: 'TCP', before: tcp!.now, now: tcp!.now });

      const stopped = adapter.client.waitForEvent('memory');
      await adapter.go('next');
      const { body } = (await stopped) as DebugProtocol.MemoryEvent;
      assert.deepEqual(body, { memoryReference: skb, offset: 0, count: 4096 });
      await adapter.go('next');
      await adapter.go('stepBack');
      const repeated = await read(adapter, await packet(adapter));
      assert.equal(repeated.bytes.subarray(hello).toString(), 'jelly');
      await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
      assert.equal(((await adapter.go('continue')) as Stopped).description, 'Paused at the end of the past');
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(said(adapter), /server received "jelly"/);
    }));

  it('what waits in a queue is found there by its way from the world', () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'skb_copy_datagram_msg');
      const skb = await packet(adapter);
      const { bytes } = await read(adapter, skb);
      await write(adapter, skb, bytes.indexOf('hello'), 'Hello');
      const [input] = JSON.parse(
        JSON.parse(await adapter.evaluate('JSON.stringify(world.inputs.log)')) as string,
      ) as {
        input: { kind: string; hex: string };
      }[];
      assert.deepEqual(
        [input!.input.kind, input!.input.hex],
        ['bytes', Buffer.from('Hello').toString('hex')],
      );
      await adapter.go('next');
      await adapter.go('stepBack');
      assert.equal((await read(adapter, await packet(adapter))).bytes.subarray(-5).toString(), 'hello');
      const elsewhere =
        /these bytes were shown at another moment of the run: open them again in the variables/;
      // What is read of a packet of another moment is nothing: an editor that shows it is empty until it is back.
      assert.equal((await read(adapter, skb)).unreadableBytes, 4096);
      await assert.rejects(write(adapter, skb, 0, 'x'), elsewhere);
      // Changed in the past, the packet keeps its reference: a hex editor shows what it has written.
      const there = await packet(adapter);
      await read(adapter, there);
      const changed = adapter.stopped();
      let told = 0;
      adapter.client.on('memory', ({ body }: DebugProtocol.MemoryEvent) => {
        if (body.memoryReference === there) told++;
      });
      const hello = bytes.indexOf('hello');
      // A hex editor saves each change by its own; the first one begins another run.
      await Promise.all([write(adapter, there, hello + 1, 'a'), write(adapter, there, hello + 4, '0')]);
      await changed;
      assert.equal(told, 0, 'who has written knows it');
      assert.equal((await read(adapter, there)).bytes.subarray(-5).toString(), 'hall0');
      await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
      assert.equal(await adapter.go('continue'), 'terminated', said(adapter));
      assert.match(said(adapter), /server received "hall0"/);
    }));

  it('buffers have bytes wherever they are: in fields, in rings, in the program', () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'vnic_rx_bytes');
      const buffer = await adapter.request<DebugProtocol.EvaluateResponse['body']>('evaluate', {
        expression: 'new Uint8Array([1, 2, 3])',
        context: 'repl',
      });
      assert.deepEqual([...(await read(adapter, buffer.memoryReference!)).bytes], [1, 2, 3]);
      const open = async (path: string[], parent?: string): Promise<string | undefined> => {
        const [label, ...rest] = path;
        const found = (await adapter.tree('interfaces', parent)).find((one) => one.label.startsWith(label!));
        return rest.length === 0 ? found?.memory : open(rest, found?.id);
      };
      const rx = await open(['lo', 'RX ring', '[0]']);
      const arrived = (await read(adapter, rx!)).bytes;
      assert.equal(arrived.readUInt16BE(12), 0x0800);
      assert.equal((await read(adapter, 'nothing')).unreadableBytes, 4096);
      await assert.rejects(write(adapter, 'nothing', 0, 'x'), /not there any more/);
      await adapter.go('next');
      await adapter.go('stepBack');
      await adapter.go('stepBack');
      assert.deepEqual((await read(adapter, rx!)).bytes, arrived, 'a ring is at the same place in the past');
    }));
});
