import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import type { CapturedFrame } from '../../../debug-adapter/packets/frame.ts';
import { icmpv6 } from '../../support/ipv6Builder.ts';
import { be32, capture, pcapFile, udp } from '../../support/packetBuilder.ts';
import { STORIES } from '../../support/packetStories.ts';
import { needTshark, tsharkRows } from '../../support/tshark.ts';

function rows(frames: readonly CapturedFrame[]): string[] {
  const store = new PacketStore();
  for (const frame of frames) store.add(frame);
  return store.rows(0, 1000).rows.map(({ protocol, info }) => `${protocol}  ${info}`);
}

/** Without the lines that every story with a handshake begins with. */
const story = (name: string, from = 0): string[] => rows(STORIES[name]!()).slice(from);

describe('packet rows', () => {
  it('words a handshake, data and the close', () => {
    assert.deepEqual(story('handshake, data, close'), [
      'TCP  40312 → 9000 [SYN] Seq=0 Win=65495 Len=0 MSS=65495 SACK_PERM TSval=1000 TSecr=0 WS=128',
      'TCP  9000 → 40312 [SYN, ACK] Seq=0 Ack=1 Win=65483 Len=0 MSS=65495 SACK_PERM TSval=2000 TSecr=1000 WS=128',
      'TCP  40312 → 9000 [ACK] Seq=1 Ack=1 Win=65536 Len=0 TSval=1000 TSecr=2000',
      'TCP  40312 → 9000 [PSH, ACK] Seq=1 Ack=1 Win=65536 Len=5 TSval=1001 TSecr=2000',
      'TCP  9000 → 40312 [ACK] Seq=1 Ack=6 Win=65536 Len=0 TSval=2001 TSecr=1001',
      'TCP  40312 → 9000 [FIN, ACK] Seq=6 Ack=1 Win=65536 Len=0',
      'TCP  9000 → 40312 [FIN, ACK] Seq=1 Ack=7 Win=65536 Len=0',
      'TCP  40312 → 9000 [ACK] Seq=7 Ack=2 Win=65536 Len=0',
    ]);
  });

  it('scales no window unless both ends offered to', () => {
    assert.deepEqual(story('no window scaling', 2), ['TCP  40312 → 9000 [ACK] Seq=1 Ack=1 Win=1000 Len=0']);
  });

  it('knows a retransmitted SYN, a retransmission by timer and one that was not needed', () => {
    assert.match(
      story('lost SYN, retransmitted')[1]!,
      /^TCP {2}\[TCP Retransmission\] 40312 → 9000 \[SYN\] Seq=0/,
    );
    assert.deepEqual(story('data retransmitted by timer', 4), [
      'TCP  [TCP Retransmission] 40312 → 9000 [PSH, ACK] Seq=1 Ack=1 Win=65536 Len=100',
      'TCP  9000 → 40312 [ACK] Seq=1 Ack=101 Win=65536 Len=0',
      'TCP  [TCP Spurious Retransmission] 40312 → 9000 [PSH, ACK] Seq=1 Ack=1 Win=65536 Len=100',
    ]);
  });

  it('counts duplicate ACKs and knows the fast retransmission that they cause', () => {
    assert.deepEqual(story('duplicate ACKs and fast retransmission', 5), [
      'TCP  [TCP Previous segment not captured] 40312 → 9000 [ACK] Seq=201 Ack=1 Win=65536 Len=100',
      'TCP  [TCP Dup ACK 5#1] 9000 → 40312 [ACK] Seq=1 Ack=101 Win=65536 Len=0 SLE=201 SRE=301',
      'TCP  40312 → 9000 [ACK] Seq=301 Ack=1 Win=65536 Len=100',
      'TCP  [TCP Dup ACK 5#2] 9000 → 40312 [ACK] Seq=1 Ack=101 Win=65536 Len=0 SLE=201 SRE=401',
      'TCP  [TCP Fast Retransmission] 40312 → 9000 [ACK] Seq=101 Ack=1 Win=65536 Len=100',
      'TCP  9000 → 40312 [ACK] Seq=1 Ack=401 Win=65536 Len=0',
    ]);
  });

  it('knows segments out of order, zero windows and their probes, full windows, keep-alives, reused ports', () => {
    const notes = (name: string) =>
      story(name).flatMap((row) => /^TCP {2}((?:\[TCP [^\]]+\] )+)/.exec(row)?.[1]!.trim() ?? []);
    assert.deepEqual(notes('out of order'), ['[TCP Previous segment not captured]', '[TCP Out-Of-Order]']);
    assert.deepEqual(notes('zero window and its probes'), [
      '[TCP ZeroWindow]',
      '[TCP ZeroWindowProbe]',
      '[TCP ZeroWindowProbeAck] [TCP ZeroWindow]',
      '[TCP Keep-Alive]',
      '[TCP ZeroWindow]',
      '[TCP Window Update]',
    ]);
    assert.deepEqual(notes('window full'), ['[TCP Window Update]', '[TCP Window Full]', '[TCP ZeroWindow]']);
    assert.deepEqual(notes('keepalive'), ['[TCP Keep-Alive]', '[TCP Keep-Alive ACK]', '[TCP Keep-Alive]']);
    assert.deepEqual(notes('ports reused'), ['[TCP Port numbers reused]']);
    assert.deepEqual(notes('joined in the middle'), ['[TCP ACKed unseen segment]']);
  });

  it('starts at 1 where it did not see the SYN', () => {
    assert.equal(story('joined in the middle')[0], 'TCP  40312 → 9000 [PSH, ACK] Seq=1 Ack=1 Win=512 Len=10');
  });

  it('words UDP, ping with its replies, ICMP errors and ARP', () => {
    assert.deepEqual(story('udp'), [
      'UDP  5000 → 6000 Len=5',
      'UDP  6000 → 5000 Len=0',
      'UDP  5000 → 6000 Len=5',
    ]);
    assert.deepEqual(story('ping').slice(0, 2), [
      'ICMP  Echo (ping) request  id=0x1a2b, seq=1/256, ttl=64 (reply in 2)',
      'ICMP  Echo (ping) reply    id=0x1a2b, seq=1/256, ttl=64 (request in 1)',
    ]);
    assert.deepEqual(story('ICMP errors', 1).slice(0, 2), [
      'ICMP  Destination unreachable (Port unreachable)',
      'ICMP  Destination unreachable (Host unreachable)',
    ]);
    assert.deepEqual(story('arp'), [
      'ARP  Who has 10.0.0.2? Tell 10.0.0.1',
      'ARP  10.0.0.2 is at 02:00:00:00:00:02',
      'ARP  Who has 10.0.0.1? (ARP Probe)',
      'ARP  ARP Announcement for 10.0.0.1',
      'ARP  Gratuitous ARP for 10.0.0.1 (Reply)',
    ]);
  });

  it('says of what is cut off or malformed that it is', () => {
    assert.deepEqual(story('cut off and malformed'), [
      'TCP  40312 → 9000 [Packet size limited during capture]',
      'TCP  40312 → 9000 [SYN] Seq=0 Win=65495 Len=0 MSS=65495 SACK_PERM [Packet size limited during capture]',
      'TCP  40312 → 9000 [Malformed Packet]',
      'IPv4  [Packet size limited during capture]',
      'Ethernet  [Packet size limited during capture]',
      'UDP  [Malformed Packet]',
      'IPv4  Bogus IP header length (12, must be at least 20)',
      'ARP  [Malformed Packet]',
      'ICMP  [Malformed Packet]',
    ]);
  });

  it('writes time, addresses and fate into their columns', () => {
    const store = new PacketStore();
    for (const frame of STORIES['refused']!()) store.add(frame);
    store.fates.set(2, 'dropped', 'NO_SOCKET');
    assert.deepEqual(store.rows(1, 1).rows, [
      {
        number: 2,
        time: '0.000020000',
        direction: 'out',
        source: '127.0.0.1:9000',
        destination: '127.0.0.1:40312',
        protocol: 'TCP',
        length: 54,
        info: '9000 → 40312 [RST, ACK] Seq=1 Ack=1 Win=0 Len=0',
        colour: 'dropped',
        fate: 'dropped',
        reason: 'NO_SOCKET',
      },
    ]);
  });

  it('writes IPv6 addresses with their ports, and marks what ICMPv6 says was not delivered', () => {
    const store = new PacketStore();
    const datagram = udp({ from: '[2001:db8::1]:5000', to: '[2001:db8::2]:9', payload: 'x' });
    const answer = { source: '2001:db8::2', destination: '2001:db8::1' };
    const error = icmpv6(1, 4, [...be32(0), ...datagram.slice(14)], answer);
    for (const frame of capture([datagram, error])) store.add(frame);
    const [first, second] = store.rows(0, 2).rows;
    assert.equal(first!.source, '[2001:db8::1]:5000');
    assert.equal(first!.destination, '[2001:db8::2]:9');
    assert.equal(second!.source, '2001:db8::2');
    assert.equal(second!.colour, 'unreachable');
  });
});

/** What tshark says otherwise, and why that is left so. */
const DIFFERENT: Record<string, number[]> = {
  // It knows an experimental TCP option, and more names of protocols.
  'odd flags and options': [3],
  'other protocols': [0, 1],
  // It writes "…[Malformed Packet]" without the space, and names the protocol around the one that is missing.
  'cut off and malformed': [0, 1, 2, 5],
};

describe('packet rows, beside tshark’s', function () {
  this.timeout(60_000);
  before(function () {
    needTshark(this);
  });

  for (const [name, makeFrames] of Object.entries(STORIES))
    it(name, () => {
      const frames = makeFrames();
      const theirs = tshark(frames);
      const ours = rows(frames);
      const compared = (list: string[]) => list.filter((_, index) => !DIFFERENT[name]?.includes(index));
      assert.deepEqual(compared(ours), compared(theirs));
    });
});

function tshark(frames: readonly CapturedFrame[]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-rows-'));
  try {
    const file = path.join(folder, 'story.pcap');
    writeFileSync(file, pcapFile(frames));
    return tsharkRows(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
