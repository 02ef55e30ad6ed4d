/** The end of a connection: FIN, RST, TIME_WAIT, lingering. */
import assert from 'node:assert/strict';
import type { inet_timewait_sock } from '../../../../stack/include/net/inet_timewait_sock.ts';
import {
  ADDRESS,
  codeOf,
  connected,
  listener,
  receive,
  story,
  textOf,
  type Sockscope,
  accepted,
} from '../../support/story.ts';

/** The time-wait socks that there are. */
function timeWaits({ machine, TCP_TIME_WAIT }: Sockscope): inet_timewait_sock[] {
  const found: inet_timewait_sock[] = [];
  for (const { chain } of machine.init_net.ipv4.hashinfo.ehash) {
    for (let sk = chain; sk !== null; sk = sk.skc_node_next)
      if (sk.skc_state === TCP_TIME_WAIT) found.push(sk as inet_timewait_sock);
  }
  return found;
}

describe('FIN', () => {
  it('the client closes first: FIN_WAIT1, FIN_WAIT2, TIME_WAIT; the server CLOSE_WAIT, LAST_ACK', () =>
    story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        assert.equal((await s.recv(fd)).length, 0);
        await s.sleep(300);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.sleep(80);
        await s.close(fd);
        await s.sleep(100);
        // Nobody will read from it any more: it waits for the peer's FIN as a small time-wait sock already.
        assert.deepEqual(
          timeWaits(s).map(({ tw_substate }) => tw_substate),
          [s.TCP_FIN_WAIT2],
        );
        await s.sleep(300);
        assert.deepEqual(
          timeWaits(s).map(({ tw_substate }) => tw_substate),
          [s.TCP_TIME_WAIT],
        );
      })
      .expectPackets(
        `
        0.00  C > S  [S]
        0.01  S > C  [S.]
        0.02  C > S  [.]
        0.10  C > S  [F.] seq 1 ack 1
        -     S > C  [.] seq 1 ack 2
        0.41  S > C  [F.] seq 1 ack 2
        0.42  C > S  [.] seq 2 ack 2`,
      )
      .expectStates(
        `
        S CLOSE -> LISTEN
        C CLOSE -> SYN_SENT
        C SYN_SENT -> ESTABLISHED
        S LISTEN -> SYN_RECV
        S SYN_RECV -> ESTABLISHED
        S LISTEN -> CLOSE
        C ESTABLISHED -> FIN_WAIT1
        S ESTABLISHED -> CLOSE_WAIT
        C FIN_WAIT1 -> FIN_WAIT2
        C FIN_WAIT2 -> CLOSE
        S CLOSE_WAIT -> LAST_ACK
        S LAST_ACK -> CLOSE`,
      )
      .run());

  it('both close at the same time: CLOSING', () =>
    story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.sleep(70);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.sleep(80);
        await s.close(fd);
        await s.sleep(100);
        assert.equal(timeWaits(s).length, 2, 'both wait');
      })
      .expectPackets(
        `
        0.00  C > S  [S]
        0.01  S > C  [S.]
        0.02  C > S  [.]
        0.10  C > S  [F.] seq 1 ack 1
        0.10  S > C  [F.] seq 1 ack 1
        0.11  S > C  [.] seq 2 ack 2
        0.11  C > S  [.] seq 2 ack 2`,
      )
      .expectStates(
        `
        S CLOSE -> LISTEN
        C CLOSE -> SYN_SENT
        C SYN_SENT -> ESTABLISHED
        S LISTEN -> SYN_RECV
        S SYN_RECV -> ESTABLISHED
        S LISTEN -> CLOSE
        C ESTABLISHED -> FIN_WAIT1
        S ESTABLISHED -> FIN_WAIT1
        S FIN_WAIT1 -> CLOSING
        C FIN_WAIT1 -> CLOSING
        C CLOSING -> CLOSE
        S CLOSING -> CLOSE`,
      )
      .run());

  it('shutdown(SHUT_WR) ends one direction: the other goes on', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        assert.equal(textOf(await receive(s, fd)), 'question');
        assert.equal(s.sock(fd).sk_state, s.TCP_CLOSE_WAIT);
        await s.send(fd, 'answer');
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'question');
        await s.shutdown(fd, s.SHUT_WR);
        assert.equal(await codeOf(s.send(fd, 'more', s.MSG_NOSIGNAL)), 'EPIPE');
        assert.equal(textOf(await receive(s, fd)), 'answer');
        assert.equal(await codeOf(s.shutdown(fd, s.SHUT_WR)), 'ENOTCONN');
      })
      .run());

  it('shutdown(SHUT_RD): recv() finds the end, and the peer notices nothing', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.send(fd, 'unheard');
        assert.equal(textOf(await receive(s, fd)), 'still here');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.shutdown(fd, s.SHUT_RD);
        assert.equal((await s.recv(fd)).length, 0);
        await s.send(fd, 'still here');
        await s.sleep(10);
        assert.equal(textOf(await s.recv(fd)), 'unheard');
      })
      .run());

  it('shutdown() of what is not connected: ENOTCONN; with a wrong direction: EINVAL', () =>
    story()
      .process('client', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        assert.equal(await codeOf(s.shutdown(fd, s.SHUT_RDWR)), 'ENOTCONN');
        assert.equal(await codeOf(s.shutdown(fd, 3)), 'EINVAL');
        assert.equal(await codeOf(s.shutdown(fd, -1)), 'EINVAL');
      })
      .run());

  it('a FIN that gets lost is sent again', () =>
    story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.recv(fd);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        let lost = 0;
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'FIN ACK' && lost++ < 2);
        await s.close(fd);
      })
      .expectPackets(
        `
        0.000  C > S  [S]
        0.010  S > C  [S.]
        0.020  C > S  [.]
        0.020  C > S  [F.] seq 1 ack 1 lost
        -      C > S  [F.] seq 1 ack 1 lost
        -      C > S  [F.] seq 1 ack 1
        …`,
      )
      .run());

  it("an orphan in FIN_WAIT2 waits tcp_fin_timeout for the peer's FIN, then is gone", () =>
    story({ sysctl: { 'net.ipv4.tcp_fin_timeout': 5 } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.sleep(10_000);
        await s.send(fd, 'too late');
        await s.sleep(100);
        assert.equal(await codeOf(s.send(fd, 'x', s.MSG_NOSIGNAL)), 'EPIPE');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.close(fd);
        await s.sleep(4000);
        assert.equal(timeWaits(s).length, 1, 'as a time-wait sock with substate FIN_WAIT2');
        assert.equal(timeWaits(s)[0]!.tw_substate, s.TCP_FIN_WAIT2);
        await s.sleep(3000);
        assert.equal(timeWaits(s).length, 0);
      })
      .expectPackets(
        `
        -   C > S  [S]
        -   S > C  [S.]
        -   C > S  [.]
        0   C > S  [F.] seq 1 ack 1
        0   S > C  [.] seq 1 ack 2
        10  S > C  [P.] seq 1:9 ack 2
        10  C > S  [R] seq 2`,
      )
      .run());
});

describe('TIME_WAIT', () => {
  it('is a time-wait sock of its own, for 60 s; the big socket is freed at once', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.recv(fd);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const before = s.machine.sockets.size;
        const fd = await connected(s);
        const { port } = await s.getsockname(fd);
        await s.close(fd);
        await s.sleep(10);
        assert.equal(
          s.machine.sockets.size,
          before - 1,
          'client and server socket are gone, and the listener',
        );
        const counted = [...s.machine.socks.values()].reduce((sum, count) => sum + count, 0);
        // Those that the kernel made for itself were not counted.
        const users = [...s.machine.sockets].filter((sk) => !sk.sk_kern_sock);
        assert.equal(counted, users.length, 'each is counted with its protocol, and counted off');
        const [tw, ...others] = timeWaits(s);
        assert.deepEqual(others, []);
        assert.deepEqual([tw!.skc_num, tw!.skc_dport, tw!.tw_substate], [port, 8080, s.TCP_TIME_WAIT]);
        await s.sleep(59_900);
        assert.equal(timeWaits(s).length, 1);
        await s.sleep(8000);
        assert.equal(timeWaits(s).length, 0);
      })
      .run());

  it("the last ACK got lost: the peer's FIN comes again, and is acknowledged again", () =>
    story({ nic: { latency: '1ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.recv(fd);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        let acks = 0;
        await s.sleep(10);
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'ACK' && acks++ === 0);
        await s.close(fd);
        await s.sleep(1000);
      })
      .expectPackets(
        `
        0.000  C > S  [S]
        0.001  S > C  [S.]
        0.002  C > S  [.]
        0.012  C > S  [F.] seq 1 ack 1
        0.013  S > C  [F.] seq 1 ack 2
        0.014  C > S  [.] seq 2 ack 2 lost
        0.2    S > C  [F.] seq 1 ack 2
        0.2    C > S  [.] seq 2 ack 2`,
      )
      .run());

  it('a new SYN from the same port takes its place: with timestamps, at once', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        // The server closes first, and has the TIME_WAIT.
        await s.close(await s.accept(fd));
        await s.sleep(100);
        assert.equal(timeWaits(s).length, 1);
        const again = await s.accept(fd);
        assert.equal(timeWaits(s).length, 0);
        assert.equal(textOf(await s.recv(again)), 'again');
      })
      .process('client', async (s) => {
        const from = { address: '127.0.0.1', port: 50001 };
        const first = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.bind(first, from);
        await s.connect(first, ADDRESS);
        await s.recv(first);
        await s.close(first);
        await s.sleep(2000);
        const second = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.bind(second, from);
        await s.connect(second, ADDRESS);
        await s.send(second, 'again');
      })
      .run());
});

describe('RST', () => {
  it('SO_LINGER with no time: close() sends RST instead of FIN, and the peer gets ECONNRESET', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        const list = [{ fd, events: s.POLLIN, revents: 0 }];
        await s.poll(list);
        assert.equal(list[0]!.revents, s.POLLIN | s.POLLERR | s.POLLHUP);
        assert.equal(await codeOf(s.recv(fd)), 'ECONNRESET');
        assert.equal((await s.recv(fd)).length, 0, 'the error is told once');
        assert.equal(await codeOf(s.send(fd, 'x', s.MSG_NOSIGNAL)), 'EPIPE');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
        await s.sleep(1);
        await s.close(fd);
        assert.deepEqual(timeWaits(s), []);
      })
      .expectPackets(
        `
        0.000000  C > S  [S]
        0.000010  S > C  [S.]
        0.000020  C > S  [.]
        0.001020  C > S  [R.] seq 1 ack 1`,
      )
      .expectStates(
        `
        S CLOSE -> LISTEN
        C CLOSE -> SYN_SENT
        C SYN_SENT -> ESTABLISHED
        S LISTEN -> SYN_RECV
        S SYN_RECV -> ESTABLISHED
        S LISTEN -> CLOSE
        C ESTABLISHED -> CLOSE
        S ESTABLISHED -> CLOSE`,
      )
      .run());

  it('close() with data unread sends RST', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.recv(fd, 3);
        await s.close(fd);
        assert.equal(s.counter('TCPAbortOnClose'), 1);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'three and more');
        assert.equal(await codeOf(s.recv(fd)), 'ECONNRESET');
      })
      .run());

  it('SO_LINGER with a time: close() waits until all is acknowledged', () =>
    story({ nic: { latency: '50ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await receive(s, fd);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 10 });
        assert.deepEqual(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_LINGER), { l_onoff: 1, l_linger: 10 });
        await s.send(fd, 'data');
        const from = s.now();
        await s.close(fd);
        assert.equal(s.now() - from, 100);
      })
      .run());
  it('SO_LINGER: after its time close() returns anyway', () =>
    story()
      .process('server', async (s) => {
        await accepted(s);
        await s.sleep(10_000);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 2 });
        const end = s.dropFrames(() => true);
        await s.send(fd, 'data');
        const from = s.now();
        await s.close(fd);
        assert.ok(s.now() - from >= 2000 && s.now() - from <= 2250, `after ${s.now() - from} ms`);
        end();
      })
      .run());

  it('data for a closed socket is answered with RST, and EPIPE follows', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        assert.equal((await s.recv(fd)).length, 0);
        await s.send(fd, 'is anybody there?');
        await s.sleep(1);
        assert.equal(await codeOf(s.send(fd, 'x', s.MSG_NOSIGNAL)), 'EPIPE');
      })
      .run());

  it('the process ends: its sockets are closed', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        assert.equal((await s.recv(fd)).length, 0);
      })
      .process('client', async (s) => void (await connected(s)))
      .run());
});
