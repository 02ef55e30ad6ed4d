/** What the picture of the two queues says has happened: a story for each kind of change, on a real machine. */
import { english, say } from '../../../language/message.ts';
import assert from 'node:assert/strict';
import { ListenerLog } from '../../../debug-adapter/pictures/listenerLog.ts';
import { listenerSentence } from '../../../debug-adapter/pictures/listenerSentence.ts';
import { Peers } from '../../../debug-adapter/pictures/peers.ts';
import {
  ADDRESS,
  connected,
  listener,
  story,
  type Setup,
  type Story,
  type Sockscope,
} from '../../stack/support/story.ts';
import { RawPeer } from '../../stack/support/rawPeer.ts';

/** A story, and the sentences about its listener, each with its milliseconds. */
function told(setup: Setup = {}): { tale: Story; sentences: () => string[] } {
  const tale = story(setup);
  const { world, init_net } = tale.machine;
  const peers = new Peers(world);
  const log = new ListenerLog(world, peers);
  const sentences = () =>
    [...log.listeners.values()].flatMap(({ notes }) =>
      notes.map((note) => {
        const peer = note.peer === null ? '' : peers.name(note.peer.address, note.peer.port);
        const cookies = init_net.ipv4.sysctl_tcp_syncookies !== 0;
        return `${Math.round(note.time / 1e6)} ms: ${say(english, listenerSentence(note, peer, cookies))}`;
      }),
    );
  return { tale, sentences };
}

const MS = { nic: { latency: '1ms' } };
const LISTENS = (room: number) =>
  `0 ms: server listens: ${room} connections fit into each queue, one more than the backlog.`;
const ARRIVES = (ms: number, name: string) =>
  `${ms} ms: ${name}'s SYN arrives: its request is in the SYN queue, and a SYN-ACK answers it.`;
const FINISHES = (ms: number, name: string) =>
  `${ms} ms: ${name}'s ACK finishes the handshake: from the SYN queue it moves to the accept queue.`;

/** Connects after some ms, and stays until the other end closes or resets. */
const client = (ms: number) => async (s: Sockscope) => {
  await s.sleep(ms);
  const fd = await connected(s);
  await s.recv(fd).catch(() => {});
};

describe('what happens at a listener, in sentences', () => {
  it('a SYN arrives, the handshake is finished, accept() takes the connection, the listener is closed', async () => {
    const { tale, sentences } = told(MS);
    tale
      .process('server', async (s) => {
        const fd = await listener(s, 5);
        await s.sleep(10);
        await s.close(await s.accept(fd));
        await s.close(fd);
      })
      .process('client', client(0));
    await tale.run();
    assert.deepEqual(sentences(), [
      LISTENS(6),
      ARRIVES(1, 'client'),
      FINISHES(3, 'client'),
      "10 ms: server accepts client's connection: it leaves the accept queue.",
      '10 ms: server closes the listener: both queues are empty.',
    ]);
  });

  it('the accept queue is full: an ACK is dropped, then a SYN; the SYN-ACK sent again finds room for the ACK', async () => {
    const { tale, sentences } = told(MS);
    tale
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(500);
        for (let i = 0; i < 3; i++) await s.close(await s.accept(fd));
      })
      .process('client1', client(0))
      .process('client2', client(10))
      .process('client3', client(10))
      .process('client4', async (s) => {
        await s.sleep(20);
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
        await s.connect(fd, ADDRESS).catch(() => {});
        await s.sleep(100);
      });
    await tale.run();
    assert.deepEqual(
      sentences().filter((line) => !/SYN arrives|finishes|accepts/.test(line)),
      [
        LISTENS(2),
        "13 ms: client3's request stays in the SYN queue: the accept queue is full (2 of 2), and its ACK is dropped.",
        "21 ms: client4's SYN is dropped: the accept queue is full (2 of 2).",
        "1056 ms: client3's request is still in the SYN queue: its SYN-ACK is sent again, so that its ACK can find room.",
        '1058 ms: server closes the listener: both queues are empty.',
      ],
    );
    assert.ok(sentences().includes(FINISHES(1058, 'client3')), sentences().join('\n'));
  });

  it('with tcp_abort_on_overflow the request is reset', async () => {
    const { tale, sentences } = told({ ...MS, sysctl: { 'net.ipv4.tcp_abort_on_overflow': 1 } });
    tale
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(100);
        await s.close(fd);
      })
      .process('client1', client(0))
      .process('client2', client(10))
      .process('client3', client(10));
    await tale.run();
    assert.deepEqual(sentences().slice(-5), [
      "13 ms: client3's request is reset: the accept queue is full (2 of 2), and net.ipv4.tcp_abort_on_overflow is 1.",
      "13 ms: client3's request is answered with a reset and leaves the SYN queue.",
      '100 ms: server closes the listener: with 2 connections in the accept queue.',
      "100 ms: client1's connection is reset: the listener closes before accept() has taken it.",
      "100 ms: client2's connection is reset: the listener closes before accept() has taken it.",
    ]);
  });

  it('the SYN queue is full: the SYN is answered with a cookie, and its ACK finds the accept queue full', async () => {
    const { tale, sentences } = told(MS);
    tale
      .process('server', async (s) => {
        const fd = await listener(s, 0);
        await s.sleep(100);
        await s.close(await s.accept(fd));
      })
      .process('client1', client(0))
      .process('client2', async (s) => {
        await s.sleep(0);
        await connected(s);
        await s.sleep(50);
      });
    await tale.run();
    assert.deepEqual(sentences().slice(2, 6), [
      "1 ms: client2's SYN finds that the SYN queue is full (1 of 1): no request is stored for it.",
      "1 ms: client2's SYN is answered with a SYN cookie: no request is stored for it.",
      FINISHES(3, 'client1'),
      "3 ms: client2's ACK is dropped: the accept queue is full (1 of 1). Nothing of it was stored, only a SYN cookie was sent.",
    ]);
  });

  it('an ACK brings a SYN cookie back', async () => {
    const { tale, sentences } = told({ ...MS, sysctl: { 'net.ipv4.tcp_syncookies': 2 } });
    tale
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.close(await s.accept(fd));
      })
      .process('client', client(0));
    await tale.run();
    assert.deepEqual(sentences().slice(1, 4), [
      "1 ms: client's SYN is answered with a SYN cookie: no request is stored for it.",
      "3 ms: client's ACK brings its SYN cookie back: its connection is in the accept queue.",
      "3 ms: server accepts client's connection: it leaves the accept queue.",
    ]);
  });

  it('without SYN cookies a full SYN queue drops the SYN, and its last quarter is reserved', async () => {
    const { tale, sentences } = told({ ...MS, sysctl: { 'net.ipv4.tcp_syncookies': 0 } });
    tale
      .process('server', async (s) => {
        const fd = await listener(s, 0);
        await s.sleep(3);
        s.sysctl('net.ipv4.tcp_max_syn_backlog', 1);
        for (let i = 0; i < 2; i++) await s.close(await s.accept(fd));
      })
      .process('client1', client(0))
      .process('client2', client(0));
    await tale.run();
    assert.deepEqual(sentences().slice(2, 3), [
      "1 ms: client2's SYN is dropped: the SYN queue is full (1 of 1), and net.ipv4.tcp_syncookies is 0.",
    ]);
  });

  it('no ACK comes: the SYN-ACK is sent again, also when the SYN comes again, until the request is given up', async () => {
    const { tale, sentences } = told({
      nic: { latency: '10ms' },
      sysctl: { 'net.ipv4.tcp_synack_retries': 2, 'net.ipv4.tcp_syn_retries': 1 },
    });
    tale
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.sleep(20_000);
        await s.close(fd);
      })
      .process('client', async (s) => {
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'SYN ACK');
        await connected(s).catch(() => {});
      });
    await tale.run();
    assert.deepEqual(
      sentences()
        .slice(1)
        .map((line) => line.replace(/^\d+ ms: /, '')),
      [
        ARRIVES(0, 'client').slice(6),
        'No ACK came from client: its SYN-ACK is sent again, for the first time.',
        "client's SYN comes again: its SYN-ACK is sent again.",
        'No ACK came from client: its SYN-ACK is sent again, for the second time.',
        "client's request is given up: its SYN-ACK was sent 3 times, and no ACK has finished the handshake.",
        'server closes the listener: both queues are empty.',
      ],
    );
  });

  it("the peer's RST ends the request; TCP_DEFER_ACCEPT keeps it", async () => {
    const { tale, sentences } = told(MS);
    tale
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.setsockopt(fd, s.IPPROTO_TCP, s.TCP_DEFER_ACCEPT, 5);
        await s.sleep(100);
        await s.close(await s.accept(fd));
      })
      .process('peer', async (s) => {
        const peer = await RawPeer.make(s, 4000, 8080);
        await peer.send({ flags: 'S', seq: 100 });
        await s.sleep(10);
        await peer.send({ flags: 'R', seq: 101 });
      })
      .process('client', async (s) => {
        await s.sleep(20);
        const fd = await connected(s);
        await s.sleep(30);
        await s.send(fd, 'x');
        await s.recv(fd).catch(() => {});
      });
    await tale.run();
    assert.deepEqual(
      sentences()
        .slice(1, 6)
        .map((line) => line.replace(/^\d+ ms: /, '')),
      [
        "127.0.0.9:4000's SYN arrives: its request is in the SYN queue, and a SYN-ACK answers it.",
        '127.0.0.9:4000 resets its connection: its request leaves the SYN queue.',
        "client's SYN arrives: its request is in the SYN queue, and a SYN-ACK answers it.",
        "client's request stays in the SYN queue: TCP_DEFER_ACCEPT waits for its first data.",
        "client's ACK finishes the handshake: from the SYN queue it moves to the accept queue.",
      ],
    );
  });
});
