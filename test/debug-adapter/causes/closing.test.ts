/** Why a connection closes: each reason in a story, and held against the functions on the stack. */
import assert from 'node:assert/strict';
import type { ClosingReason } from '../../../stack/capture/state_reason.ts';
import { ADDRESS, codeOf, connected, listener, reads } from '../../stack/support/story.ts';
import type { Observed } from '../support/observed.ts';
import { between, lose, nothing, tellsStates, waits } from '../support/stories.ts';

const STORIES = {
  'a connection that the client closes': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.send(fd, 'hello');
      await s.close(fd);
    }),
  'a connection whose peer closes later': () =>
    between(async (s) => void (await s.close(await connected(s))), waits(100)),
  'a connection whose two ends close at once': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.sleep(95);
      await s.close(fd);
    }, waits(100)),
  'a socket that is closed while it connects': () =>
    between(async (s) => {
      lose(s, /^SYN$/);
      const fds: number[] = [];
      for (let i = 0; i < 2; i++) {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EINPROGRESS');
        fds.push(fd);
      }
      await s.close(fds[0]!);
      await s.shutdown(fds[1]!, s.SHUT_WR);
    }, nothing),
  'a connection that is closed in both directions, one after the other': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.shutdown(fd, s.SHUT_WR);
      await s.sleep(50);
      await s.close(fd);
    }, waits(200)),
  'data that was not read': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.send(fd, 'hello');
      await s.sleep(200);
    }, waits(50)),
  'a connection that is aborted, and one that is dissolved': () =>
    between(
      async (s) => {
        const one = await connected(s);
        await s.setsockopt(one, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
        await s.close(one);
        await s.connect(await connected(s), { family: s.AF_UNSPEC } as never);
      },
      async (s) => {
        await listener(s);
        await s.sleep(100);
      },
    ),
  'a listener that is closed with a connection in its queue': () =>
    between(
      async (s) => {
        await connected(s);
        await s.sleep(200);
      },
      async (s) => {
        const fd = await listener(s);
        await s.sleep(100);
        await s.close(fd);
      },
    ),
  'a FIN that takes more than a minute to come': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        await s.close(fd);
      },
      waits(150_000),
      { sysctl: { 'net.ipv4.tcp_fin_timeout': 120 } },
    ),
  'no room for one more in TIME_WAIT': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        await s.shutdown(fd, s.SHUT_WR);
        await s.recv(fd);
        await s.close(fd);
      },
      reads,
      { sysctl: { 'net.ipv4.tcp_max_tw_buckets': 0 } },
    ),
} as const satisfies Record<string, () => Promise<Observed>>;

/** Where each is told, and what it says. */
const TOLD_IN: Readonly<Record<ClosingReason, readonly [keyof typeof STORIES, RegExp]>> = {
  close: [
    'a connection that the client closes',
    /^close\(.*\) of client .* closes the socket, and nothing was unread/,
  ],
  close_listener: ['a connection that the client closes', /^close\(.*\) of server .* closes the listener\.$/],
  close_unconnected: ['a socket that is closed while it connects', /^close\(.* before it was connected\.$/],
  shutdown: [
    'a connection that is closed in both directions, one after the other',
    /^shutdown\(.*\) of client .* closes this direction: a FIN follows the data\.$/,
  ],
  shutdown_unconnected: [
    'a socket that is closed while it connects',
    /^shutdown\(.* of client .* gives it up\.$/,
  ],
  close_unread: [
    'data that was not read',
    /^close\(.*\) of server .* data in it was not read: it is reset\.$/,
  ],
  linger_zero: ['a connection that is aborted, and one that is dissolved', /^close\(.* with SO_LINGER 0/],
  disconnect: [
    'a connection that is aborted, and one that is dissolved',
    /^connect\(.* dissolves the connection/,
  ],
  listener_closed: [
    'a listener that is closed with a connection in its queue',
    /^The listener is closed with close\(.*\) of server .*, and this connection was not accepted\.$/,
  ],
  fin: ['a connection that the client closes', /^A FIN has come in order, with packet \d+\.$/],
  fin_acked: ['a connection that the client closes', /^Packet \d+ acknowledges the FIN of this end\.$/],
  closed_in_fin_wait2: [
    'a connection that is closed in both directions, one after the other',
    /^close\(.*\) of client .* closes the socket: a time-wait sock waits for the FIN of the peer\.$/,
  ],
  orphan_fin_acked: [
    'a connection whose peer closes later',
    /^Packet \d+ acknowledges .* whose socket is closed: /,
  ],
  fin_wait2_timer: ['a FIN that takes more than a minute to come', /\(the timer tcp_keepalive_timer\(\)\)/],
  time_wait: [
    'a connection that the client closes',
    /^A time-wait sock has taken its place with packet \d+\.$/,
  ],
  time_wait_full: ['no room for one more in TIME_WAIT', /^With packet \d+ it would wait in TIME_WAIT, but/],
};

describe('The reason for a transition of a connection that closes', () => tellsStates(STORIES, TOLD_IN));
