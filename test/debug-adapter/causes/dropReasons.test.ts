/** Why segments and packets are dropped: each reason with the code that dropped, by a peer whose segments are written by hand; and that the told reasons are all that the stack has. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RawPeer } from '../../stack/support/rawPeer.ts';
import { block, listener, type Setup, type Sockscope, story, textOf } from '../../stack/support/story.ts';
import { Captured } from '../support/captured.ts';
import { ROOT } from '../support/paths.ts';

const PORT = 45_000;
const BIG = textOf(block(5000).map((byte) => byte & 0x7f));

type Act = (s: Sockscope, peer: RawPeer, listening: number) => Promise<void>;
async function captured(act: Act, setup: Setup = {}): Promise<Captured> {
  const told = story({ leaves: /./, ...setup }).process('server', async (s) => {
    await act(s, await RawPeer.make(s, PORT, 8080), await listener(s));
    await s.sleep(20);
  });
  const capture = new Captured(told.machine.world);
  await told.run();
  return capture.read();
}
/** A connection that the process does not read from. @returns its sequence number, and its descriptor */
async function open(s: Sockscope, peer: RawPeer, listening: number, options: number[] = []) {
  const theirs = await peer.connect(options);
  return { ack: theirs, fd: await s.accept(listening) };
}
/** The option of timestamps. */
const timestamp = (value: number, echo = 0): number[] => [
  ...[8, 10],
  ...[value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255],
  ...[echo >>> 24, (echo >>> 16) & 255, (echo >>> 8) & 255, echo & 255],
];

interface Case {
  reason: string;
  act: Act;
  setup?: Setup;
  /** A function that is on the stack when it is dropped. */
  by: RegExp;
  says: RegExp;
}
const data =
  (segments: { seq: number; payload: string; flags?: string; ack?: number; corrupt?: boolean }[]): Act =>
  async (s, peer, listening) => {
    const { ack } = await open(s, peer, listening);
    for (const { flags = '.', ack: more = 0, ...segment } of segments)
      await peer.send({ flags, ...segment, ack: (ack + more) >>> 0 });
  };

const CASES: readonly Case[] = [
  {
    reason: 'TCP_RFC7323_PAWS',
    act: async (s, peer, listening) => {
      await peer.send({ flags: 'S', seq: 999, options: timestamp(5000) });
      const { seq, options } = await peer.expect('S.');
      const at = options.indexOf(8);
      const echo = new DataView(options.buffer, options.byteOffset).getUint32(at + 2);
      const rest = { seq: 1000, ack: seq + 1 };
      await peer.send({ flags: '.', ...rest, options: timestamp(5001, echo) });
      await s.accept(listening);
      await peer.send({ flags: '.', ...rest, payload: 'old', options: timestamp(100, echo) });
    },
    by: /\btcp_validate_incoming\b/,
    says: /^Dropped by \S+: its time stamp is older than one that came before \(PAWS\)\.$/,
  },
  {
    reason: 'TCP_OLD_DATA',
    act: data([
      { seq: 1000, payload: 'hello' },
      { seq: 1000, payload: 'hello' },
    ]),
    by: /\btcp_data_queue\b/,
    says: /all its bytes had come before/,
  },
  {
    reason: 'TCP_OFOMERGE',
    act: data([
      { seq: 1010, payload: 'hello' },
      { seq: 1010, payload: 'hello' },
    ]),
    by: /\btcp_data_queue_ofo\b/,
    says: /its bytes are in the out-of-order queue already/,
  },
  {
    reason: 'TCP_OVERWINDOW',
    act: async (s, peer, listening) => {
      const { ack, fd } = await open(s, peer, listening);
      // The first byte that does not fit is still acceptable to the check of the sequence number.
      await peer.send({ flags: '.', seq: 1000 + s.sock(fd).rcv_wnd, ack, payload: 'x' });
    },
    by: /\btcp_data_queue\b/,
    says: /its bytes lie beyond the window/,
  },
  {
    reason: 'TCP_ZEROWINDOW',
    act: async (s, peer, listening) => {
      await s.setsockopt(listening, s.SOL_SOCKET, s.SO_RCVBUF, 2304);
      const { ack, fd } = await open(s, peer, listening);
      let seq = 1000;
      for (let i = 0; i < 40 && s.sock(fd).rcv_wnd > 0; i++) {
        const payload = 'x'.repeat(Math.min(200, s.sock(fd).rcv_wnd));
        await peer.send({ flags: '.', seq, ack, payload });
        seq += payload.length;
        await s.sleep(1);
      }
      await peer.send({ flags: '.', seq, ack, payload: 'x' });
    },
    by: /\btcp_data_queue\b/,
    says: /the window is closed/,
  },
  {
    reason: 'TCP_INVALID_SEQUENCE',
    act: data([{ seq: 9_000_000, payload: 'far' }]),
    by: /\btcp_validate_incoming\b/,
    says: /its sequence numbers are old or outside the window/,
  },
  {
    reason: 'TCP_INVALID_SYN',
    act: data([{ seq: 1000, payload: '', flags: 'S' }]),
    by: /\btcp_validate_incoming\b/,
    says: /TCP_INVALID_SYN/,
  },
  {
    reason: 'TCP_FLAGS',
    act: data([{ seq: 1000, payload: 'hello', flags: 'P' }]),
    by: /\btcp_rcv_established\b/,
    says: /TCP_FLAGS/,
  },
  {
    reason: 'TCP_ACK_UNSENT_DATA',
    act: data([{ seq: 1000, payload: 'hello', ack: 5 }]),
    by: /\btcp_rcv_established\b/,
    says: /it acknowledges what was never sent/,
  },
  {
    reason: 'TCP_TOO_OLD_ACK',
    act: data([{ seq: 1000, payload: 'hello', ack: -100_000 }]),
    by: /\btcp_rcv_established\b/,
    says: /its ACK is too old/,
  },
  {
    reason: 'TCP_CSUM',
    act: data([{ seq: 1000, payload: 'hello', corrupt: true }]),
    by: /\btcp_v4_rcv\b/,
    says: /^Dropped by \S+: its checksum is wrong \(TCP_CSUM\)\.$/,
  },
  {
    reason: 'TCPDeferAcceptDrop',
    act: async (s, peer, listening) => {
      await s.setsockopt(listening, s.SOL_TCP, s.TCP_DEFER_ACCEPT, 5);
      await peer.connect();
    },
    by: /\btcp_check_req\b/,
    says: /the listener waits for data \(TCP_DEFER_ACCEPT\)/,
  },
  {
    reason: 'TCPReqQFullDrop',
    act: async (s, peer) => {
      await peer.send({ flags: 'S', seq: 999 });
      for (let i = 1; i < 5; i++)
        await (await RawPeer.make(s, PORT + i, 8080)).send({ flags: 'S', seq: 999 });
    },
    setup: { sysctl: { 'net.ipv4.tcp_syncookies': 0, 'net.ipv4.tcp_max_syn_backlog': 4 } },
    by: /\btcp_conn_request\b/,
    says: /the rest of the SYN queue is kept for peers that are known/,
  },
  {
    reason: 'PROTO_MEM',
    act: async (s, peer, listening) => {
      const { ack } = await open(s, peer, listening);
      await peer.send({ flags: '.', seq: 1000, ack, payload: BIG });
      await s.sleep(1);
      s.sysctl('net.ipv4.tcp_mem', '1 1 1');
      await peer.send({ flags: '.', seq: 6000, ack, payload: BIG });
    },
    by: /\bqueue_and_out\b/,
    says: /^Dropped by \S+: the memory of the protocol is used up \(PROTO_MEM\)\.$/,
  },
  {
    reason: 'TCP_OFO_QUEUE_PRUNE',
    act: async (s, peer, listening) => {
      const { ack } = await open(s, peer, listening);
      await peer.send({ flags: '.', seq: 1000, ack, payload: BIG });
      await peer.send({ flags: '.', seq: 20_000, ack, payload: BIG });
      await s.sleep(1);
      s.sysctl('net.ipv4.tcp_mem', '1 1 1');
      await peer.send({ flags: '.', seq: 6000, ack, payload: BIG });
    },
    by: /\btcp_prune_ofo_queue\b/,
    says: /^Dropped by \S+: it was out of order, and the memory of TCP is used up by what is in order \(TCP_OFO_QUEUE_PRUNE\)\.$/,
  },
];

/** The segment that is dropped for a reason, in one sentence; the code that has dropped it. */
function drop(capture: Captured, filter: string, by: RegExp): string {
  const [number] = capture.find(filter);
  assert.ok(number !== undefined, `${filter}\n${capture.told()}`);
  assert.match(capture.droppedBy.get(number) ?? 'not dropped', by, capture.told());
  return capture.story(number).drop ?? '';
}

describe('The reason of a drop is what the code that ran has found', () => {
  for (const { reason, act, setup, by, says } of CASES)
    it(reason, async () => {
      const capture = await captured(act, setup);
      assert.match(drop(capture, `sockscope.drop.reason == "${reason}"`, by), says);
    });

  for (const [where, seq, by] of [
    ['in order', 6000, /\bqueue_and_out\b/],
    ['out of order', 8000, /\btcp_data_queue_ofo\b/],
  ] as const)
    it(`a receive buffer that is full, ${where}`, async () => {
      const capture = await captured(async (s, peer, listening) => {
        const { ack, fd } = await open(s, peer, listening);
        await peer.send({ flags: '.', seq: 1000, ack, payload: BIG });
        await s.sleep(1);
        // The window was told already.
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 2304);
        await peer.send({ flags: '.', seq, ack, payload: BIG });
      });
      assert.match(
        drop(capture, 'sockscope.drop.queue == "receive"', by),
        /^Dropped: receive buffer of 127\.0\.0\.1:8080 full, \d{4,} of 4608 bytes of memory\.$/,
      );
    });
  it('a receive buffer that is full: what is out of order makes room', async () => {
    const capture = await captured(async (s, peer, listening) => {
      const { ack, fd } = await open(s, peer, listening);
      await peer.send({ flags: '.', seq: 20_000, ack, payload: BIG });
      await s.sleep(1);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 2304);
      for (const seq of [1000, 1010]) await peer.send({ flags: '.', seq, ack, payload: 'x'.repeat(10) });
    });
    assert.match(
      drop(capture, 'sockscope.drop.reason == "TCP_OFO_QUEUE_PRUNE"', /\btcp_prune_ofo_queue\b/),
      /^Dropped: receive buffer of 127\.0\.0\.1:8080 full, \d{4,} of 4608 bytes of memory\.$/,
    );
  });
});

/** Other tests of this folder hold these against the code that dropped. */
const HELD_ELSEWHERE = [
  ...['NO_SOCKET', 'UDP_CSUM', 'IP_CSUM', 'SOCKET_RCVBUFF', 'SOCKET_BACKLOG'],
  ...['NEIGH_FAILED', 'NEIGH_QUEUEFULL', 'QDISC_DROP', 'PKT_TOO_BIG', 'OTHERHOST'],
];
/** They are the freeing of what has been processed. */
const NO_DROP = ['NOT_SPECIFIED', 'TCP_RESET'];
/** Dropped before it is a frame: what loops back to its sender. */
const NO_FRAME = ['CPU_BACKLOG'];
/** No test of this folder comes to the one place that drops for it. */
const NOT_HELD = [
  ...[
    'ICMP_CSUM',
    'INVALID_PROTO',
    'IP_INADDRERRORS',
    'IP_INHDR',
    'IP_INNOROUTES',
    'IP_NOPROTO',
    'IP_OUTNOROUTES',
  ],
  ...['IP_RPFILTER', 'NEIGH_CREATEFAIL', 'NEIGH_DEAD', 'PKT_TOO_SMALL', 'TCP_CLOSE', 'TCP_OFO_DROP'],
  ...['UNHANDLED_PROTO', 'UNICAST_IN_L2_MULTICAST'],
];

describe('The reasons for which the stack drops', () => {
  it('are known to these tests', () => {
    const used = new Set<string>();
    const folder = path.join(ROOT, 'stack');
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('dropreason.ts')) continue;
      const text = readFileSync(path.join(folder, file), 'utf8').replace(/^import [^;]*;/gm, '');
      for (const [, reason] of text.matchAll(/\bSKB_DROP_REASON_(\w+)/g)) used.add(reason!);
    }
    // Counters of the kernel are none of the stack's reasons.
    const held = CASES.map(({ reason }) => reason).filter((reason) => reason === reason.toUpperCase());
    const known = [...held, ...HELD_ELSEWHERE, ...NO_DROP, ...NO_FRAME, ...NOT_HELD];
    assert.deepEqual([...used].sort(), known.sort());
  });
});
