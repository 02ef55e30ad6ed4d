/** Why a connection opens, or does not: each reason in a story, and held against the functions on the stack. */
import assert from 'node:assert/strict';
import type { OpeningReason } from '../../../stack/capture/state_reason.ts';
import type { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import { inet_rsk } from '../../../stack/include/net/inet_sock.ts';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import { TCP_SYN_RECV, TCP_SYN_SENT } from '../../../stack/include/uapi/linux/tcp.ts';
import type { World } from '../../../stack/index.ts';
import { ehash_del } from '../../../stack/net/ipv4/inet_hashtables/established.ts';
import { rt_cache_flush } from '../../../stack/net/ipv4/route/output.ts';
import { ADDRESS, codeOf, connected } from '../../stack/support/story.ts';
import type { Observed } from '../support/observed.ts';
import { between, byHand, nothing, tcpSocket, tellsStates, waits } from '../support/stories.ts';

const NO_DEVICE = 99;

/** Something goes wrong in the kernel as soon as a socket comes into a state. */
function when(world: World, state: number, act: (sk: tcp_sock) => void): void {
  world.tracer.on('sock:inet_sock_set_state', (sk: sock_common, _from, to) => {
    if (to === state) act(sk as tcp_sock);
  });
}

const STORIES = {
  'a connection that the client closes': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.send(fd, 'hello');
      await s.close(fd);
    }),
  'a port that another one listens at': () =>
    between(nothing, async (s) => {
      const fds = [await tcpSocket(s), await tcpSocket(s)];
      for (const fd of fds) {
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR, 1);
        await s.bind(fd, ADDRESS);
      }
      await s.listen(fds[0]!, 1);
      assert.equal(await codeOf(s.listen(fds[1]!, 1)), 'EADDRINUSE');
    }),
  'no port is left': () =>
    between(
      async (s) => {
        await connected(s);
        assert.equal(await codeOf(s.connect(await tcpSocket(s), ADDRESS)), 'EADDRNOTAVAIL');
      },
      waits(100),
      { sysctl: { 'net.ipv4.ip_local_port_range': '40001 40001' } },
    ),
  'a route that goes while the port is chosen': () =>
    between(async (s) => {
      when(s.machine.world, TCP_SYN_SENT, (sk) => (sk.sk_bound_dev_if = NO_DEVICE));
      assert.equal(await codeOf(s.connect(await tcpSocket(s), ADDRESS)), 'ENODEV');
    }, nothing),
  'a route that goes before the SYN': () =>
    between(async (s) => {
      when(s.machine.world, TCP_SYN_SENT, (sk) => {
        sk.sk_bound_dev_if = NO_DEVICE;
        rt_cache_flush(s.machine.init_net);
      });
      const fd = await tcpSocket(s);
      await s.bind(fd, { address: '127.0.0.1', port: 5000 });
      assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EHOSTUNREACH');
    }, nothing),
  'a socket that connects to itself': () =>
    between(async (s) => {
      const fd = await tcpSocket(s);
      await s.bind(fd, ADDRESS);
      await s.connect(fd, ADDRESS);
      await s.close(fd);
    }, nothing),
  'no route for a new connection': () =>
    byHand(async (s, peer) => {
      const { world } = s.machine;
      world.tracer.on('sockscope:listen_request', (_sk, what, req) => {
        if (what === 'queued') when(world, TCP_SYN_RECV, () => (inet_rsk(req).ir_iif = NO_DEVICE));
      });
      await peer.connect();
      await s.sleep(10);
    }),
  'no port for a new connection': () =>
    byHand(async (s, peer, fd) => {
      const sk = s.sock(fd);
      const { icsk_bind_hash } = sk;
      when(s.machine.world, TCP_SYN_RECV, () => (sk.icsk_bind_hash = null));
      await peer.connect();
      await s.sleep(10);
      sk.icsk_bind_hash = icsk_bind_hash;
    }),
  'a request that another packet has taken already': () =>
    byHand(
      async (s, peer) => {
        const { world, init_net } = s.machine;
        world.tracer.on('sockscope:listen_request', (_sk, what, req) => {
          if (what === 'queued') when(world, TCP_SYN_RECV, () => ehash_del(init_net.ipv4.hashinfo, req));
        });
        await peer.connect();
        await s.sleep(10);
      },
      { warns: /./ },
    ),
} as const satisfies Record<string, () => Promise<Observed>>;

/** Where each is told, and what it says. */
const TOLD_IN: Readonly<Record<OpeningReason, readonly [keyof typeof STORIES, RegExp]>> = {
  listen: [
    'a connection that the client closes',
    /^listen\(.*\) of server \[pid \d+\] makes it a listener\.$/,
  ],
  listen_failed: ['a port that another one listens at', /^listen\(.*\) of server .* fails: the port cannot/],
  connect: [
    'a connection that the client closes',
    /^connect\(.*\) of client \[pid \d+\] opens a connection\.$/,
  ],
  connect_no_port: ['no port is left', /^connect\(.*\) of client .* fails: there is no port for it\.$/],
  connect_no_route: ['a route that goes while the port is chosen', /^connect\(.* fails: there is no route/],
  connect_not_sent: ['a route that goes before the SYN', /^connect\(.* fails: its SYN cannot be made\.$/],
  syn: ['a connection that the client closes', /^There is a SYN in packet 1: the listener keeps a request/],
  syn_ack: ['a connection that the client closes', /^The SYN-ACK is packet 2: it acknowledges the SYN\.$/],
  syn_crossed: ['a socket that connects to itself', /^There is a SYN in packet 1, too: both ends open/],
  request_acked: ['a connection that the client closes', /^The ACK of the SYN-ACK is packet 3: the request/],
  syn_acked: ['a connection that the client closes', /^Packet 3 acknowledges the SYN of this end: /],
  child_no_route: [
    'no route for a new connection',
    /^There is no route for the new connection, which packet \d/,
  ],
  child_no_port: [
    'no port for a new connection',
    /^The new connection, which packet \d+ would complete, cannot/,
  ],
  child_duplicate: [
    'a request that another packet has taken already',
    /^There is a socket already for the connection that packet/,
  ],
};

describe('The reason for a transition of a connection that opens', () => tellsStates(STORIES, TOLD_IN));
