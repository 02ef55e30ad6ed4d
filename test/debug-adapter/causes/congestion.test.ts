/** Why congestion control is in another state: each reason in a story, and held against the functions on the stack. */
import assert from 'node:assert/strict';
import type { CaReason } from '../../../stack/capture/state_reason.ts';
import type { ValueReason } from '../../../stack/capture/value_reason.ts';
import { block, codeOf, connected } from '../../stack/support/story.ts';
import type { Observed } from '../support/observed.ts';
import { between, byHand, changesIn, lose, tcpSocket, tellsReasons, type Told } from '../support/stories.ts';

const MSS = 536;
const SACK_PERMITTED = [4, 2];
/** The option that tells of one block. */
function sack(from: number, to: number): number[] {
  const option = new DataView(new ArrayBuffer(10));
  option.setUint16(0, 0x050a);
  option.setUint32(2, from);
  option.setUint32(6, to);
  return [...new Uint8Array(option.buffer)];
}

/** Elsewhere (rareValues.test.ts) each of these is told with what makes cwnd smaller, or restores it. */
type WithItsValue =
  'ca_undone' | 'ca_ecn' | 'ca_local' | 'ca_reduction_over' | 'ca_probe_repaired' | 'ca_mtu';

const STORIES = {
  'a segment that is late': () =>
    byHand(async (s, peer, listening) => {
      const theirs = await peer.connect(SACK_PERMITTED);
      const fd = await s.accept(listening);
      await s.send(fd, block(1000));
      // The second segment is SACKed before the first one comes.
      await peer.send({ flags: '.', seq: 1000, ack: theirs, options: sack(theirs + MSS, theirs + 1000) });
      await peer.send({ flags: '.', seq: 1000, ack: theirs + 1000 });
      await s.sleep(10);
    }),
  'a segment that is lost': () =>
    between(async (s) => {
      const fd = await connected(s);
      let count = 0;
      s.dropFrames(({ bytes }) => bytes.length > 1000 && ++count === 2);
      await s.send(fd, block(10 * 1448));
      await s.close(fd);
    }),
  'all segments are lost for a while': () =>
    between(async (s) => {
      const fd = await connected(s);
      const end = lose(s, /PSH|ACK/);
      await s.send(fd, 'hello');
      await s.sleep(1000);
      end();
      await s.sleep(1000);
      await s.close(fd);
    }),
  'a connection that is dissolved when a segment is late': () =>
    byHand(async (s, peer, listening) => {
      const theirs = await peer.connect(SACK_PERMITTED);
      const fd = await s.accept(listening);
      await s.send(fd, block(1000));
      await peer.send({ flags: '.', seq: 1000, ack: theirs, options: sack(theirs + MSS, theirs + 1000) });
      await s.sleep(1);
      await s.connect(fd, { family: s.AF_UNSPEC } as never);
    }),
  'nobody answers the SYN': () =>
    between(
      async (s) => {
        lose(s, /^SYN$/);
        assert.equal(await codeOf(connected(s)), 'ETIMEDOUT');
      },
      async (s) => void (await tcpSocket(s)),
      { sysctl: { 'net.ipv4.tcp_syn_retries': 1 } },
    ),
  // Pacing puts the retransmission off, and meanwhile the ACK of what seemed lost comes.
  'two segments that are later than four others, of a connection that is paced': () =>
    byHand(
      async (s, peer, listening) => {
        const theirs = await peer.connect(SACK_PERMITTED);
        const fd = await s.accept(listening);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_MAX_PACING_RATE, 20_000);
        // The first ten segments are not paced.
        await s.send(fd, block(10 * MSS));
        const begin = (theirs + 10 * MSS) >>> 0;
        await peer.send({ flags: '.', seq: 1000, ack: begin });
        await s.send(fd, block(10 * MSS));
        for (let heard = 0; heard < 6 * MSS;) {
          const segment = await peer.next(1000);
          if (segment!.seq >= begin) heard += segment!.payload.length;
        }
        const [later, end] = [begin + 2 * MSS, begin + 6 * MSS];
        await peer.send({ flags: '.', seq: 1000, ack: begin, options: sack(later, end) });
        await peer.send({ flags: '.', seq: 1000, ack: end });
        await s.sleep(10);
      },
      { sysctl: { 'net.ipv4.tcp_early_retrans': 0 } },
    ),
} as const satisfies Record<string, () => Promise<Observed>>;

/** Where each is told, and what it says. */
const TOLD_IN: Readonly<
  Record<
    Exclude<CaReason, WithItsValue> | (ValueReason & 'undo_reordered'),
    readonly [keyof typeof STORIES, RegExp]
  >
> = {
  ca_disorder: [
    'a segment that is late',
    /^Packet \d+ shows disorder: something is SACKed, lost or sent again\.$/,
  ],
  ca_nothing_missing: ['a segment that is late', /^Nothing is missing any more, as packet \d+ tells\.$/],
  ca_recovery: ['a segment that is lost', /^A loss, told by packet \d+: recovery begins\.$/],
  ca_recovered: [
    'a segment that is lost',
    /^Packet \d+ acknowledges all that was sent before the recovery\.$/,
  ],
  ca_timeout: [
    'all segments are lost for a while',
    /^The retransmission timer has fired \(the timer tcp_write_timer\(\)\): all that is not SACKed counts as lost\.$/,
  ],
  ca_timeout_over: [
    'all segments are lost for a while',
    /^Packet \d+ acknowledges all that was sent before the time-out\.$/,
  ],
  ca_disconnected: [
    'a connection that is dissolved when a segment is late',
    /^connect\(.*\) of process \[pid \d+\] dissolves the connection\.$/,
  ],
  ca_connect_failed: [
    'nobody answers the SYN',
    /^connect\(.*\) of client \[pid \d+\] has failed: the socket is ready for another attempt\.$/,
  ],
  undo_reordered: [
    'two segments that are later than four others, of a connection that is paced',
    /^The reduction is undone: packet \d+ acknowledges what seemed lost, and nothing was sent again yet\.$/,
  ],
};

const TOLD = Object.entries<() => Promise<Observed>>(STORIES).map(
  ([name, tell]) =>
    [name, async () => changesIn(await tell(), /^(icsk_ca_state|snd_cwnd|snd_ssthresh)$/)] as const,
);
describe('The reason for a state of congestion control', () =>
  tellsReasons(Object.fromEntries(TOLD) as Record<keyof typeof STORIES, () => Promise<Told[]>>, TOLD_IN));
