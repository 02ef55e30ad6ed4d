/** Why a host drops frames that no host should send, or that are not for it: each injected on its wire, and held against the code that dropped. */
import assert from 'node:assert/strict';
import type { DropDetail } from '../../../stack/capture/drop_detail.ts';
import { __dev_get_by_name } from '../../../stack/net/core/dev/register.ts';
import { inject_frame } from '../../../stack/world/frames.ts';
import { network } from '../../stack/support/network.ts';
import type { Sockscope } from '../../stack/support/story.ts';
import {
  arp,
  be16,
  ethernet,
  icmp,
  ipv4,
  tcp,
  text,
  udp,
  type Bytes,
  type IpFields,
} from '../../support/packetBuilder.ts';
import { Captured } from '../support/captured.ts';

const [CLIENT, SERVER] = ['10.0.0.1', '10.0.0.2'] as const;
const ENDS = { source: CLIENT, destination: SERVER };
const PORTS = { from: `${CLIENT}:1000`, to: `${SERVER}:9` };
const IP = 14;
const TRANSPORT = IP + 20;

interface Case {
  what: string;
  frames: readonly Bytes[];
  /** To all hosts of the wire. */
  isBroadcast?: boolean;
  sysctl?: Record<string, string | number>;
  server?: (s: Sockscope) => Promise<unknown>;
  seconds?: number;
  reason: string;
  detail?: DropDetail;
  /** A function that is on the stack when it is dropped. */
  by: string;
  says: string;
}

async function captured({ frames, isBroadcast, sysctl, server, seconds = 0 }: Case): Promise<Captured> {
  const tale = network({ client: `${CLIENT}/24`, server: `${SERVER}/24` }, { sysctl });
  const { dev_addr } = __dev_get_by_name(tale.world.machines[1]!.init_net, 'eth0')!;
  tale
    .on('server', async (s) => {
      await server?.(s);
      await s.sleep(20 + 1000 * seconds);
    })
    .on('client', async (s) => {
      await s.sleep(5);
      for (const frame of frames) {
        const bytes = Uint8Array.from(frame);
        bytes.set(isBroadcast ? new Uint8Array(6).fill(0xff) : dev_addr, 0);
        inject_frame(tale.world, 'client eth0', Buffer.from(bytes).toString('hex'));
        await s.sleep(1);
      }
    });
  const capture = new Captured(tale.world);
  await tale.run();
  return capture.read();
}

const datagram = (ip: IpFields = {}): Bytes => udp({ ...PORTS, payload: 'hello', ...ip });
const segment = (): Bytes => tcp({ ...PORTS, flags: 'SYN' });
/** The frame with other bytes from a place on. */
const changed = (frame: Bytes, at: number, ...bytes: number[]): Bytes =>
  frame.map((byte, i) => bytes[i - at] ?? byte);
const cut = (frame: Bytes, length: number): Bytes => frame.slice(0, length);
/** An IP packet of a protocol, with these bytes behind its header. */
const packet = (protocol: number, bytes: Bytes, ip: IpFields = {}): Bytes =>
  ethernet(0x0800, ipv4(protocol, bytes, { ...ENDS, ...ip }));
const fragment = (id: number, fragmentOffset: number, length: number, isLast = false): Bytes =>
  packet(17, Array<number>(length).fill(0), { id, fragmentOffset, flags: isLast ? [] : ['MF'] });

const HEADER = 'its IP header is not complete, or a length in it is too small (IP_INHDR).';
const MARTIAN =
  'one of its addresses is invalid here: its source is this host or no host, or its destination is a group that nobody here has joined (martian).';
const NOT_FOR_ALL = 'an ICMP message of its type is not for a broadcast address (INVALID_PROTO).';
const CUT = 'a header in it is cut short.';

const CASES: readonly Case[] = [
  {
    what: 'an EtherType that nobody knows',
    frames: [ethernet(0x88b5, text('something'))],
    reason: 'UNHANDLED_PROTO',
    by: '__netif_receive_skb_core',
    says: 'nothing here handles its EtherType (UNHANDLED_PROTO).',
  },
  {
    what: 'an ARP message of another kind',
    frames: [arp({ opcode: 9, senderMac: '02:00:00:00:00:99', senderIp: CLIENT, targetIp: SERVER })],
    reason: 'NOT_SPECIFIED',
    detail: 'arp',
    by: 'arp_process',
    says: 'it is no valid ARP message for IPv4.',
  },

  {
    what: 'IP version 6 where 4 should be',
    frames: [changed(datagram(), IP, 0x65)],
    reason: 'IP_INHDR',
    detail: 'ip_version',
    by: 'ip_rcv_core',
    says: 'its IP version is not 4 (IP_INHDR).',
  },
  ...[
    { what: 'an IP header of 16 bytes', frames: [changed(datagram(), IP, 0x44)] },
    { what: 'half an IP header', frames: [cut(datagram(), IP + 10)] },
    { what: 'IP options that are not all there', frames: [cut(changed(datagram(), IP, 0x4f), IP + 30)] },
    { what: 'an IP packet that is shorter than its header', frames: [datagram({ totalLength: 10 })] },
  ].map((one): Case => ({
    ...one,
    reason: 'IP_INHDR',
    detail: 'ip_header_length',
    by: 'ip_rcv_core',
    says: HEADER,
  })),
  {
    what: 'a wrong IP checksum',
    frames: [datagram({ badChecksum: true })],
    reason: 'IP_CSUM',
    by: 'ip_rcv_core',
    says: 'its checksum is wrong (IP_CSUM).',
  },
  {
    what: 'an IP packet that is not all there',
    frames: [datagram({ totalLength: 200 })],
    reason: 'PKT_TOO_SMALL',
    detail: 'ip_total_length',
    by: 'ip_rcv_core',
    says: 'it is shorter than its IP header tells (PKT_TOO_SMALL).',
  },
  ...[
    { what: 'a broadcast address as its source', frames: [packet(17, [], { source: '255.255.255.255' })] },
    { what: 'the address of its receiver as its source', frames: [packet(17, [], { source: SERVER })] },
    { what: 'a group that nobody has joined', frames: [packet(17, [], { destination: '224.0.0.9' })] },
  ].map((one): Case => ({
    ...one,
    reason: 'NOT_SPECIFIED',
    detail: 'martian',
    by: 'ip_rcv_finish_core',
    says: MARTIAN,
  })),
  {
    what: 'a source to which no route leads back',
    frames: [packet(17, [], { source: '99.0.0.1' })],
    sysctl: { 'net.ipv4.conf.all.rp_filter': 1 },
    reason: 'IP_RPFILTER',
    by: 'ip_rcv_finish_core',
    says: 'answers to its source would not leave through the interface by which it came (rp_filter, IP_RPFILTER).',
  },
  {
    what: 'IP options with a wrong length',
    frames: [datagram({ options: [7, 1, 4, 0] })],
    reason: 'NOT_SPECIFIED',
    detail: 'ip_options',
    by: 'ip_rcv_finish_core',
    says: 'its IP options are malformed.',
  },
  {
    what: 'a source route',
    frames: [datagram({ options: [131, 7, 4, 10, 0, 0, 9, 0] })],
    reason: 'NOT_SPECIFIED',
    detail: 'source_route',
    by: 'ip_rcv_finish_core',
    says: 'its source route is not allowed, or cannot be followed.',
  },
  {
    what: 'the address of one host, sent to all',
    frames: [datagram()],
    isBroadcast: true,
    sysctl: { 'net.ipv4.conf.all.drop_unicast_in_l2_multicast': 1 },
    reason: 'UNICAST_IN_L2_MULTICAST',
    by: 'ip_rcv_finish_core',
    says: 'its IP address is that of one host, and its Ethernet address that of many (drop_unicast_in_l2_multicast, UNICAST_IN_L2_MULTICAST).',
  },
  {
    what: 'the IP address of another host',
    frames: [datagram({ ...ENDS }), udp({ ...PORTS, to: '10.0.0.77:9' })],
    reason: 'IP_INADDRERRORS',
    by: 'ip_error',
    says: 'its IP address is not that of this host, which forwards nothing (net.ipv4.ip_forward, IP_INADDRERRORS).',
  },
  {
    what: 'a protocol that nobody knows',
    frames: [packet(253, text('something'))],
    reason: 'IP_NOPROTO',
    by: 'ip_protocol_deliver_rcu',
    says: 'nothing here handles the protocol that its IP header names (IP_NOPROTO).',
  },

  {
    what: 'a fragment whose rest does not come',
    frames: [fragment(7, 0, 16)],
    seconds: 40,
    reason: 'NOT_SPECIFIED',
    detail: 'fragment_timeout',
    by: 'ip_expire',
    says: 'other fragments of its datagram have not come in time (net.ipv4.ipfrag_time).',
  },
  {
    what: 'fragments that overlap',
    frames: [fragment(7, 0, 16), fragment(7, 8, 16)],
    reason: 'NOT_SPECIFIED',
    detail: 'fragment_wrong',
    by: 'ip_frag_queue',
    says: 'the fragments of its datagram do not fit each other.',
  },
  {
    what: 'a fragment that comes twice',
    frames: [fragment(7, 0, 16), fragment(7, 0, 16), fragment(7, 16, 8, true)],
    reason: 'NOT_SPECIFIED',
    detail: 'fragment_duplicate',
    by: 'ip_frag_queue',
    says: 'the same fragment had come before.',
  },
  {
    what: 'a fragment for which there is no memory',
    frames: [fragment(7, 0, 16)],
    sysctl: { 'net.ipv4.ipfrag_high_thresh': 0 },
    reason: 'NOT_SPECIFIED',
    detail: 'fragment_memory',
    by: 'ip_defrag',
    says: 'too many bytes of fragments wait for others (net.ipv4.ipfrag_high_thresh).',
  },
  {
    what: 'a fragment that others of its host have overtaken',
    frames: [fragment(1, 0, 16), ...[2, 3, 4].map((id) => fragment(id, 0, 16)), fragment(1, 16, 16)],
    sysctl: { 'net.ipv4.ipfrag_max_dist': 1 },
    reason: 'NOT_SPECIFIED',
    detail: 'fragment_too_far',
    by: 'ip_frag_reinit',
    says: 'too many fragments of other datagrams have come since (net.ipv4.ipfrag_max_dist).',
  },

  {
    what: 'a wrong ICMP checksum',
    frames: [changed(icmp(8, 0, [0, 1, 0, 1], text('ping'), ENDS), TRANSPORT + 2, 1, 2)],
    reason: 'ICMP_CSUM',
    by: 'icmp_rcv',
    says: 'its checksum is wrong (ICMP_CSUM).',
  },
  {
    what: 'an ICMP type that nobody knows',
    frames: [icmp(200, 0, [0, 0, 0, 0], [], ENDS)],
    reason: 'UNHANDLED_PROTO',
    detail: 'icmp_type',
    by: 'icmp_rcv',
    says: 'nothing here handles its ICMP type (UNHANDLED_PROTO).',
  },
  ...[8, 3].map((type): Case => ({
    what: `an ICMP message of type ${type} for all hosts`,
    frames: [icmp(type, 0, [0, 1, 0, 1], text('ping'), { ...ENDS, destination: '10.0.0.255' })],
    isBroadcast: true,
    reason: 'INVALID_PROTO',
    by: 'icmp_rcv',
    says: NOT_FOR_ALL,
  })),
  {
    what: 'an ICMP error about a packet with a wrong header',
    frames: [icmp(3, 3, [0, 0, 0, 0], changed(ipv4(17, text('12345678')), 0, 0x44), ENDS)],
    reason: 'IP_INHDR',
    detail: 'quoted_header',
    by: 'icmp_rcv',
    says: 'the IP header that it quotes is wrong (IP_INHDR).',
  },
  ...[
    { what: 'an ICMP redirect without a packet', frames: [icmp(5, 1, [10, 0, 0, 9], text('1234'), ENDS)] },
    { what: 'half an ICMP timestamp', frames: [icmp(13, 0, [0, 1, 0, 1], text('12'), ENDS)] },
  ].map((one): Case => ({
    ...one,
    reason: 'PKT_TOO_SMALL',
    detail: 'icmp_length',
    by: 'icmp_rcv',
    says: 'it is too short for an ICMP message of its type (PKT_TOO_SMALL).',
  })),
  {
    what: 'half an ICMP header',
    frames: [packet(1, [8, 0, 0xf7, 0xff])],
    reason: 'NOT_SPECIFIED',
    detail: 'header_cut',
    by: 'icmp_rcv',
    says: CUT,
  },

  {
    what: 'half a UDP header',
    frames: [packet(17, [3, 0xe8, 0, 9])],
    reason: 'NOT_SPECIFIED',
    detail: 'header_cut',
    by: 'udp_rcv',
    says: CUT,
  },
  ...[7, 200].map((length): Case => ({
    what: `a UDP datagram that should have ${length} bytes`,
    frames: [changed(datagram(), TRANSPORT + 4, ...be16(length))],
    reason: 'PKT_TOO_SMALL',
    detail: 'udp_length',
    by: 'udp_rcv',
    says: 'the length in its UDP header is wrong (PKT_TOO_SMALL).',
  })),
  {
    what: 'a wrong UDP checksum, and nobody there',
    frames: [udp({ ...PORTS, payload: 'hello', checksum: 'bad' })],
    reason: 'UDP_CSUM',
    by: 'udp_rcv',
    says: 'its checksum is wrong (UDP_CSUM).',
  },

  ...[
    { what: 'half a TCP header', frames: [packet(6, Array<number>(10).fill(0))] },
    { what: 'TCP options that are not all there', frames: [changed(segment(), TRANSPORT + 12, 0xf0)] },
  ].map((one): Case => ({
    ...one,
    reason: 'NOT_SPECIFIED',
    detail: 'header_cut',
    by: 'tcp_v4_rcv',
    says: CUT,
  })),
  {
    what: 'a TCP header of 16 bytes',
    frames: [changed(segment(), TRANSPORT + 12, 0x40)],
    reason: 'PKT_TOO_SMALL',
    detail: 'tcp_header_length',
    by: 'tcp_v4_rcv',
    says: 'its TCP header tells a length that is too small for one (PKT_TOO_SMALL).',
  },
  {
    what: 'a TCP segment that is sent to all',
    frames: [segment()],
    isBroadcast: true,
    reason: 'NOT_SPECIFIED',
    detail: 'link_broadcast',
    by: 'tcp_v4_rcv',
    says: 'it came by a broadcast of the link, and is not to be answered or forwarded.',
  },
  {
    what: 'a TCP segment from too far away',
    frames: [tcp({ ...PORTS, to: `${SERVER}:8080`, flags: 'SYN' })],
    server: async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.setsockopt(fd, s.SOL_IP, s.IP_MINTTL, 255);
      await s.bind(fd, { address: SERVER, port: 8080 });
      await s.listen(fd, 1);
    },
    reason: 'NOT_SPECIFIED',
    detail: 'min_ttl',
    by: 'tcp_v4_rcv',
    says: 'its time to live (TTL) is smaller than IP_MINTTL of the socket.',
  },
];

describe('The reason for which a host drops a frame', () => {
  for (const one of CASES)
    it(`is told: ${one.what}`, async () => {
      const { reason, detail, by, says } = one;
      const capture = await captured(one);
      const exactly =
        detail === undefined ? '!sockscope.drop.detail' : `sockscope.drop.detail == "${detail}"`;
      const filter = `sockscope.drop.reason == "${reason}" && ${exactly}`;
      assert.equal(capture.dropped(filter, by), `Dropped by server: ${says}`);
      assert.deepEqual(capture.find(`${filter} && frame.fate != "dropped"`), [], capture.told());
    });
});
