/** Segments made by hand, as no proper peer would send them (and some that it would): RFC 9293, RFC 5961, RFC 7323. */
import assert from 'node:assert/strict';
import { RB_EMPTY_ROOT } from '../../../../stack/include/linux/tcp.ts';
import { codeOf, listener, story, textOf, type Setup, type Sockscope } from '../../support/story.ts';
import { RawPeer } from '../../support/rawPeer.ts';

const PORT = 45000;
/** A server, and a peer by hand that is connected to it: `theirs` is the server's next sequence number; ours is 1000. */
const established = (
  test: (at: { s: Sockscope; peer: RawPeer; fd: number; theirs: number }) => Promise<void>,
  setup: Setup & { options?: number[]; window?: number } = {},
) =>
  story(setup)
    .process('process', async (s) => {
      const server = await listener(s);
      const peer = await RawPeer.make(s, PORT, 8080);
      const theirs = await peer.connect(setup.options, setup.window);
      const fd = await s.accept(server);
      await s.close(server);
      await test({ s, peer, fd, theirs });
      // Whatever is left of it: gone.
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
    })
    .run();

describe('segments: a listener', () => {
  const listening = (test: (s: Sockscope, peer: RawPeer, fd: number) => Promise<void>, setup: Setup = {}) =>
    story(setup)
      .process('process', async (s) => test(s, await RawPeer.make(s, PORT, 8080), await listener(s)))
      .run();
  it('answers an ACK with RST, and drops RST and FIN', () =>
    listening(async (_s, peer) => {
      await peer.send({ flags: '.', seq: 5, ack: 77 });
      assert.deepEqual((({ seq, ack }) => ({ seq, ack }))(await peer.expect('R')), { seq: 77, ack: 0 });
      await peer.send({ flags: 'R', seq: 5 });
      await peer.silence();
      await peer.send({ flags: 'F', seq: 5 });
      await peer.silence();
      await peer.send({ flags: 'SF', seq: 5 });
      await peer.silence();
    }));
  it('answers a SYN with only the options that the peer offered', () =>
    listening(async (s, peer) => {
      await peer.send({ flags: 'S', seq: 0, options: [2, 4, 1, 0] });
      const { options } = await peer.expect('S.');
      assert.deepEqual([...options], [2, 4, 0xff, 0xd7]);
      await peer.send({ flags: 'R', seq: 1 });
      await s.sleep(1);
    }));
  it('a RST in the window takes the request out of the SYN queue; one beside it does not', () =>
    listening(async (s, peer, fd) => {
      const queue = s.sock(fd).icsk_accept_queue!;
      await peer.send({ flags: 'S', seq: 0 });
      await peer.expect('S.');
      assert.equal(queue.qlen, 1);
      await peer.send({ flags: 'R', seq: 1 + 70_000 });
      await s.sleep(1);
      assert.equal(queue.qlen, 1);
      await peer.send({ flags: 'R', seq: 1 });
      await s.sleep(1);
      assert.equal(queue.qlen, 0);
    }));
  it('a SYN that comes again is answered again', () =>
    listening(async (s, peer) => {
      await peer.send({ flags: 'S', seq: 0 });
      const first = await peer.expect('S.');
      await s.sleep(600);
      await peer.send({ flags: 'S', seq: 0 });
      assert.equal((await peer.expect('S.')).seq, first.seq);
      await peer.send({ flags: 'R', seq: 1 });
      await s.sleep(1);
    }));
  it('a final ACK with a wrong number: RST, and the request stays', () =>
    listening(async (s, peer, fd) => {
      await peer.send({ flags: 'S', seq: 0 });
      const { seq } = await peer.expect('S.');
      await peer.send({ flags: '.', seq: 1, ack: seq + 5 });
      assert.equal((await peer.expect('R')).seq, (seq + 5) >>> 0);
      assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 1);
      await peer.send({ flags: '.', seq: 1, ack: seq + 1 });
      await s.sleep(1);
      assert.equal(s.sock(fd).sk_ack_backlog, 1);
    }));
  it('a wrong checksum: as if nothing had come, and it is counted', () =>
    listening(
      async (s, peer) => {
        await peer.send({ flags: 'S', seq: 0, corrupt: true });
        await peer.silence();
        assert.equal(s.counter('InCsumErrors'), 1);
      },
      { nic: { mtu: 1500 } },
    ));
  it('TCP_DEFER_ACCEPT: accept() waits for data', () =>
    listening(async (s, peer, fd) => {
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_DEFER_ACCEPT, 10);
      await s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
      const theirs = await peer.connect();
      await s.sleep(1);
      assert.equal(await codeOf(s.accept(fd)), 'EAGAIN');
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'data' });
      await s.sleep(1);
      assert.equal(textOf(await s.recv(await s.accept(fd))), 'data');
    }));
  it('data with the final ACK', () =>
    listening(async (s, peer, fd) => {
      await peer.send({ flags: 'S', seq: 0 });
      const { seq } = await peer.expect('S.');
      await peer.send({ flags: 'P.', seq: 1, ack: seq + 1, payload: 'early' });
      assert.equal(textOf(await s.recv(await s.accept(fd))), 'early');
    }));
});

describe('segments: nobody there', () => {
  it('a SYN, data: RST that acknowledges them; an ACK: RST with its number; a RST: nothing', () =>
    story()
      .process('process', async (s) => {
        const peer = await RawPeer.make(s, PORT, 81);
        await peer.send({ flags: 'S', seq: 10 });
        let rst = await peer.expect('R.');
        assert.deepEqual([rst.seq, rst.ack], [0, 11]);
        await peer.send({ flags: 'P', seq: 10, payload: 'data' });
        rst = await peer.expect('R.');
        assert.deepEqual([rst.seq, rst.ack], [0, 14]);
        await peer.send({ flags: '.', seq: 10, ack: 20 });
        rst = await peer.expect('R');
        assert.deepEqual([rst.seq, rst.ack], [20, 0]);
        await peer.send({ flags: 'R', seq: 10 });
        await peer.silence();
      })
      .run());
});

describe('segments: a connection', () => {
  it('data out of order waits in the out-of-order queue, and duplicates are told of', () =>
    established(async ({ s, peer, fd, theirs }) => {
      await peer.send({ flags: 'P.', seq: 1005, ack: theirs, payload: 'world' });
      assert.equal((await peer.expect('.')).ack, 1000);
      assert.equal(s.sock(fd).out_of_order_queue!.first!.cb!.seq, 1005);
      await peer.send({ flags: 'P.', seq: 1003, ack: theirs, payload: 'lowo' });
      assert.equal((await peer.expect('.')).ack, 1000);
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'hello' });
      assert.equal((await peer.expect('.')).ack, 1010);
      assert.equal(RB_EMPTY_ROOT(s.sock(fd).out_of_order_queue), true);
      assert.equal(textOf(await s.recv(fd)), 'helloworld');
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'hello' });
      assert.equal((await peer.expect('.')).ack, 1010, 'an old segment is acknowledged again');
    }));
  it('SACK and DSACK blocks', () =>
    established(
      async ({ peer, theirs }) => {
        const blocks = ({ options }: { options: Uint8Array }) => {
          const view = new DataView(options.buffer, options.byteOffset);
          const at = options.indexOf(5);
          return at < 0
            ? []
            : Array.from({ length: (options[at + 1]! - 2) / 4 }, (_, i) => view.getUint32(at + 2 + 4 * i));
        };
        await peer.send({ flags: 'P.', seq: 1010, ack: theirs, payload: 'x'.repeat(10) });
        assert.deepEqual(blocks(await peer.expect('.')), [1010, 1020]);
        await peer.send({ flags: 'P.', seq: 1030, ack: theirs, payload: 'x'.repeat(10) });
        assert.deepEqual(blocks(await peer.expect('.')), [1030, 1040, 1010, 1020], 'the latest first');
        await peer.send({ flags: 'P.', seq: 1020, ack: theirs, payload: 'x'.repeat(10) });
        assert.deepEqual(blocks(await peer.expect('.')), [1010, 1040]);
        await peer.send({ flags: 'P.', seq: 1030, ack: theirs, payload: 'x'.repeat(10) });
        assert.deepEqual(blocks(await peer.expect('.')), [1030, 1040, 1010, 1040], 'DSACK: that came twice');
        await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'x'.repeat(10) });
        const last = await peer.expect('.');
        assert.equal(last.ack, 1040);
        assert.deepEqual(blocks(last), []);
      },
      { options: [4, 2] },
    ));
  it('beyond the window: an ACK, and the bytes are not taken', () =>
    established(async ({ s, peer, fd, theirs }) => {
      await peer.send({ flags: 'P.', seq: 1000 + 10_000_000, ack: theirs, payload: 'far' });
      assert.equal((await peer.expect('.')).ack, 1000);
      assert.equal(await codeOf(s.recv(fd, 10, s.MSG_DONTWAIT)), 'EAGAIN');
      assert.equal(RB_EMPTY_ROOT(s.sock(fd).out_of_order_queue), true);
    }));
  it('RST: exactly at rcv_nxt ends it; elsewhere in the window a challenge ACK; outside nothing (RFC 5961)', () =>
    established(async ({ s, peer, fd, theirs }) => {
      await peer.send({ flags: 'R', seq: 1000 + 20_000_000 });
      await peer.silence();
      await peer.send({ flags: 'R', seq: 1001 });
      const challenge = await peer.expect('.');
      assert.deepEqual([challenge.seq, challenge.ack], [theirs, 1000]);
      assert.equal(s.sock(fd).sk_state, s.TCP_ESTABLISHED);
      await peer.send({ flags: 'R', seq: 1000 });
      await s.sleep(1);
      assert.equal(await codeOf(s.recv(fd)), 'ECONNRESET');
      assert.equal(s.counter('TCPChallengeACK'), 1);
    }));
  it('SYN in a connection: a challenge ACK', () =>
    established(async ({ s, peer, fd }) => {
      for (const seq of [1000, 1001, 5]) {
        await peer.send({ flags: 'S', seq });
        assert.equal((await peer.expect('.')).ack, 1000);
        await s.sleep(600);
      }
      assert.equal(s.sock(fd).sk_state, s.TCP_ESTABLISHED);
      assert.ok(s.counter('TCPSYNChallenge') >= 1);
    }));
  it('an ACK of what was never sent: dropped; a very old one: a challenge ACK', () =>
    established(async ({ s, peer, fd, theirs }) => {
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs + 1000, payload: 'x' });
      await peer.silence();
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs - 0x7000_0000, payload: 'x' });
      assert.equal((await peer.expect('.')).ack, 1000);
      assert.equal(s.counter('TCPChallengeACK'), 1);
      assert.equal(await codeOf(s.recv(fd, 10, s.MSG_DONTWAIT)), 'EAGAIN');
    }));
  it('without ACK: dropped', () =>
    established(async ({ s, peer, fd }) => {
      await peer.send({ flags: 'P', seq: 1000, payload: 'x' });
      await peer.silence();
      assert.equal(await codeOf(s.recv(fd, 10, s.MSG_DONTWAIT)), 'EAGAIN');
    }));
  it('an old timestamp: dropped and acknowledged (PAWS)', () =>
    established(
      async ({ s, peer, fd, theirs }) => {
        const stamp = (value: number) => [
          1,
          1,
          8,
          10,
          ...[24, 16, 8, 0].map((shift) => (value >>> shift) & 255),
          0,
          0,
          0,
          0,
        ];
        await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'one', options: stamp(5000) });
        assert.equal((await peer.expect('.')).ack, 1003);
        await peer.send({ flags: 'P.', seq: 1003, ack: theirs, payload: 'old', options: stamp(4000) });
        assert.equal((await peer.expect('.')).ack, 1003);
        assert.equal(s.counter('PAWSEstab'), 1);
        await peer.send({ flags: 'P.', seq: 1003, ack: theirs, payload: 'two', options: stamp(5001) });
        assert.equal((await peer.expect('.', 300)).ack, 1006);
        assert.equal(textOf(await s.recv(fd)), 'onetwo');
      },
      { options: [8, 10, 0, 0, 0x10, 0, 0, 0, 0, 0] },
    ));
  it("the peer's window is kept to", () =>
    established(
      async ({ s, peer, fd, theirs }) => {
        await s.send(fd, 'x'.repeat(1000));
        const lengths: number[] = [];
        for (let one = await peer.next(5); one !== null; one = await peer.next(5))
          lengths.push(one.payload.length);
        assert.deepEqual(lengths, [500]);
        await peer.send({ flags: '.', seq: 1000, ack: theirs + 500, window: 100 });
        assert.equal((await peer.next())?.payload.length, 100);
        await peer.silence(100);
      },
      { options: [2, 4, 0, 100], window: 500 },
    ));
  it('a window that is taken back is not believed', () =>
    established(async ({ s, peer, fd, theirs }) => {
      await peer.send({ flags: '.', seq: 1000, ack: theirs, window: 100 });
      await s.sleep(1);
      assert.equal(s.sock(fd).snd_wnd, 65535);
      // With new data it is.
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, window: 100, payload: 'x' });
      await peer.send({ flags: 'P.', seq: 1001, ack: theirs, window: 99, payload: 'x' });
      await s.sleep(1);
      assert.equal(s.sock(fd).snd_wnd, 99);
    }));
  it('FIN out of order waits for what is before it', () =>
    established(async ({ s, peer, fd, theirs }) => {
      await peer.send({ flags: 'F.', seq: 1005, ack: theirs });
      assert.equal((await peer.expect('.')).ack, 1000);
      assert.equal(s.sock(fd).sk_state, s.TCP_ESTABLISHED);
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'hello' });
      assert.equal((await peer.expect('.')).ack, 1006);
      assert.equal(s.sock(fd).sk_state, s.TCP_CLOSE_WAIT);
      assert.equal(textOf(await s.recv(fd)), 'hello');
      assert.equal((await s.recv(fd)).length, 0);
    }));
  it('the three duplicate ACKs of a peer without SACK: fast retransmission', () =>
    established(
      async ({ s, peer, fd, theirs }) => {
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_NODELAY, 1);
        for (let i = 0; i < 5; i++) await s.send(fd, 'x'.repeat(100));
        const segments: number[] = [];
        for (let one = await peer.next(5); one !== null; one = await peer.next(5))
          segments.push(one.seq - theirs);
        assert.deepEqual(segments, [0, 100, 200, 300, 400]);
        // The first got lost: each other one brings a duplicate.
        for (let i = 0; i < 4; i++) await peer.send({ flags: '.', seq: 1000, ack: theirs });
        const again = await peer.expect('P.');
        assert.equal(again.seq, theirs);
        assert.equal(s.counter('TCPRenoRecovery'), 1);
        await peer.send({ flags: '.', seq: 1000, ack: theirs + 500 });
        await s.sleep(1);
        assert.equal(s.sock(fd).snd_una, s.sock(fd).snd_nxt);
      },
      { options: [2, 4, 0, 100], sysctl: { 'net.ipv4.tcp_recovery': 0 } },
    ));
});

describe('segments: TIME_WAIT', () => {
  /** The server closes first: it is in TIME_WAIT; ours is 1001, theirs is one more. */
  const waiting = (test: (s: Sockscope, peer: RawPeer, theirs: number) => Promise<void>, setup: Setup = {}) =>
    story(setup)
      .process('process', async (s) => {
        const server = await listener(s);
        const peer = await RawPeer.make(s, PORT, 8080);
        const theirs = await peer.connect();
        await s.close(await s.accept(server));
        await peer.expect('F.');
        await peer.send({ flags: '.', seq: 1000, ack: theirs + 1 });
        await peer.send({ flags: 'F.', seq: 1000, ack: theirs + 1 });
        assert.equal((await peer.expect('.')).ack, 1001);
        assert.match(s.proc('sockstat'), / tw 1 /);
        await test(s, peer, theirs + 1);
        await s.close(server);
      })
      .run();
  it('the FIN again: the ACK again, and the 60 s begin anew', () =>
    waiting(async (s, peer, theirs) => {
      await s.sleep(50_000);
      await peer.send({ flags: 'F.', seq: 1000, ack: theirs });
      assert.equal((await peer.expect('.')).ack, 1001);
      await s.sleep(50_000);
      assert.match(s.proc('sockstat'), / tw 1 /);
      await s.sleep(20_000);
      assert.match(s.proc('sockstat'), / tw 0 /);
    }));
  it('a RST ends it, unless net.ipv4.tcp_rfc1337 is set', async () => {
    await waiting(async (s, peer) => {
      await peer.send({ flags: 'R', seq: 1001 });
      await s.sleep(1);
      assert.match(s.proc('sockstat'), / tw 0 /);
    });
    await waiting(
      async (s, peer) => {
        await peer.send({ flags: 'R', seq: 1001 });
        await s.sleep(1);
        assert.match(s.proc('sockstat'), / tw 1 /);
      },
      { sysctl: { 'net.ipv4.tcp_rfc1337': 1 } },
    );
  });
  it('a SYN with a later number is a new connection; with an earlier one it is acknowledged', () =>
    waiting(async (s, peer) => {
      await peer.send({ flags: 'S', seq: 500 });
      assert.equal((await peer.expect('.')).ack, 1001);
      await s.sleep(1000);
      await peer.send({ flags: 'S', seq: 100_000 });
      assert.equal((await peer.expect('S.')).ack, 100_001);
      await peer.send({ flags: 'R', seq: 100_001 });
      await s.sleep(1);
    }));
  it('data: an ACK', () =>
    waiting(async (_s, peer, theirs) => {
      await peer.send({ flags: 'P.', seq: 1000, ack: theirs, payload: 'late' });
      assert.equal((await peer.expect('.')).ack, 1001);
    }));
});

describe('segments: a connecting socket', () => {
  const connecting = (
    test: (s: Sockscope, peer: RawPeer, fd: number, syn: number) => Promise<void>,
    setup: Setup = {},
  ) =>
    story(setup)
      .process('process', async (s) => {
        const peer = await RawPeer.make(s, PORT, 46000);
        s.dropFrames(
          ({ tcpFlags, bytes }) => tcpFlags.includes('RST') && bytes[26 + 3] === 9 && bytes[15] !== 0xfc,
        );
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
        await s.bind(fd, { address: '127.0.0.1', port: 46000 });
        assert.equal(await codeOf(s.connect(fd, { address: '127.0.0.9', port: PORT })), 'EINPROGRESS');
        await test(s, peer, fd, (await peer.expect('S')).seq);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
      })
      .run();
  it('a SYN-ACK with a wrong number: RST, and it waits on', () =>
    connecting(async (s, peer, fd, syn) => {
      await peer.send({ flags: 'S.', seq: 999, ack: syn + 7 });
      assert.equal((await peer.expect('R')).seq, (syn + 7) >>> 0);
      assert.equal(s.sock(fd).sk_state, s.TCP_SYN_SENT);
      await peer.send({ flags: 'S.', seq: 999, ack: syn + 1 });
      assert.equal((await peer.expect('.')).ack, 1000);
      assert.equal(s.sock(fd).sk_state, s.TCP_ESTABLISHED);
    }));
  it('a RST without the right ACK is nothing; with it: ECONNREFUSED', () =>
    connecting(async (s, peer, fd, syn) => {
      await peer.send({ flags: 'R', seq: 0 });
      await s.sleep(1);
      assert.equal(s.sock(fd).sk_state, s.TCP_SYN_SENT);
      await peer.send({ flags: 'R.', seq: 0, ack: syn + 1 });
      await s.sleep(1);
      assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR), 111);
    }));
  it('a SYN from there: both at once; SYN_RECV, then ESTABLISHED', () =>
    connecting(async (s, peer, fd, syn) => {
      await peer.send({ flags: 'S', seq: 999 });
      const answer = await peer.expect('S.');
      assert.deepEqual([answer.seq, answer.ack], [syn, 1000]);
      assert.equal(s.sock(fd).sk_state, s.TCP_SYN_RECV);
      await peer.send({ flags: '.', seq: 1000, ack: syn + 1 });
      await s.sleep(1);
      assert.equal(s.sock(fd).sk_state, s.TCP_ESTABLISHED);
    }));
});
