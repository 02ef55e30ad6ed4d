/** Why a time-wait sock ends: each reason in a story, and held against the functions on the stack. */
import assert from 'node:assert/strict';
import type { TimeWaitEndReason } from '../../../stack/capture/state_reason.ts';
import { TCP_CLOSE } from '../../../stack/include/uapi/linux/tcp.ts';
import { ADDRESS, codeOf, connected, receive, type Sockscope } from '../../stack/support/story.ts';
import type { RawPeer } from '../../stack/support/rawPeer.ts';
import type { Changed, Observed } from '../support/observed.ts';
import { between, byHand, tcpSocket, tellsStates, waits } from '../support/stories.ts';

const CLIENT = { address: '127.0.0.1', port: 5000 };

/** The machine closes first. @returns the sequence number of the peer's next byte, and what it acknowledges */
async function finWait2(s: Sockscope, peer: RawPeer, listening: number, options: number[] = []) {
  const theirs = await peer.connect(options);
  await s.close(await s.accept(listening));
  await peer.expect('F.');
  const ack = (theirs + 1) >>> 0;
  await peer.send({ flags: '.', seq: 1000, ack });
  return { seq: 1000, ack };
}
async function timeWait(s: Sockscope, peer: RawPeer, listening: number) {
  const { seq, ack } = await finWait2(s, peer, listening);
  await peer.send({ flags: 'F.', seq, ack });
  await peer.expect('.');
  return { seq: seq + 1, ack };
}
/** The client closes first; a second later it connects again from the same port. */
const twice = (prepare: (s: Sockscope, fd: number) => Promise<unknown>) =>
  between(
    async (s) => {
      for (let i = 0; i < 2; i++) {
        const fd = await tcpSocket(s);
        await prepare(s, fd);
        await s.connect(fd, ADDRESS);
        await s.shutdown(fd, s.SHUT_WR);
        await receive(s, fd);
        await s.close(fd);
        await s.sleep(2000);
      }
    },
    async (s) => {
      const listening = await tcpSocket(s);
      await s.bind(listening, ADDRESS);
      await s.listen(listening, 1);
      for (let i = 0; i < 2; i++) {
        const fd = await s.accept(listening);
        await receive(s, fd);
        await s.close(fd);
      }
      await s.close(listening);
    },
    { sysctl: { 'net.ipv4.ip_local_port_range': '5000 5000', 'net.ipv4.tcp_tw_reuse': 1 } },
  );

const isEnd = ({ change: { value, to } }: Changed): boolean => value === 'tw_substate' && to === TCP_CLOSE;

const STORIES = {
  'a minute without a segment': () => between(async (s) => void (await s.close(await connected(s)))),
  'a peer that does not close': () =>
    between(async (s) => void (await s.close(await connected(s))), waits(200_000)),
  'a SYN of a new connection': () =>
    byHand(async (s, peer, listening) => {
      const { seq } = await timeWait(s, peer, listening);
      await peer.send({ flags: 'S', seq: seq + 100_000 });
      await peer.expect('S.');
    }),
  'connect() from a port that the kernel chooses': () => twice(async () => {}),
  'a RST in TIME_WAIT': () =>
    byHand(async (s, peer, listening) => {
      const { seq } = await timeWait(s, peer, listening);
      await peer.send({ flags: 'R', seq });
      await s.sleep(10);
    }),
  'a RST in FIN_WAIT2': () =>
    byHand(async (s, peer, listening) => {
      const { seq } = await finWait2(s, peer, listening);
      await s.sleep(10);
      await peer.send({ flags: 'R', seq });
      await s.sleep(10);
    }),
  'data in FIN_WAIT2': () =>
    byHand(async (s, peer, listening) => {
      const { seq, ack } = await finWait2(s, peer, listening);
      await s.sleep(10);
      await peer.send({ flags: '.', seq, ack, payload: 'late' });
      await peer.expect('R');
    }),
  'a SYN in FIN_WAIT2': () =>
    byHand(async (s, peer, listening) => {
      const { seq } = await finWait2(s, peer, listening);
      await s.sleep(10);
      await peer.send({ flags: 'S', seq: seq + 10 });
      await peer.expect('R.');
    }),
} as const satisfies Record<string, () => Promise<Observed>>;

/** Where each is told, and what it says. */
const TOLD_IN: Readonly<
  Record<TimeWaitEndReason | 'reset' | 'data_after_close', readonly [keyof typeof STORIES, RegExp]>
> = {
  time_wait_over: [
    'a minute without a segment',
    /^The time of TIME_WAIT is over \(the timer tw_timer_handler\(\)\): the two ends may be used again\.$/,
  ],
  no_fin: [
    'a peer that does not close',
    /^The FIN of the peer has not come in time \(the timer tw_timer_handler\(\)\)\.$/,
  ],
  new_syn: [
    'a SYN of a new connection',
    /^There is a SYN in packet \d+ for a new connection of the same two ends, which takes its place\.$/,
  ],
  new_connect: [
    'connect() from a port that the kernel chooses',
    /^connect\(.*\) of client \[pid \d+\] opens a new connection of the same two ends, which takes its place\.$/,
  ],
  reset_in_time_wait: [
    'a RST in TIME_WAIT',
    /^There is a RST in packet \d+, which ends TIME_WAIT \(net\.ipv4\.tcp_rfc1337 is 0\)\.$/,
  ],
  syn_for_fin: [
    'a SYN in FIN_WAIT2',
    /^There is a SYN in packet \d+, where the FIN of the peer was due: it is reset\.$/,
  ],
  reset: ['a RST in FIN_WAIT2', /^There is a RST in packet \d+\.$/],
  data_after_close: ['data in FIN_WAIT2', /^There is data in packet \d+, which nobody can read any more/],
};

describe('The reason for the end of a time-wait sock', () => {
  tellsStates(STORIES, TOLD_IN);

  it('is connect() from a port that the program has chosen, too', async () => {
    const { changes } = await twice(async (s, fd) => {
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR, 1);
      await s.bind(fd, CLIENT);
    });
    const [first, last] = changes.filter(isEnd);
    assert.match(first!.sentence, /^connect\(.* opens a new connection of the same two ends/);
    assert.equal(last!.change.why, 'time_wait_over');
  });
  it('is none with tcp_rfc1337: a RST does not end TIME_WAIT', async () => {
    const { changes } = await byHand(
      async (s, peer, listening) => {
        const { seq } = await timeWait(s, peer, listening);
        await peer.send({ flags: 'R', seq });
        await s.sleep(70_000);
      },
      { sysctl: { 'net.ipv4.tcp_rfc1337': 1 } },
    );
    assert.deepEqual(
      changes.filter(isEnd).map(({ change }) => change.why),
      ['time_wait_over'],
    );
  });
  it('is not told where the connection cannot be opened', async () => {
    const { changes } = await between(
      async (s) => {
        await s.close(await connected(s));
        await s.sleep(2000);
        assert.equal(await codeOf(s.connect(await tcpSocket(s), ADDRESS)), 'EADDRNOTAVAIL');
      },
      waits(10),
      { sysctl: { 'net.ipv4.ip_local_port_range': '5000 5000', 'net.ipv4.tcp_tw_reuse': 0 } },
    );
    assert.ok(!changes.some(({ change: { why } }) => why === 'new_connect'));
  });
});
