/** Every reason for a packet: stories in which it is told, each packet of them held against the call stack that sent it. */
import assert from 'node:assert/strict';
import type { SendReason } from '../../../stack/capture/send_reason.ts';
import { vnic_wire } from '../../../stack/drivers/net/vnic/vnic_main.ts';
import { NLM_F_CREATE, NLM_F_EXCL, fib_config } from '../../../stack/include/net/ip_fib.ts';
import { RT_TABLE_MAIN, RTN_UNICAST } from '../../../stack/include/uapi/linux/rtnetlink.ts';
import { AF_INET } from '../../../stack/include/uapi/linux/socket.ts';
import { inet_rtm_newroute } from '../../../stack/net/ipv4/fib_frontend.ts';
import { network } from '../../stack/support/network.ts';
import { RawPeer } from '../../stack/support/rawPeer.ts';
import {
  accepted,
  block,
  codeOf,
  connected,
  listener,
  type Process,
  reads,
  receive,
} from '../../stack/support/story.ts';
import { Observed } from '../support/observed.ts';
import {
  between,
  byHand,
  nothing,
  PEER_PORT,
  sentIn,
  tellsReasons,
  type Told,
  waits,
} from '../support/stories.ts';

const sends =
  (bytes: number): Process =>
  async (s) => {
    const fd = await connected(s);
    await s.send(fd, block(bytes));
    await s.close(fd);
  };

const STORIES = {
  'a question and an answer': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.recv(fd);
        await s.sleep(500);
        await s.close(fd);
      },
      async (s) => {
        const fd = await accepted(s);
        await s.recv(fd);
        await s.sleep(500);
        await s.send(fd, 'hi');
        await receive(s, fd);
        await s.close(fd);
      },
    ),
  'a long transfer with losses': async () => {
    const all: Observed[] = [];
    for (let seed = 1; seed <= 4; seed++)
      all.push(await between(sends(120_000), reads, { seed, nic: { loss: 0.08 } }));
    return all;
  },
  'a time-out for nothing': () =>
    between(
      async (s) => {
        const { latency } = vnic_wire(s.machine.init_net.loopback_dev!);
        const fd = await connected(s);
        await s.send(fd, block(3 * 1448));
        await s.sleep(100);
        latency.latency_ns = 300_000_000;
        await s.send(fd, block(30 * 1448));
        await s.sleep(2000);
        await s.close(fd);
      },
      reads,
      { sysctl: { 'net.ipv4.tcp_timestamps': 0 } },
    ),
  'a transfer over a slow link': () =>
    between(sends(200_000), reads, { nic: { bandwidth: '10mbit', ringSize: 8 } }),
  'a search for the MTU': () =>
    between(sends(100_000), reads, {
      nic: { mtu: 3000 },
      sysctl: { 'net.ipv4.tcp_mtu_probing': 2, 'net.ipv4.tcp_base_mss': 512 },
    }),
  'a SYN that is lost': () =>
    between(async (s) => {
      let count = 0;
      s.dropFrames(({ tcpFlags }) => tcpFlags === 'SYN' && ++count === 1);
      await sends(1)(s);
    }),
  'a SYN-ACK that is lost': () =>
    between(async (s) => {
      let count = 0;
      s.dropFrames(({ tcpFlags }) => tcpFlags === 'SYN ACK' && ++count === 1);
      await sends(1)(s);
    }),
  'SYN cookies': () => between(sends(1), reads, { sysctl: { 'net.ipv4.tcp_syncookies': 2 } }),
  'a socket that connects to itself': () =>
    between(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, { address: '127.0.0.1', port: 8080 });
      await s.connect(fd, { address: '127.0.0.1', port: 8080 });
      await s.close(fd);
    }, nothing),
  'a cork, and Nagle': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_CORK, 1);
      await s.send(fd, 'one');
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_CORK, 0);
      await s.send(fd, 'two');
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_NODELAY, 1);
      await s.close(fd);
    }),
  'a conversation': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_NODELAY, 1);
        for (let i = 0; i < 20; i++) {
          await s.send(fd, 'x');
          await s.recv(fd);
        }
        await s.send(fd, 'x');
        await s.sleep(35);
        await s.send(fd, 'y');
        await s.sleep(200);
        await s.send(fd, 'z');
        await s.sleep(200);
        await s.close(fd);
      },
      async (s) => {
        const fd = await accepted(s);
        for (let i = 0; i < 20; i++) await s.send(fd, await s.recv(fd));
        await receive(s, fd);
        await s.close(fd);
      },
    ),
  'a reader that sleeps': () =>
    between(sends(40_000), async (s) => {
      const fd = await accepted(s, (listening) => s.setsockopt(listening, s.SOL_SOCKET, s.SO_RCVBUF, 8192));
      await s.sleep(3000);
      await receive(s, fd);
      await s.close(fd);
    }),
  'a window that is closed over what was sent': () =>
    byHand(async (s, peer, listening) => {
      const theirs = await peer.connect();
      const fd = await s.accept(listening);
      await s.send(fd, 'hello');
      // What comes later in the stream may close the window.
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'x' });
      await peer.send({ flags: 'P.', seq: 1001, ack: theirs, window: 0, payload: 'y' });
      await s.sleep(1000);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
    }),
  'a peer that is gone': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPIDLE, 5);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPINTVL, 1);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPCNT, 2);
      const end = s.dropFrames(({ tcpFlags }) => tcpFlags === 'ACK');
      await s.sleep(20_000);
      assert.equal(await codeOf(s.recv(fd)), 'ETIMEDOUT');
      end();
    }, waits(100_000)),
  'segments that do not fit a connection': () =>
    byHand(async (s, peer, listening) => {
      const theirs = await peer.connect();
      const fd = await s.accept(listening);
      await peer.send({ flags: 'S', seq: 1000 });
      await peer.expect('.');
      await s.sleep(1000);
      await peer.send({ flags: '.', seq: 900_000, ack: theirs, payload: 'far' });
      await peer.expect('.');
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
    }),
  'segments that do not fit a request, or are for a listener': () =>
    byHand(async (_s, peer) => {
      await peer.send({ flags: '.', seq: 5, ack: 77 });
      await peer.expect('R');
      await peer.send({ flags: 'S', seq: 999 });
      await peer.expect('S.');
      await peer.send({ flags: 'S', seq: 1005 });
      await peer.expect('R.');
      await peer.send({ flags: 'S', seq: 999 });
      const { seq } = await peer.expect('S.');
      await peer.send({ flags: '.', seq: 900_000, ack: seq + 1 });
      await peer.expect('.');
      await peer.send({ flags: 'R', seq: 1000 });
    }),
  'a SYN-ACK for what was never sent': () =>
    byHand(async (s) => {
      const peer = await RawPeer.make(s, PEER_PORT, 46_000);
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
      await s.bind(fd, { address: '127.0.0.1', port: 46_000 });
      assert.equal(await codeOf(s.connect(fd, { address: '127.0.0.9', port: PEER_PORT })), 'EINPROGRESS');
      const { seq } = await peer.expect('S');
      await peer.send({ flags: 'S.', seq: 999, ack: seq + 7 });
      await peer.expect('R');
    }),
  'data for a socket that is closed': () =>
    between(async (s) => {
      const fd = await connected(s);
      // The server has closed the socket, and its FIN has not come yet.
      await s.sleep(52);
      await s.send(fd, 'late');
      await s.sleep(100);
      await s.close(fd);
    }, waits(50)),
  'data for a connection that waits for its end': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.sleep(500);
      await s.send(fd, 'late');
      await s.sleep(100);
      await s.close(fd);
    }, waits(50)),
  'a SYN for a connection that waits for its end': () =>
    byHand(async (s, peer, listening) => {
      const theirs = await peer.connect();
      await s.close(await s.accept(listening));
      await peer.expect('F.');
      await peer.send({ flags: '.', seq: 1000, ack: theirs + 1 });
      await s.sleep(10);
      await peer.send({ flags: 'S', seq: 1010 });
      await peer.expect('R.');
    }),
  'a FIN that comes again': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.recv(fd);
      // The last ACK of the other end is lost, so this end sends its FIN again.
      let count = 0;
      s.dropFrames(({ tcpFlags }) => tcpFlags === 'ACK' && ++count === 1);
      await s.close(fd);
      await s.sleep(2000);
    }, waits(50)),
  'nobody listens': () =>
    between(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      assert.equal(await codeOf(s.connect(fd, { address: '127.0.0.1', port: 8080 })), 'ECONNREFUSED');
      await s.close(fd);
    }, nothing),
  'closed with data unread': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.send(fd, 'hello');
      await s.sleep(200);
      await s.close(fd);
    }, waits(50)),
  'closed at once, by SO_LINGER and TCP_LINGER2': () =>
    between(
      async (s) => {
        const [one, two] = [await connected(s), await connected(s)];
        await s.setsockopt(one, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
        await s.close(one);
        await s.setsockopt(two, s.SOL_TCP, s.TCP_LINGER2, -1);
        await s.shutdown(two, s.SHUT_WR);
        await s.sleep(100);
        await s.close(two);
      },
      async (s) => {
        const listening = await listener(s);
        const fds = [await s.accept(listening), await s.accept(listening)];
        await s.sleep(500);
        for (const fd of [...fds, listening]) await s.close(fd);
      },
    ),
  'a socket that is dissolved': () =>
    between(async (s) => {
      const fd = await connected(s);
      await s.send(fd, 'hello');
      await s.connect(fd, { family: s.AF_UNSPEC } as never);
      await s.close(fd);
    }, waits(100)),
  'a listener that is closed with a connection in its queue': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        await s.sleep(200);
        await s.close(fd);
      },
      async (s) => {
        const fd = await listener(s);
        await s.sleep(100);
        await s.close(fd);
      },
    ),
  'a full accept queue that refuses': () =>
    between(
      async (s) => {
        const first = await connected(s);
        const both = [0, 1].map(async () => {
          const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
          assert.equal(await codeOf(s.connect(fd, { address: '127.0.0.1', port: 8080 })), 'EINPROGRESS');
          return fd;
        });
        const others = await Promise.all(both);
        await s.sleep(100);
        for (const fd of [first, ...others]) await s.close(fd);
      },
      async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(500);
        await s.close(fd);
      },
      { sysctl: { 'net.ipv4.tcp_abort_on_overflow': 1 } },
    ),
  'more orphans than there may be': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        await s.close(fd);
      },
      waits(200),
      { sysctl: { 'net.ipv4.tcp_max_orphans': 0 } },
    ),
  'a closed socket, and no memory': () =>
    between(
      async (s) => {
        const fd = await connected(s);
        s.dropFrames(({ tcpFlags }) => /PSH|ACK/.test(tcpFlags));
        await s.send(fd, block(30_000));
        s.sysctl('net.ipv4.tcp_mem', '1 1 1');
        await s.close(fd);
      },
      waits(200),
      { leaves: /./, warns: /out of memory/ },
    ),
  'a handshake for which no socket can be made': () =>
    byHand(
      async (s, peer) => {
        s.machine.faults.set('sk_clone', 1);
        await peer.connect();
        await peer.expect('R');
      },
      { sysctl: { 'net.ipv4.tcp_abort_on_overflow': 1 } },
    ),
  'a ping, and a datagram for nobody': () =>
    between(
      async (s) => {
        const udp = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.sendto(udp, 'hello', 0, { address: '127.0.0.1', port: 9 });
        const ping = await s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP);
        await s.sendto(ping, Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 1), 0, { address: '127.0.0.1', port: 0 });
        await s.recv(ping);
      },
      nothing,
      { sysctl: { 'net.ipv4.ping_group_range': '0 0' } },
    ),
  'a router': async () => {
    const tale = network(
      { client: '10.0.0.1/24', router: '10.0.0.254/16', server: '10.0.1.2/16' },
      { sysctl: { 'net.ipv4.ip_forward': 1 } },
    ).on('client', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      await s.sendto(fd, 'hello', 0, { address: '10.0.1.2', port: 9 });
      await s.sleep(100);
    });
    // ip route add 10.0.1.0/24 via 10.0.0.254
    const route = new fib_config();
    route.fc_table = RT_TABLE_MAIN;
    route.fc_type = RTN_UNICAST;
    route.fc_dst = 0x0a000100;
    route.fc_dst_len = 24;
    route.fc_gw_family = AF_INET;
    route.fc_gw4 = 0x0a0000fe;
    route.fc_nlflags = NLM_F_CREATE | NLM_F_EXCL;
    assert.equal(inet_rtm_newroute(tale.world.machines[0]!.init_net, route), 0);
    const observed = new Observed(tale.world);
    await tale.run();
    return observed;
  },
} as const satisfies Record<string, () => Promise<Observed | Observed[]>>;

/** Where each is told. A frame of the debugger is no packet of the machine's. */
const TOLD_IN: Readonly<Record<Exclude<SendReason, 'injected'>, readonly [keyof typeof STORIES, RegExp?]>> = {
  syn: ['a question and an answer'],
  syn_timeout: ['a SYN that is lost'],
  syn_ack: ['a question and an answer'],
  syn_cookie: ['SYN cookies'],
  syn_ack_again: ['a SYN-ACK that is lost'],
  syn_crossed: ['a socket that connects to itself'],
  handshake_ack: ['a question and an answer'],
  data: ['a question and an answer'],
  more_data: ['a long transfer with losses'],
  queue_room: ['a transfer over a slow link'],
  uncork: ['a cork, and Nagle'],
  nodelay: ['a cork, and Nagle'],
  mtu_probe: ['a search for the MTU'],
  fin: ['a question and an answer'],
  ack_full: ['a long transfer with losses'],
  ack_quick: ['a question and an answer'],
  ack_requested: ['a long transfer with losses'],
  ack_out_of_order: ['a long transfer with losses'],
  ack_gap: ['a long transfer with losses'],
  ack_compressed: ['a long transfer with losses'],
  ack_delayed: ['a conversation'],
  ack_due: ['a conversation'],
  ack_read: ['a long transfer with losses'],
  window_update: ['a reader that sleeps'],
  ack_duplicate: ['segments that do not fit a connection'],
  ack_challenge: ['segments that do not fit a connection'],
  ack_fin: ['a question and an answer'],
  ack_time_wait: ['a FIN that comes again'],
  ack_request: ['segments that do not fit a request, or are for a listener'],
  timeout: ['a long transfer with losses'],
  timeout_window_closed: ['a window that is closed over what was sent'],
  lost: ['a long transfer with losses'],
  after_timeout: ['a time-out for nothing'],
  loss_probe: ['a long transfer with losses'],
  window_probe: ['a reader that sleeps'],
  keepalive: ['a peer that is gone'],
  reset_no_socket: ['nobody listens'],
  reset_listener: ['segments that do not fit a request, or are for a listener'],
  reset_bad_ack: ['a SYN-ACK for what was never sent'],
  reset_nobody_reads: ['data for a socket that is closed'],
  reset_time_wait: ['data for a connection that waits for its end'],
  reset_time_wait_syn: [
    'a SYN for a connection that waits for its end',
    /^There is a SYN in packet \d+, where the FIN of the peer was due\.$/,
  ],
  reset_request: ['segments that do not fit a request, or are for a listener'],
  reset_accept_full: ['a full accept queue that refuses'],
  reset_no_child: ['a handshake for which no socket can be made'],
  reset_unread: ['closed with data unread'],
  reset_linger: ['closed at once, by SO_LINGER and TCP_LINGER2'],
  reset_linger2: ['closed at once, by SO_LINGER and TCP_LINGER2'],
  reset_disconnect: ['a socket that is dissolved'],
  reset_listener_closed: ['a listener that is closed with a connection in its queue'],
  reset_orphans: ['more orphans than there may be'],
  reset_memory: ['a closed socket, and no memory'],
  reset_keepalive: ['a peer that is gone'],
  icmp_error: ['a ping, and a datagram for nobody'],
  icmp_reply: ['a ping, and a datagram for nobody'],
  forward: ['a router'],
};

const PACKETS = Object.entries<() => Promise<Observed | Observed[]>>(STORIES).map(
  ([name, tell]) => [name, async () => [await tell()].flat().flatMap(sentIn)] as const,
);
describe('Every reason for a packet is told where the code decides so', () =>
  tellsReasons(Object.fromEntries(PACKETS) as Record<keyof typeof STORIES, () => Promise<Told[]>>, TOLD_IN));
