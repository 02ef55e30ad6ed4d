/** Why packets were dropped: the queue, how full it was, and the code that dropped them. */
import assert from 'node:assert/strict';
import {
  accepted,
  ADDRESS,
  block,
  connected,
  listener,
  type Process,
  type Setup,
  story,
} from '../../stack/support/story.ts';
import { Captured } from '../support/captured.ts';

async function captured(setup: Setup, processes: Record<string, Process>): Promise<Captured> {
  const told = story(setup);
  for (const [name, main] of Object.entries(processes)) told.process(name, main);
  const capture = new Captured(told.machine.world);
  await told.run();
  return capture.read();
}

describe('The cause of a drop', () => {
  it('is the accept queue, which is one longer than its backlog', async () => {
    const waits: Process = async (s) => {
      await s.sleep(10);
      await connected(s);
      await s.sleep(3000);
    };
    const capture = await captured(
      { nic: { latency: '1ms' } },
      {
        server: async (s) => {
          const fd = await listener(s, 1);
          await s.sleep(500);
          for (let i = 0; i < 3; i++) await s.close(await s.accept(fd));
        },
        client: async (s) => {
          await connected(s);
          await s.sleep(3000);
        },
        client2: waits,
        client3: waits,
      },
    );
    const filter = 'sockscope.drop.queue == "accept"';
    assert.equal(
      capture.dropped(filter, 'tcp_v4_syn_recv_sock'),
      'Dropped: accept queue of 127.0.0.1:8080 full, 2 of 1.',
    );
    assert.deepEqual(capture.find(`${filter} && frame.fate != "dropped"`), [], capture.told());
    const again = capture.find('sockscope.kind == "syn_ack_again"');
    assert.ok(again.length > 0, capture.told());
    assert.match(capture.sentBy.get(again[0]!)!, /\binet_rtx_syn_ack\b/);
  });

  it('is the SYN queue without cookies', async () => {
    const connects: Process = async (s) => void (await connected(s));
    const capture = await captured(
      { nic: { latency: '10ms' }, sysctl: { 'net.ipv4.tcp_syncookies': 0 } },
      {
        server: async (s) => {
          const fd = await listener(s, 1);
          for (let i = 0; i < 3; i++) await s.close(await s.accept(fd));
        },
        one: connects,
        two: connects,
        three: connects,
      },
    );
    assert.equal(
      capture.dropped('sockscope.drop.queue == "syn"', 'tcp_conn_request'),
      'Dropped: SYN queue of 127.0.0.1:8080 full, 2 of 1.',
    );
  });

  it('is the receive buffer of a UDP socket, which nobody reads', async () => {
    const capture = await captured(
      {},
      {
        server: async (s) => {
          const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
          await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 2304);
          await s.bind(fd, ADDRESS);
          await s.sleep(100);
        },
        client: async (s) => {
          await s.sleep(1);
          const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
          for (let i = 0; i < 8; i++) await s.sendto(fd, block(1000), 0, ADDRESS);
        },
      },
    );
    assert.match(
      capture.dropped(
        'sockscope.drop.reason == "SOCKET_RCVBUFF" && sockscope.drop.queue == "receive"',
        '__udp_queue_rcv_skb',
      ),
      /^Dropped: receive buffer of 127\.0\.0\.1:8080 full, \d+ of 4608 bytes of memory\.$/,
    );
  });

  it('is the receive ring of the NIC, for frames that arrive at once', async () => {
    const capture = await captured(
      { nic: { ringSize: 8, latency: '1ms' } },
      {
        client: async (s) => {
          const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
          for (let i = 0; i < 20; i++) await s.sendto(fd, block(100), 0, ADDRESS);
          await s.sleep(10);
        },
      },
    );
    assert.match(
      capture.dropped('sockscope.drop.queue == "rx_ring" && frame.fate == "lost"', 'RxEngine.receive'),
      /^Dropped: receive ring of lo full, \d of 8 descriptors\.$/,
    );
  });

  it('is that there is no socket, and that the checksum is wrong', async () => {
    const capture = await captured(
      { seed: 5, nic: { corrupt: 0.4, mtu: 1500, latency: '1ms' }, aftermath: 900, leaves: /./ },
      {
        client: async (s) => {
          const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
          for (let i = 0; i < 10; i++) await s.sendto(fd, block(200), 0, ADDRESS);
          await s.sleep(10);
        },
      },
    );
    assert.match(
      capture.dropped('sockscope.drop.reason == "NO_SOCKET"', 'udp_rcv'),
      /^Dropped by \S+: there is no socket for it\.$/,
    );
    assert.match(
      capture.dropped('sockscope.drop.reason == "UDP_CSUM"', 'udp_rcv'),
      /^Dropped by \S+: its checksum is wrong \(UDP_CSUM\)\.$/,
    );
  });

  it('is the backlog of a socket that its process holds', async () => {
    const capture = await captured(
      { nic: { mtu: 1500, latency: '1ms' }, aftermath: 600 },
      {
        server: async (s) => {
          const fd = await accepted(s, (listening) =>
            s.setsockopt(listening, s.SOL_SOCKET, s.SO_RCVBUF, 4096),
          );
          const sk = s.sock(fd);
          // A process that holds the socket and its backlog is as full as it may be.
          sk.sk_lock_owned = true;
          const { len } = sk.sk_backlog;
          sk.sk_backlog.len = 1_000_000;
          await s.sleep(50);
          sk.sk_backlog.len = len;
          sk.sk_lock_owned = false;
          while ((await s.recv(fd)).length > 0);
        },
        client: async (s) => {
          const fd = await connected(s);
          await s.sleep(10);
          await s.send(fd, 'hello');
          await s.close(fd);
        },
      },
    );
    assert.match(
      capture.dropped(
        'sockscope.drop.reason == "SOCKET_BACKLOG" && sockscope.drop.queue == "backlog"',
        'tcp_v4_rcv',
      ),
      /^Dropped: backlog of 127\.0\.0\.1:8080 full, 1000000 of \d+ bytes of memory\.$/,
    );
  });
});
