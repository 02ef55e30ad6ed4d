/** What truly happened to packets, beside Wireshark's guesses: held against the code that sent and dropped them. */
import assert from 'node:assert/strict';
import {
  accepted,
  block,
  connected,
  type Process,
  receive,
  type Setup,
  story,
} from '../../stack/support/story.ts';
import { Captured } from '../support/captured.ts';

async function captured(setup: Setup, server: Process, client: Process): Promise<Captured> {
  const told = story(setup).process('server', server).process('client', client);
  const capture = new Captured(told.machine.world);
  await told.run();
  return capture.read();
}

/** The only packet that matches. */
function one(capture: Captured, filter: string): number {
  const found = capture.find(filter);
  assert.equal(found.length, 1, `${filter}: ${found.join(', ')}\n${capture.told()}`);
  return found[0]!;
}
function says(capture: Captured, number: number, ...patterns: RegExp[]): void {
  const { truth, wrong, drop } = capture.story(number);
  for (const pattern of patterns)
    assert.ok(
      [drop ?? '', ...truth, ...wrong].some((sentence) => pattern.test(sentence)),
      `${pattern} of packet ${number}\n${capture.told()}`,
    );
}
function sentIn(capture: Captured, number: number, code: RegExp): void {
  assert.match(capture.sentBy.get(number)!, code, capture.told());
}

const reads: Process = async (s) => void (await receive(s, await accepted(s)));
const WAN: Setup = { nic: { mtu: 1500, latency: '20ms' } };

describe('What truly happened', () => {
  it('a retransmission says whose bytes it repeats, what sent it, and that it was needed; Wireshark agrees', async () => {
    const capture = await captured(WAN, reads, async (s) => {
      let segment = 0;
      s.dropFrames(({ bytes }) => bytes.length > 1000 && ++segment === 3);
      const fd = await connected(s);
      await s.send(fd, block(14480));
      await s.sleep(300);
    });
    const lost = one(capture, 'frame.fate == "lost"');
    const again = one(capture, `sockscope.repeats == ${lost}`);
    sentIn(capture, again, /\btcp_xmit_retransmit_queue\b/);
    says(
      capture,
      again,
      new RegExp(`repeats the bytes of packet ${lost}, sent by RACK`),
      new RegExp(`It was needed: packet ${lost} did not get through`),
    );
    assert.deepEqual(capture.find('sockscope.kind == "rack"'), [again]);
    assert.deepEqual(
      capture.find(
        'tcp.analysis.fast_retransmission or tcp.analysis.retransmission or tcp.analysis.out_of_order',
      ),
      [again],
      capture.told(),
    );
    says(capture, lost, /^Lost on the wire\.$/);
    const duplicates = capture.find('sockscope.kind == "duplicate_ack"');
    assert.ok(duplicates.length > 3, capture.told());
    for (const number of duplicates) {
      sentIn(capture, number, /\btcp_send_ack\b|\btcp_send_ack_no_wait\b|__tcp_send_ack/);
      assert.deepEqual(
        capture.story(number).wrong.filter((text) => /Dup ACK/.test(text)),
        [],
      );
    }
  });

  it('a tail loss probe is what it is, and the ACK that frees two packets names both', async () => {
    const capture = await captured(WAN, reads, async (s) => {
      let segment = 0;
      s.dropFrames(({ bytes }) => bytes.length > 1000 && ++segment === 2);
      const fd = await connected(s);
      await s.send(fd, block(2896));
      await s.sleep(1000);
    });
    const lost = one(capture, 'frame.fate == "lost"');
    const probe = one(capture, 'sockscope.kind == "tail_loss_probe"');
    sentIn(capture, probe, /\btcp_send_loss_probe\b/);
    assert.deepEqual(capture.find(`sockscope.repeats == ${lost}`), [probe]);
    says(capture, probe, /Wireshark's “RTO” is none here: .* sent by the timer of the tail loss probe/);
    const ack = one(capture, `sockscope.frees == ${probe}`);
    assert.deepEqual(capture.find(`sockscope.frees == ${lost}`), [ack]);
    assert.deepEqual(capture.find(`sockscope.frees.bytes == 1448 && frame.number == ${ack}`), [ack]);
  });

  it('Wireshark calls a time-out fast where duplicate ACKs came before, and a needless one is told', async () => {
    // The ACKs are lost, not the data: all that is sent again had arrived.
    const capture = await captured(WAN, reads, async (s) => {
      const fd = await connected(s);
      const end = s.dropFrames(({ tcpFlags }) => tcpFlags === 'ACK');
      await s.send(fd, 'hello');
      while (s.sock(fd).icsk_retransmits === 0) await s.sleep(1);
      end();
      await s.sleep(2000);
    });
    const first = capture.find('tcp.len == 5')[0]!;
    const again = capture.find(`sockscope.repeats == ${first} && sockscope.kind == "rto"`);
    assert.ok(again.length > 0, capture.told());
    for (const number of again) {
      sentIn(capture, number, /\btcp_retransmit_timer\b/);
      says(capture, number, new RegExp(`It was not needed: packets? ${first}\\b.* arrived`));
      says(capture, number, /all its bytes had come before \(TCP_OLD_DATA\)/);
      assert.match(capture.droppedBy.get(number)!, /\btcp_data_queue\b/);
    }
    const lost = capture.find('frame.fate == "lost" && tcp.analysis.acks_frame');
    assert.ok(lost.length > 0, capture.told());
    says(capture, lost[0]!, /“ACK to the segment in frame \d+” did not get through: it has freed nothing/);
  });

  it('what the wire reorders or duplicates is told of the packet, and is no retransmission', async () => {
    const capture = await captured(
      { seed: 3, nic: { mtu: 1500, latency: '5ms', reorder: 0.3, duplicate: 0.1 } },
      reads,
      async (s) => {
        const fd = await connected(s);
        for (let i = 0; i < 12; i++) await s.send(fd, block(1448));
        await s.sleep(100);
      },
    );
    const overtaken = capture.find('sockscope.overtaken_by');
    assert.ok(overtaken.length > 0, capture.told());
    for (const number of overtaken) {
      says(capture, number, /^Reordered on the way: packet \d+ was sent later and arrived before it\.$/);
      assert.ok(capture.store.frame(number).truth!.overtakenBy! > number);
    }
    const doubled = capture.find('sockscope.arrivals == 2');
    assert.ok(doubled.length > 0, capture.told());
  });

  it('a closed window says who has not read; its probes are no keepalives', async () => {
    const capture = await captured(
      { nic: { mtu: 1500, latency: '5ms' } },
      async (s) => {
        const fd = await accepted(s, (listening) => s.setsockopt(listening, s.SOL_SOCKET, s.SO_RCVBUF, 4096));
        await s.sleep(3000);
        await receive(s, fd);
      },
      async (s) => {
        const fd = await connected(s);
        await s.send(fd, block(20_000));
        await s.close(fd);
      },
    );
    const closed = capture.find('tcp.analysis.zero_window');
    assert.ok(closed.length > 0, capture.told());
    says(
      capture,
      closed[0]!,
      /^Its window is closed: \d+ bytes wait that server \[pid \d+\] has not read\.$/,
    );
    assert.deepEqual(
      capture.find('tcp.analysis.zero_window && !sockscope.window.unread'),
      [],
      capture.told(),
    );
    const probes = capture.find('sockscope.kind == "window_probe" && tcp.analysis.keep_alive');
    assert.ok(probes.length > 0, capture.told());
    sentIn(capture, probes[0]!, /\btcp_send_probe0\b/);
    says(capture, probes[0]!, /^Wireshark's guess “TCP Keep-Alive” is wrong here: it is a window probe\.$/);
  });
});
