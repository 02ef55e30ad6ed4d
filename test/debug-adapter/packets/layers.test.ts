/** What the layer tree shows of a packet. That the lines are Wireshark's is held against tshark, see `dissectors/`. */
import assert from 'node:assert/strict';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import type { CapturedFrame } from '../../../debug-adapter/packets/frame.ts';
import type { PacketField, PacketResponse } from '../../../debug-adapter/protocol.ts';
import {
  arp,
  be32,
  capture,
  ethernet,
  frame,
  icmp,
  ipv4,
  ping,
  synOptions,
  tcp,
  udp,
} from '../../support/packetBuilder.ts';
import { STORIES } from '../../support/packetStories.ts';

/** One packet, as a store with the whole story sees it; the last one unless a number is given. */
function packetOf(frames: readonly CapturedFrame[], number = frames.length): PacketResponse {
  const store = new PacketStore();
  for (const one of frames) store.add(one);
  return store.packet(number);
}

/** A layer as indented text; the bytes of each line are named as `@offset+length`. */
function drawn(layer: PacketField): string {
  const draw = ({ text, offset, length, children = [] }: PacketField, indent: string): string[] => [
    `${indent}${text}${length ? ` @${offset}+${length}` : ''}`,
    ...children.flatMap((child) => draw(child, `${indent}  `)),
  ];
  return draw(layer, '').join('\n');
}

/** All lines of a field. */
function linesOf({ layers }: PacketResponse, name: string): PacketField[] {
  const search = (line: PacketField): PacketField[] => [
    ...(line.field === name ? [line] : []),
    ...(line.children ?? []).flatMap(search),
  ];
  return layers.flatMap(search);
}

describe('packet layers', () => {
  const syn = tcp({ flags: 'SYN', seq: 1000, tcpOptions: synOptions(7, 0) });
  const ofSyn = () => packetOf(capture([syn]));

  it('begin with the frame, and go from outside to inside', () => {
    assert.deepEqual(
      ofSyn().layers.map(({ text, field }) => [field, text]),
      [
        ['frame', 'Frame 1: 74 bytes on wire (592 bits), 74 bytes captured (592 bits) on interface lo, id 0'],
        ['eth', 'Ethernet II, Src: 00:00:00:00:00:00, Dst: 00:00:00:00:00:00'],
        ['ip', 'Internet Protocol Version 4, Src: 127.0.0.1, Dst: 127.0.0.1'],
        ['tcp', 'Transmission Control Protocol, Src Port: 40312, Dst Port: 9000, Seq: 0, Len: 0'],
      ],
    );
  });

  it('draw a SYN line by line, with the bytes of each', () => {
    assert.equal(
      drawn(ofSyn().layers[3]!),
      `Transmission Control Protocol, Src Port: 40312, Dst Port: 9000, Seq: 0, Len: 0 @34+40
  Source Port: 40312 @34+2
  Destination Port: 9000 @36+2
  [Stream index: 0]
  [Conversation completeness: Incomplete, SYN_SENT (1)]
  [TCP Segment Len: 0]
  Sequence Number: 0    (relative sequence number) @38+4
  Sequence Number (raw): 1000 @38+4
  [Next Sequence Number: 1    (relative sequence number)]
  Acknowledgment Number: 0 @42+4
  Acknowledgment number (raw): 0 @42+4
  1010 .... = Header Length: 40 bytes (10) @46+1
  Flags: 0x002 (SYN) @46+2
    000. .... .... = Reserved: Not set @46+1
    ...0 .... .... = Accurate ECN: Not set @46+1
    .... 0... .... = Congestion Window Reduced: Not set @47+1
    .... .0.. .... = ECN-Echo: Not set @47+1
    .... ..0. .... = Urgent: Not set @47+1
    .... ...0 .... = Acknowledgment: Not set @47+1
    .... .... 0... = Push: Not set @47+1
    .... .... .0.. = Reset: Not set @47+1
    .... .... ..1. = Syn: Set @47+1
      [Expert Info (Chat/Sequence): Connection establish request (SYN): server port 9000]
        [Connection establish request (SYN): server port 9000]
        [Severity level: Chat]
        [Group: Sequence]
    .... .... ...0 = Fin: Not set @47+1
    TCP Flags: ··········S· @46+2
  Window: 65495 @48+2
  [Calculated window size: 65495] @48+2
  Checksum: 0x8b72 [correct] @50+2
  [Checksum Status: Good]
  [Calculated Checksum: 0x8b72] @50+2
  Urgent Pointer: 0 @52+2
  Options: (20 bytes), Maximum segment size, SACK permitted, Timestamps, No-Operation (NOP), Window scale @54+20
    TCP Option - Maximum segment size: 65495 bytes @54+4
      Kind: Maximum Segment Size (2) @54+1
      Length: 4 @55+1
      MSS Value: 65495 @56+2
    TCP Option - SACK permitted @58+2
      Kind: SACK Permitted (4) @58+1
      Length: 2 @59+1
    TCP Option - Timestamps: TSval 7, TSecr 0 @60+10
      Kind: Time Stamp Option (8) @60+1
      Length: 10 @61+1
      Timestamp value: 7 @62+4
      Timestamp echo reply: 0 @66+4
    TCP Option - No-Operation (NOP) @70+1
      Kind: No-Operation (1) @70+1
    TCP Option - Window scale: 7 (multiply by 128) @71+3
      Kind: Window Scale (3) @71+1
      Length: 3 @72+1
      Shift count: 7 @73+1
      [Multiplier: 128] @73+1
  [Timestamps]
    [Time since first frame in this TCP stream: 0.000000000 seconds]
    [Time since previous frame in this TCP stream: 0.000000000 seconds]`,
    );
  });

  it('name what a filter and a column are made of: the field, its value, and which of several it is', () => {
    const [port] = linesOf(ofSyn(), 'tcp.srcport');
    assert.deepEqual([port!.title, port!.value, port!.occurrence], ['Source Port', '40312', undefined]);
    const lengths = linesOf(ofSyn(), 'tcp.option_len').map(({ value, occurrence }) => [value, occurrence]);
    assert.deepEqual(lengths, [
      ['4', undefined],
      ['2', 1],
      ['10', 2],
      ['3', 3],
    ]);
    const [, , ip] = ofSyn().layers;
    assert.ok(!drawn(ip!).includes('Source or Destination Address'), 'what only filters find is not shown');
  });

  it('lead to other packets', () => {
    const retransmitted = packetOf(STORIES['data retransmitted by timer']!(), 5);
    const [because] = linesOf(retransmitted, 'tcp.analysis.rto_frame');
    assert.equal(because!.text, '[RTO based on delta from frame: 4]');
    assert.equal(because!.frame, 4);
  });

  it('have the bytes of what was put together from several packets', () => {
    const request = ping(1, 1);
    const [header, body] = [request.slice(14, 34), request.slice(34)];
    const piece = (from: number, to: number, flags: 'MF'[]) =>
      ethernet(0x0800, ipv4(1, body.slice(from, to), { flags, fragmentOffset: from, id: 7 }));
    assert.equal(header.length, 20);
    const whole = packetOf(capture([piece(0, 16, ['MF']), piece(16, body.length, [])]));
    assert.deepEqual(
      whole.sources.map(({ name, base64 }) => [name, Buffer.from(base64, 'base64').length]),
      [
        ['Frame', 34 + body.length - 16],
        ['Reassembled IPv4', body.length],
      ],
    );
    const [type] = linesOf(whole, 'icmp.type');
    assert.deepEqual([type!.source, type!.offset], [1, 0]);
    const fragments = linesOf(whole, 'ip.fragment').map(({ frame: number }) => number);
    assert.deepEqual(fragments, [1, 2]);
  });

  it('say of each checksum whether it is right, wrong, left to the NIC, or not made', () => {
    const sum = (bytes: number[] | Uint8Array, name: string) =>
      linesOf(packetOf(capture([Array.from(bytes)])), name)[0]!.text;
    assert.match(sum(tcp({ flags: 'ACK', checksum: 'good' }), 'tcp.checksum'), /: 0x.{4} \[correct\]$/);
    assert.match(
      sum(tcp({ flags: 'ACK', checksum: 'bad' }), 'tcp.checksum'),
      /: 0x.{4} incorrect, should be 0x.{4}/,
    );
    assert.match(
      sum(tcp({ flags: 'ACK', checksum: 'offload' }), 'tcp.checksum'),
      /: 0xfe1c incorrect, should be 0x.{4}\(maybe caused by "TCP checksum offload"\?\)$/,
    );
    assert.equal(
      sum(udp({ payload: 'x', checksum: 'none' }), 'udp.checksum'),
      'Checksum: 0x0000 [zero-value ignored]',
    );
  });

  it('hold what an ICMP error quotes, and payload as text', () => {
    const quoting = packetOf(capture([icmp(3, 1, be32(0), syn.slice(14, 14 + 28))]));
    const inner = quoting.layers[3]!.children!.slice(-2).map(({ field, offset }) => [field, offset]);
    assert.deepEqual(inner, [
      ['ip', 42],
      ['tcp', 62],
    ]);
    const data = packetOf(capture([udp({ payload: 'hi\n' })])).layers[4]!;
    assert.equal(
      drawn(data),
      'Data (3 bytes) @42+3\n  Data: 68690a @42+3\n  Text: hi\\n @42+3\n  [Length: 3]',
    );
    const request = arp({
      opcode: 1,
      senderMac: '02:00:00:00:00:01',
      senderIp: '10.0.0.1',
      targetIp: '10.0.0.2',
    });
    assert.equal(packetOf(capture([request])).layers[2]!.text, 'Address Resolution Protocol (request)');
  });

  it('mark where a packet is malformed, and where only the capture ends', () => {
    const last = (one: CapturedFrame) => packetOf([one]).layers.at(-1)!.text;
    assert.equal(
      last(frame(syn.slice(0, 40), 1, 0, 74)),
      '[Packet size limited during capture: TCP truncated]',
    );
    assert.match(last(frame(syn.slice(0, 40), 1, 0, 40)), /^\[Malformed Packet: TCP\]$/);
  });

  it('tell what only the machine knows: its time, its fate, and what the user noted', () => {
    const noted = packetOf([
      { ...frame(syn, 1, 5_000), fate: 'lost', reason: 'loss 5 %', comment: 'look here', isMarked: true },
    ]);
    const text = (name: string) => linesOf(noted, name)[0]?.text;
    assert.equal(text('frame.time_virtual'), '[Virtual time since boot: 0.000005000 seconds]');
    assert.equal(text('frame.fate'), '[What became of it: lost]');
    assert.equal(text('frame.reason'), '[Reason: loss 5 %]');
    assert.equal(text('frame.comment'), 'look here');
    assert.equal(text('frame.marked'), '[Frame is marked: True]');
  });
});
