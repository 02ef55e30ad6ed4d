/** Why TCP drops segments: each reason with the code that dropped, by a peer whose segments are written by hand. */
import assert from 'node:assert/strict';
import { release_sock } from '../../../stack/net/core/sock/lock.ts';
import { RawPeer, type Segment } from '../../stack/support/rawPeer.ts';
import {
  block,
  codeOf,
  listener,
  type Setup,
  type Sockscope,
  story,
  textOf,
} from '../../stack/support/story.ts';
import { Captured } from '../support/captured.ts';

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
  by: string;
  says: RegExp;
}
const data =
  (segments: { seq: number; payload: string; flags?: string; ack?: number; corrupt?: boolean }[]): Act =>
  async (s, peer, listening) => {
    const { ack } = await open(s, peer, listening);
    for (const { flags = '.', ack: more = 0, ...segment } of segments)
      await peer.send({ flags, ...segment, ack: (ack + more) >>> 0 });
  };

/** The machine connects, and these segments come in the place of the SYN-ACK. @param ack the right acknowledgment number */
const connecting =
  (answer: (ack: number) => Segment): Act =>
  async (s) => {
    const peer = await RawPeer.make(s, PORT + 1, 46_000);
    const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
    await s.bind(fd, { address: '127.0.0.1', port: 46_000 });
    assert.equal(await codeOf(s.connect(fd, { address: peer.address, port: PORT + 1 })), 'EINPROGRESS');
    const { seq } = await peer.expect('S');
    await peer.send(answer((seq + 1) >>> 0));
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
    by: 'tcp_validate_incoming',
    says: /^Dropped by \S+: its time stamp is older than one that came before \(PAWS\)\.$/,
  },
  {
    reason: 'TCP_OLD_DATA',
    act: data([
      { seq: 1000, payload: 'hello' },
      { seq: 1000, payload: 'hello' },
    ]),
    by: 'tcp_data_queue',
    says: /all its bytes had come before/,
  },
  {
    reason: 'TCP_OFOMERGE',
    act: data([
      { seq: 1010, payload: 'hello' },
      { seq: 1010, payload: 'hello' },
    ]),
    by: 'tcp_data_queue_ofo',
    says: /its bytes are in the out-of-order queue already/,
  },
  {
    reason: 'TCP_OVERWINDOW',
    act: async (s, peer, listening) => {
      const { ack, fd } = await open(s, peer, listening);
      // The first byte that does not fit is still acceptable to the check of the sequence number.
      await peer.send({ flags: '.', seq: 1000 + s.sock(fd).rcv_wnd, ack, payload: 'x' });
    },
    by: 'tcp_data_queue',
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
    by: 'tcp_data_queue',
    says: /the window is closed/,
  },
  {
    reason: 'TCP_INVALID_SEQUENCE',
    act: data([{ seq: 9_000_000, payload: 'far' }]),
    by: 'tcp_validate_incoming',
    says: /its sequence numbers are old or outside the window/,
  },
  {
    reason: 'TCP_INVALID_SYN',
    act: data([{ seq: 1000, payload: '', flags: 'S' }]),
    by: 'tcp_validate_incoming',
    says: /: it has a SYN, and the connection is established already \(TCP_INVALID_SYN\)\.$/,
  },
  {
    reason: 'TCP_FLAGS',
    act: data([{ seq: 1000, payload: 'hello', flags: 'P' }]),
    by: 'tcp_rcv_established',
    says: /: its flags do not fit the state of the socket \(TCP_FLAGS\)\.$/,
  },
  {
    reason: 'TCP_FLAGS',
    act: async (_s, peer) => peer.send({ flags: 'F', seq: 1000 }),
    by: 'listen_state_process',
    says: /: its flags do not fit the state of the socket \(TCP_FLAGS\)\.$/,
  },
  {
    reason: 'TCP_FLAGS',
    act: connecting((ack) => ({ flags: '.', seq: 1000, ack })),
    by: 'tcp_rcv_synsent_state_process',
    says: /: its flags do not fit the state of the socket \(TCP_FLAGS\)\.$/,
  },
  {
    reason: 'TCP_FLAGS',
    act: connecting(() => ({ flags: 'P', seq: 1000, payload: 'hello' })),
    by: 'tcp_rcv_synsent_state_process',
    says: /: its flags do not fit the state of the socket \(TCP_FLAGS\)\.$/,
  },
  {
    reason: 'TCP_CLOSE',
    act: async (s, peer, listening) => {
      const { ack, fd } = await open(s, peer, listening);
      const sk = s.sock(fd);
      // Both wait until the process releases the socket: the first one closes it.
      sk.sk_lock_owned = true;
      await peer.send({ flags: 'R', seq: 1000 });
      await peer.send({ flags: '.', seq: 1000, ack, payload: 'late' });
      await s.sleep(1);
      release_sock(sk);
    },
    by: 'tcp_rcv_state_process',
    says: /^Dropped by \S+: the socket is closed \(TCP_CLOSE\)\.$/,
  },
  {
    reason: 'TCP_OFO_DROP',
    act: data([
      { seq: 1010, payload: 'hello' },
      { seq: 1000, payload: 'hello, and hello again' },
    ]),
    by: 'tcp_ofo_queue',
    says: /: it waited in the out-of-order queue, and its bytes have come in order meanwhile \(TCP_OFO_DROP\)\.$/,
  },
  {
    reason: 'TCP_ACK_UNSENT_DATA',
    act: data([{ seq: 1000, payload: 'hello', ack: 5 }]),
    by: 'tcp_rcv_established',
    says: /it acknowledges what was never sent/,
  },
  {
    reason: 'TCP_TOO_OLD_ACK',
    act: data([{ seq: 1000, payload: 'hello', ack: -100_000 }]),
    by: 'tcp_rcv_established',
    says: /its ACK is too old/,
  },
  {
    reason: 'TCP_CSUM',
    act: data([{ seq: 1000, payload: 'hello', corrupt: true }]),
    by: 'tcp_v4_rcv',
    says: /^Dropped by \S+: its checksum is wrong \(TCP_CSUM\)\.$/,
  },
  {
    reason: 'TCPDeferAcceptDrop',
    act: async (s, peer, listening) => {
      await s.setsockopt(listening, s.SOL_TCP, s.TCP_DEFER_ACCEPT, 5);
      await peer.connect();
    },
    by: 'tcp_check_req',
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
    by: 'tcp_conn_request',
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
    by: 'queue_and_out',
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
    by: 'tcp_prune_ofo_queue',
    says: /^Dropped by \S+: it was out of order, and the memory of TCP is used up by what is in order \(TCP_OFO_QUEUE_PRUNE\)\.$/,
  },
];

describe('The reason of a drop is what the code that ran has found', () => {
  for (const { reason, act, setup, by, says } of CASES)
    it(`${reason}, in ${by}()`, async () => {
      const capture = await captured(act, setup);
      assert.match(capture.dropped(`sockscope.drop.reason == "${reason}"`, by), says);
    });

  for (const [where, seq, by] of [
    ['in order', 6000, 'queue_and_out'],
    ['out of order', 8000, 'tcp_data_queue_ofo'],
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
        capture.dropped('sockscope.drop.queue == "receive"', by),
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
      capture.dropped('sockscope.drop.reason == "TCP_OFO_QUEUE_PRUNE"', 'tcp_prune_ofo_queue'),
      /^Dropped: receive buffer of 127\.0\.0\.1:8080 full, \d{4,} of 4608 bytes of memory\.$/,
    );
  });
});
