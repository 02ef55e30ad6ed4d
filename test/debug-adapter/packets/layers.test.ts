import assert from 'node:assert/strict';
import { dissect, packetLayers } from '../../../debug-adapter/packets/dissect.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import type { PacketField, PacketLayer } from '../../../debug-adapter/protocol.ts';
import {
  arp,
  be32,
  capture,
  ethernet,
  frame,
  icmp,
  ipv4,
  nop,
  sack,
  synOptions,
  tcp,
  text,
  timestamps,
  udp,
  type Bytes,
} from '../../support/packetBuilder.ts';
import { STORIES } from '../../support/packetStories.ts';

/** One packet's layers, as a store with the whole story sees it. */
function layersOf(packets: Bytes[], number = packets.length): PacketLayer[] {
  const store = new PacketStore();
  for (const one of capture(packets)) store.add(one);
  return store.packet(number).layers;
}

/** A layer as indented text; the bytes of each field are named as `@offset+length`. */
function drawn(layer: PacketLayer): string {
  const lines = [`${layer.summary} @${layer.offset}+${layer.length}`];
  const draw = (fields: PacketField[], indent: string): void => {
    for (const { name, value, offset, length, children } of fields) {
      lines.push(`${indent}${value ? `${name}: ${value}` : name}${length ? ` @${offset}+${length}` : ''}`);
      if (children) draw(children, `${indent}  `);
    }
  };
  draw(layer.fields, '  ');
  return lines.join('\n');
}

function fieldNamed(layer: PacketLayer | undefined, name: string): string | undefined {
  const search = (fields: PacketField[]): string | undefined => {
    for (const field of fields) {
      const found = field.name === name ? field.value : search(field.children ?? []);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(layer?.fields ?? []);
}

describe('packet layers', () => {
  const syn = tcp({ flags: 'SYN', seq: 1000, tcpOptions: synOptions(7, 0) });

  it('draw a SYN field by field, with the bytes of each', () => {
    const [frameLayer, eth, ip, segment] = layersOf([syn]);
    assert.equal(frameLayer!.summary, 'Frame 1: 74 bytes on wire, 74 bytes captured on interface lo');
    assert.equal(fieldNamed(frameLayer, '[Protocols in frame]'), 'ethernet:ipv4:tcp');
    assert.equal(
      drawn(eth!),
      `Ethernet II, Src: 00:00:00:00:00:00, Dst: 00:00:00:00:00:00 @0+14
  Destination: 00:00:00:00:00:00 @0+6
  Source: 00:00:00:00:00:00 @6+6
  Type: IPv4 (0x0800) @12+2`,
    );
    assert.equal(
      drawn(ip!),
      `Internet Protocol Version 4, Src: 127.0.0.1, Dst: 127.0.0.1 @14+20
  Version: 4 @14+1
  Header Length: 20 bytes (5) @14+1
  Differentiated Services Field: 0x00 (DSCP: CS0, ECN: Not-ECT) @15+1
    0000 00.. = Differentiated Services Codepoint: 0 @15+1
    .... ..00 = Explicit Congestion Notification: Not-ECT @15+1
  Total Length: 60 @16+2
  Identification: 0x1234 (4660) @18+2
  Flags: 0x2, Don't fragment @20+1
    0.. = Reserved bit: Not set @20+1
    .1. = Don't fragment: Set @20+1
    ..0 = More fragments: Not set @20+1
  Fragment Offset: 0 @20+2
  Time to Live: 64 @22+1
  Protocol: TCP (6) @23+1
  Header Checksum: 0x2a86 [correct] @24+2
  [Header Checksum status]: Good @24+2
  Source Address: 127.0.0.1 @26+4
  Destination Address: 127.0.0.1 @30+4`,
    );
    assert.equal(
      drawn(segment!),
      `Transmission Control Protocol, Src Port: 40312, Dst Port: 8080, Seq: 0, Ack: 0, Len: 0 @34+40
  Source Port: 40312 @34+2
  Destination Port: 8080 @36+2
  [Stream index]: 0
  [TCP Segment Len]: 0
  Sequence Number: 0 (relative sequence number) @38+4
  Sequence Number (raw): 1000 @38+4
  [Next Sequence Number]: 1 (relative sequence number)
  Acknowledgment Number: 0 (relative ack number) @42+4
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
    .... .... ...0 = Fin: Not set @47+1
  Window: 65495 @48+2
  [Calculated window size]: 65495 bytes @48+2
  Checksum: 0x8f0a [correct] @50+2
  [Checksum status]: Good @50+2
  Urgent Pointer: 0 @52+2
  Options: (20 bytes), Maximum segment size, SACK permitted, Timestamps, No-Operation (NOP), Window scale @54+20
    TCP Option - Maximum segment size: 65495 bytes @54+4
      Kind: 2 @54+1
      Length: 4 @55+1
      MSS Value: 65495 @56+2
    TCP Option - SACK permitted @58+2
      Kind: 4 @58+1
      Length: 2 @59+1
    TCP Option - Timestamps: TSval 7, TSecr 0 @60+10
      Kind: 8 @60+1
      Length: 10 @61+1
      Timestamp value: 7 @62+4
      Timestamp echo reply: 0 @66+4
    TCP Option - No-Operation (NOP) @70+1
    TCP Option - Window scale: 7 (multiply by 128) @71+3
      Kind: 3 @71+1
      Length: 3 @72+1
      Shift count: 7 @73+1
      [Multiplier]: 128 @73+1`,
    );
  });

  it('say of each checksum whether it is right, wrong, left to the NIC, not made or not to be known', () => {
    const sum = (packet: Bytes, layer = 3) => fieldNamed(layersOf([packet])[layer], 'Checksum');
    assert.match(sum(tcp({ flags: 'ACK', checksum: 'good' }))!, /^0x.{4} \[correct\]$/);
    assert.match(sum(tcp({ flags: 'ACK', checksum: 'bad' }))!, /^0x.{4} incorrect, should be 0x.{4}$/);
    assert.match(
      sum(tcp({ flags: 'ACK', checksum: 'offload' }))!,
      /^0xfe1c incorrect, should be 0x.{4} \(maybe caused by "TCP checksum offload"\?\)$/,
    );
    assert.equal(sum(udp({ payload: 'x', checksum: 'none' })), '0x0000 [zero-value ignored]');
    assert.match(sum(icmp(8, 0, be32(1), text('abc')))!, /\[correct\]$/);
    const header = fieldNamed(
      layersOf([ethernet(0x0800, ipv4(6, [], { badChecksum: true }))])[2],
      'Header Checksum',
    );
    assert.match(header!, /incorrect, should be/);
    const cut = packetLayers(dissect(frame(syn.slice(0, 70), 1, 0, syn.length)));
    assert.match(fieldNamed(cut[3], 'Checksum')!, /\[unverified\]$/);
  });

  it('draw what earlier packets say about this one', () => {
    const layers = (number: number) => {
      const store = new PacketStore();
      for (const one of STORIES['data retransmitted by timer']!()) store.add(one);
      return store.packet(number).layers[3];
    };
    assert.equal(fieldNamed(layers(2), '[This is an ACK to the segment in frame]'), '1');
    assert.equal(fieldNamed(layers(2), '[The RTT to ACK the segment was]'), '0.000010000 seconds');
    assert.equal(fieldNamed(layers(4), '[Bytes in flight]'), '100');
    assert.equal(fieldNamed(layers(5), '[RTO based on delta from frame]'), '4');
    assert.equal(fieldNamed(layers(5), '[TCP Analysis Flags]'), 'TCP Retransmission');
    assert.equal(fieldNamed(layers(3), '[Calculated window size]'), '65536 bytes');
    assert.equal(fieldNamed(layers(3), '[Window size scaling factor]'), '128');
  });

  it('take apart every option, valid or not', () => {
    const options = [...nop, ...nop, ...sack(10, 20), ...timestamps(1, 2)];
    const [, , , layer] = layersOf([tcp({ flags: 'SYN' }), tcp({ flags: 'ACK', tcpOptions: options })]);
    assert.equal(fieldNamed(layer, 'left edge'), '11 (relative)');
    const odd = layersOf([
      tcp({ flags: 'SYN', tcpOptions: [34, 4, 0xab, 0xcd, 28, 4, 0x80, 5, 99, 3, 7, 2, 9, 0, 0, 0] }),
    ])[3];
    const drawnOptions = drawn(odd!);
    assert.match(drawnOptions, /TCP Fast Open: Cookie @54\+4[^]*Fast Open Cookie: abcd/);
    assert.match(drawnOptions, /User Timeout: 5 minutes/);
    assert.match(drawnOptions, /Unknown \(99\): 3 bytes @62\+3[^]*Payload: 07/);
    assert.match(drawnOptions, /Maximum segment size: length 9: not valid/);
  });

  it('draw IP options', () => {
    const layer = layersOf([tcp({ flags: 'SYN', options: [7, 7, 8, 10, 0, 0, 1, 1, 148, 4, 0, 0] })])[2];
    assert.match(
      drawn(layer!),
      /Options: \(12 bytes\) @34\+12\n {4}IP Option: Record Route \(7 bytes\) @34\+7/,
    );
    assert.equal(fieldNamed(layer, 'Address'), '10.0.0.1');
    assert.equal(fieldNamed(layer, 'Router Alert'), '0');
  });

  it('take apart the packet that an ICMP error quotes, also where only the ports are there', () => {
    const quoted = syn.slice(14, 14 + 28);
    const layer = layersOf([icmp(3, 1, be32(0), quoted)])[3];
    const quotes = layer!.fields.slice(-2);
    assert.deepEqual(
      quotes.map(({ name, offset, length }) => [name, offset, length]),
      [
        ['Internet Protocol Version 4, Src: 127.0.0.1, Dst: 127.0.0.1', 42, 20],
        ['Transmission Control Protocol, Src Port: 40312, Dst Port: 8080', 62, 8],
      ],
    );
    assert.equal(fieldNamed(layersOf([icmp(3, 4, [0, 0, 5, 0x78], quoted)])[3], 'MTU of next hop'), '1400');
  });

  it('draw ARP, data and a malformed header', () => {
    const request = arp({
      opcode: 1,
      senderMac: '02:00:00:00:00:01',
      senderIp: '10.0.0.1',
      targetIp: '10.0.0.2',
    });
    const [, , layer] = layersOf([request]);
    assert.equal(layer!.summary, 'Address Resolution Protocol (request)');
    assert.equal(fieldNamed(layer, 'Target IP address'), '10.0.0.2');
    const data = layersOf([udp({ payload: 'hi\n' })])[4];
    assert.equal(
      drawn(data!),
      'Data (3 bytes) @42+3\n  Data: 68690a @42+3\n  Text: hi· @42+3\n  [Length]: 3 @42+3',
    );
    const broken = layersOf([ethernet(0x0800, ipv4(6, syn.slice(34, 44)))]);
    assert.equal(broken.at(-1)!.summary, '[Malformed Packet: TCP]');
    const limited = packetLayers(dissect(frame(syn.slice(0, 40), 1, 0, 74)));
    assert.equal(limited.at(-1)!.summary, '[Packet size limited during capture: TCP truncated]');
    assert.equal(fieldNamed(limited.at(-1), 'Reason'), 'the capture kept 40 of 74 bytes');
  });
});
