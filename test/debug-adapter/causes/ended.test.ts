/** Why a connection ends before its time: each reason in a story, and held against the functions on the stack. */
import assert from 'node:assert/strict';
import type { EndedReason } from '../../../stack/capture/state_reason.ts';
import { network } from '../../stack/support/network.ts';
import { ADDRESS, block, codeOf, connected, listener } from '../../stack/support/story.ts';
import { Observed } from '../support/observed.ts';
import { between, byHand, lose, nothing, tcpSocket, tellsStates, waits } from '../support/stories.ts';

const STORIES = {
  'data for a socket that is closed': () =>
    between(async (s) => {
      const fd = await connected(s);
      // The server has closed the socket, and its FIN has not come yet.
      await s.sleep(52);
      await s.send(fd, 'late');
      await s.sleep(100);
    }, waits(50)),
  'a closed socket that does not wait': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_LINGER2, -1);
      await s.shutdown(fd, s.SHUT_WR);
      await s.sleep(100);
      await s.close(fd);
    }, waits(500)),
  'a host that is not there': async () => {
    const tale = network({ client: '10.0.0.1/24', server: '10.0.0.2/24' }).on('client', async (s) => {
      const fd = await tcpSocket(s);
      assert.equal(await codeOf(s.connect(fd, { address: '10.0.0.9', port: 8080 })), 'EHOSTUNREACH');
      await s.close(fd);
    });
    const observed = new Observed(tale.world);
    await tale.run();
    return observed;
  },
  'nobody answers the SYN': () =>
    between(
      async (s) => {
        lose(s, /^SYN$/);
        assert.equal(await codeOf(s.connect(await tcpSocket(s), ADDRESS)), 'ETIMEDOUT');
      },
      nothing,
      { sysctl: { 'net.ipv4.tcp_syn_retries': 1 } },
    ),
  'nobody acknowledges': () =>
    between(
      async (s) => {
        const [one, two] = [await connected(s), await connected(s)];
        await s.setsockopt(two, s.SOL_TCP, s.TCP_USER_TIMEOUT, 1000);
        lose(s, /PSH/);
        for (const fd of [one, two]) await s.send(fd, 'hello');
        await s.sleep(20_000);
      },
      async (s) => {
        await listener(s);
        await s.sleep(30_000);
      },
      { sysctl: { 'net.ipv4.tcp_retries2': 3 } },
    ),
  'nobody acknowledges a closed socket': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        lose(s, /PSH|FIN/);
        await s.send(fd, 'hello');
        await s.close(fd);
        await s.sleep(100_000);
      },
      waits(100_000),
      { sysctl: { 'net.ipv4.tcp_orphan_retries': 1 } },
    ),
  'nobody answers the window probes': () =>
    byHand(
      async (s, peer, listening) => {
        await peer.connect([], 0);
        await s.send(await s.accept(listening), 'hello');
        await s.sleep(100_000);
      },
      { sysctl: { 'net.ipv4.tcp_retries2': 3 } },
    ),
  'a window that is closed over what was sent': () =>
    byHand(async (s, peer, listening) => {
      const theirs = await peer.connect();
      const fd = await s.accept(listening);
      await s.send(fd, 'hello');
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'x' });
      await peer.send({ flags: 'P.', seq: 1001, ack: theirs, window: 0, payload: 'y' });
      await s.sleep(1000_000);
    }),
  'nobody answers the keepalive probes': () =>
    byHand(async (s, peer, listening) => {
      await peer.connect();
      const fd = await s.accept(listening);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPIDLE, 5);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPINTVL, 1);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPCNT, 2);
      assert.equal(await codeOf(s.recv(fd)), 'ETIMEDOUT');
    }),
  'a reset': () =>
    byHand(async (s, peer, listening) => {
      await peer.connect();
      const fd = await s.accept(listening);
      await peer.send({ flags: 'R', seq: 1000 });
      assert.equal(await codeOf(s.recv(fd)), 'ECONNRESET');
    }),
  'more orphans than there may be': () =>
    between(
      async (s) => {
        await s.close(await connected(s));
      },
      waits(200),
      { sysctl: { 'net.ipv4.tcp_max_orphans': 0 } },
    ),
  'a closed socket, and no memory': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        lose(s, /PSH|ACK/);
        await s.send(fd, block(30_000));
        s.sysctl('net.ipv4.tcp_mem', '1 1 1');
        await s.close(fd);
      },
      waits(200),
      { warns: /out of memory/ },
    ),
} as const satisfies Record<string, () => Promise<Observed>>;

/** Where each is told, and what it says. */
const TOLD_IN: Readonly<Record<EndedReason, readonly [keyof typeof STORIES, RegExp]>> = {
  reset: ['a reset', /^There is a RST in packet \d+\.$/],
  data_after_close: [
    'data for a socket that is closed',
    /^There is data in packet \d+, which nobody can read/,
  ],
  linger2: [
    'a closed socket that does not wait',
    /does not wait for the FIN of the peer any longer \(close\(/,
  ],
  icmp_error: ['a host that is not there', / tells that the peer cannot be reached\.$/],
  syn_limit: ['nobody answers the SYN', /as often as it may be \(the timer tcp_write_timer\(\)\)\.$/],
  retransmission_limit: ['nobody acknowledges', /^Nothing was acknowledged for as long .*tcp_write_timer/],
  orphan_limit: [
    'nobody acknowledges a closed socket',
    /last data of the closed socket \(the timer tcp_write_/,
  ],
  probe_limit: [
    'nobody answers the window probes',
    /has not answered the window probes \(the timer tcp_write_/,
  ],
  window_limit: [
    'a window that is closed over what was sent',
    /closed its window over what was sent, and is silent/,
  ],
  keepalive_limit: [
    'nobody answers the keepalive probes',
    /not answered the keepalive probes \(.*tcp_keepalive_timer/,
  ],
  user_timeout: ['nobody acknowledges', /for as long as TCP_USER_TIMEOUT allows \(the timer/],
  too_many_orphans: ['more orphans than there may be', /^There are more closed sockets .* \(close\(/],
  out_of_memory: ['a closed socket, and no memory', /^TCP's memory is used up, .* \(close\(/],
};

describe('The reason for the early end of a connection', () => tellsStates(STORIES, TOLD_IN));
