/** Every reason for a transition: stories in which it is told, each transition of them held against the functions on the stack. */
import assert from 'node:assert/strict';
import type { CaReason, StateReason } from '../../../stack/capture/state_reason.ts';
import type { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import { inet_rsk } from '../../../stack/include/net/inet_sock.ts';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import { TCP_SYN_RECV, TCP_SYN_SENT } from '../../../stack/include/uapi/linux/tcp.ts';
import { ehash_del } from '../../../stack/net/ipv4/inet_hashtables/established.ts';
import { rt_cache_flush } from '../../../stack/net/ipv4/route/output.ts';
import type { World } from '../../../stack/index.ts';
import { Observed, type Changed } from '../support/observed.ts';
import { network } from '../../stack/support/network.ts';
import { RawPeer } from '../../stack/support/rawPeer.ts';
import {
  accepted,
  ADDRESS,
  block,
  codeOf,
  connected,
  listener,
  type Process,
  reads,
  type Setup,
  type Sockscope,
  story,
} from '../../stack/support/story.ts';

const WAN = { mtu: 1500, latency: '5ms' };
const PORT = 45_000;
const NO_DEVICE = 99;

async function between(client: Process, server: Process = reads, setup: Setup = {}): Promise<Changed[]> {
  const told = story({ nic: WAN, leaves: /./, ...setup })
    .process('server', server)
    .process('client', client);
  const { changes } = new Observed(told.machine.world);
  await told.run();
  return changes;
}
/** A peer by hand, and a listener. */
async function byHand(
  test: (s: Sockscope, peer: RawPeer, fd: number) => Promise<void>,
  setup: Setup = {},
): Promise<Changed[]> {
  const told = story({ leaves: /./, ...setup }).process('process', async (s) =>
    test(s, await RawPeer.make(s, PORT, 8080), await listener(s)),
  );
  const { changes } = new Observed(told.machine.world);
  await told.run();
  return changes;
}
const waits =
  (ms: number): Process =>
  async (s) => {
    const fd = await accepted(s);
    await s.sleep(ms);
    await s.close(fd);
  };
const tcpSocket = (s: Sockscope): Promise<number> => s.socket(s.AF_INET, s.SOCK_STREAM);
const drop = (s: Sockscope, flags: RegExp): (() => void) =>
  s.dropFrames(({ tcpFlags }) => flags.test(tcpFlags));

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
  'a connection whose peer closes later': () =>
    between(async (s) => void (await s.close(await connected(s))), waits(100)),
  'a connection whose two ends close at once': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.sleep(95);
      await s.close(fd);
    }, waits(100)),
  'a port that another one listens at': () =>
    between(
      async () => {},
      async (s) => {
        const fds = [await tcpSocket(s), await tcpSocket(s)];
        for (const fd of fds) {
          await s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR, 1);
          await s.bind(fd, ADDRESS);
        }
        await s.listen(fds[0]!, 1);
        assert.equal(await codeOf(s.listen(fds[1]!, 1)), 'EADDRINUSE');
      },
    ),
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
    between(
      async (s) => {
        when(s.machine.world, TCP_SYN_SENT, (sk) => (sk.sk_bound_dev_if = NO_DEVICE));
        assert.equal(await codeOf(s.connect(await tcpSocket(s), ADDRESS)), 'ENODEV');
      },
      async () => {},
    ),
  'a route that goes before the SYN': () =>
    between(
      async (s) => {
        when(s.machine.world, TCP_SYN_SENT, (sk) => {
          sk.sk_bound_dev_if = NO_DEVICE;
          rt_cache_flush(s.machine.init_net);
        });
        const fd = await tcpSocket(s);
        await s.bind(fd, { address: '127.0.0.1', port: 5000 });
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EHOSTUNREACH');
      },
      async () => {},
    ),
  'a socket that connects to itself': () =>
    between(
      async (s) => {
        const fd = await tcpSocket(s);
        await s.bind(fd, ADDRESS);
        await s.connect(fd, ADDRESS);
        await s.close(fd);
      },
      async () => {},
    ),
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
  'a socket that is closed while it connects': () =>
    between(
      async (s) => {
        drop(s, /^SYN$/);
        const fds: number[] = [];
        for (let i = 0; i < 2; i++) {
          const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
          assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EINPROGRESS');
          fds.push(fd);
        }
        await s.close(fds[0]!);
        await s.shutdown(fds[1]!, s.SHUT_WR);
      },
      async () => {},
    ),
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
    const { changes } = new Observed(tale.world);
    await tale.run();
    return changes;
  },
  'nobody answers the SYN': () =>
    between(
      async (s) => {
        drop(s, /^SYN$/);
        assert.equal(await codeOf(s.connect(await tcpSocket(s), ADDRESS)), 'ETIMEDOUT');
      },
      async () => {},
      { sysctl: { 'net.ipv4.tcp_syn_retries': 1 } },
    ),
  'nobody acknowledges': () =>
    between(
      async (s) => {
        const [one, two] = [await connected(s), await connected(s)];
        await s.setsockopt(two, s.SOL_TCP, s.TCP_USER_TIMEOUT, 1000);
        drop(s, /PSH/);
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
        drop(s, /PSH|FIN/);
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
  'a segment that is late': () =>
    byHand(async (s, peer, listening) => {
      const theirs = await peer.connect([4, 2]);
      const fd = await s.accept(listening);
      await s.send(fd, block(1000));
      // The second segment is SACKed before the first one comes.
      const sack = new DataView(new ArrayBuffer(10));
      sack.setUint16(0, 0x050a);
      sack.setUint32(2, theirs + 536);
      sack.setUint32(6, theirs + 1000);
      await peer.send({ flags: '.', seq: 1000, ack: theirs, options: [...new Uint8Array(sack.buffer)] });
      await peer.send({ flags: '.', seq: 1000, ack: theirs + 1000 });
      await s.sleep(10);
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
        drop(s, /PSH|ACK/);
        await s.send(fd, block(30_000));
        s.sysctl('net.ipv4.tcp_mem', '1 1 1');
        await s.close(fd);
      },
      waits(200),
      { warns: /out of memory/ },
    ),
} as const satisfies Record<string, () => Promise<Changed[]>>;

/** Where each is told, and what it says. */
const TOLD_IN: Readonly<
  Record<
    StateReason | (CaReason & `ca_${'disorder' | 'nothing_missing'}`),
    readonly [keyof typeof STORIES, RegExp]
  >
> = {
  ca_disorder: [
    'a segment that is late',
    /^Packet \d+ shows disorder: something is SACKed, lost or sent again\.$/,
  ],
  ca_nothing_missing: ['a segment that is late', /^Nothing is missing any more, as packet \d+ tells\.$/],
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
  close: [
    'a connection that the client closes',
    /^close\(.*\) of client .* closes the socket, and nothing was unread/,
  ],
  close_listener: ['a connection that the client closes', /^close\(.*\) of server .* closes the listener\.$/],
  close_unconnected: ['a socket that is closed while it connects', /^close\(.* before it was connected\.$/],
  shutdown_unconnected: [
    'a socket that is closed while it connects',
    /^shutdown\(.* of client .* gives it up\.$/,
  ],
  shutdown: [
    'a connection that is closed in both directions, one after the other',
    /^shutdown\(.*\) of client .* closes this direction: a FIN follows the data\.$/,
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

describe('Every transition knows its reason, which is told by the code that ran', () => {
  for (const [name, tell] of Object.entries(STORIES))
    it(name, async () => {
      const told = (await tell()).filter(({ change: { value } }) => /state$/.test(value));
      const all = told.map(
        ({ change: { value, from, to, why }, sentence }) => `${value} ${from} > ${to} ${why}: ${sentence}`,
      );
      for (const [why, [where, words]] of Object.entries(TOLD_IN)) {
        if (where !== name) continue;
        const found = told.filter(({ change }) => change.why === why);
        assert.ok(found.length > 0, `not told: ${why}\n${all.join('\n')}`);
        assert.ok(
          found.some(({ sentence }) => words.test(sentence)),
          `${why}: ${words}\n${all.join('\n')}`,
        );
      }
    });
});
