/** Rare reasons of cwnd, ssthresh and windows: what happens is made to happen, and the kernel's counters say the same. */
import assert from 'node:assert/strict';
import { vnic_wire } from '../../../stack/drivers/net/vnic/vnic_main.ts';
import type { ChangeReason } from '../../../debug-adapter/packets/cause/valueChange.ts';
import { pfifo_qdisc_ops } from '../../../stack/net/sched/sch_fifo.ts';
import { qdisc_create_dflt } from '../../../stack/net/sched/sch_generic/activate.ts';
import { frame_bytes, frame_write } from '../../../stack/wire/frame.ts';
import { network } from '../../stack/support/network.ts';
import { Observed, type Changed } from '../support/observed.ts';
import {
  accepted,
  block,
  connected,
  listener,
  type Process,
  reads,
  receive,
  sends,
  type Setup,
  story,
} from '../../stack/support/story.ts';

const MS = 1_000_000;
const WAN = { mtu: 1500, latency: '5ms' };

class Tale {
  readonly #told: Changed[];
  readonly #counter: (name: string) => number;

  /** @param counter of the kernel, by name */
  constructor(told: Changed[], counter: (name: string) => number = () => NaN) {
    this.#told = told;
    this.#counter = counter;
  }
  /** What is told of a value for this reason: at least once. */
  of(value: string, why: ChangeReason): Changed[] {
    const found = this.#told.filter(({ change }) => change.value === value && change.why === why);
    assert.ok(found.length > 0, `${value}: ${why}\n${this.all}`);
    return found;
  }
  says(value: string, why: ChangeReason, sentence: RegExp): void {
    for (const told of this.of(value, why)) assert.match(told.sentence, sentence, this.all);
  }
  /** So often as the kernel has counted. */
  counts(value: string, why: ChangeReason, ...counters: string[]): void {
    const counted = counters.reduce((sum, name) => sum + this.#counter(name), 0);
    assert.equal(
      this.of(value, why).length,
      counted,
      `${value}: ${why}, ${counters.join(' + ')}\n${this.all}`,
    );
  }
  get all(): string {
    return this.#told
      .map(
        ({ change: { value, why, from, to }, sentence }) => `${value} ${from} > ${to} (${why}): ${sentence}`,
      )
      .join('\n');
  }
}

async function tale(setup: Setup, client: Process, server: Process = reads): Promise<Tale> {
  const told = story({ aftermath: 600, ...setup })
    .process('server', server)
    .process('client', client);
  const { changes } = new Observed(told.machine.world);
  await told.run();
  return new Tale(changes, (name) => told.counter(name));
}

/** A connection whose data is on its way for longer than the time-out: it is sent again for nothing. */
const late =
  (segments: number): Process =>
  async (s) => {
    const { latency } = vnic_wire(s.machine.init_net.loopback_dev!);
    const fd = await connected(s);
    await s.send(fd, block(3 * 1448));
    await s.sleep(100);
    latency.latency_ns = 300 * MS;
    await s.send(fd, block(segments * 1448));
    await s.sleep(2000);
    await s.close(fd);
  };

describe('The cause of a reduction that is undone', () => {
  it('is a timestamp from before the retransmission, where the ACK comes after the time-out', async () => {
    const told = await tale({ nic: WAN }, late(3));
    told.says('snd_ssthresh', 'undo_timestamps', /undone: packet \d+ echoes a timestamp from before/);
    told.counts('snd_ssthresh', 'undo_timestamps', 'TCPLossUndo');
    told.says('icsk_ca_state', 'ca_undone', /^The time-out was needless, as packet \d+ tells\.$/);
  });
  it('is F-RTO without timestamps', async () => {
    const told = await tale({ nic: WAN, sysctl: { 'net.ipv4.tcp_timestamps': 0 } }, late(30));
    told.says('snd_ssthresh', 'undo_frto', /undone: packet \d+ is for data that was not sent again/);
    told.counts('snd_ssthresh', 'undo_frto', 'TCPSpuriousRTOs');
  });
  it('is a D-SACK for all that was sent again, where the wire reorders', async () => {
    const nic = { ...WAN, reorder: 0.2 };
    const told = await tale({ seed: 2, nic, sysctl: { 'net.ipv4.tcp_timestamps': 0 } }, sends(80, 3000));
    told.says('snd_cwnd', 'undo_dsack', /all that was sent again had arrived before \(D-SACK\)/);
    told.counts('snd_cwnd', 'undo_dsack', 'TCPDSACKUndo', 'TCPFullUndo', 'TCPLossUndo');
  });
});

describe('The cause of a reduction without a loss', () => {
  it('is the mark of a router that the peer echoes', async () => {
    const told = await tale({ nic: WAN, sysctl: { 'net.ipv4.tcp_ecn': 1 } }, async (s) => {
      const fd = await connected(s);
      await s.send(fd, block(20 * 1448));
      const end = s.dropFrames(() => false);
      const { world } = s.machine;
      const before = world.capture!;
      world.capture = {
        ...before,
        sent: (frame, port) => {
          const bytes = frame_bytes(frame);
          // ECT(0) becomes CE: the byte of the type of service, and the checksum one less.
          if ((bytes[15]! & 3) === 2) {
            const sum = ((bytes[24]! << 8) | bytes[25]!) - 1;
            frame_write(frame, 15, Uint8Array.of(bytes[15]! | 3));
            frame_write(frame, 24, Uint8Array.of((sum >> 8) & 255, sum & 255));
          }
          before.sent(frame, port);
        },
      };
      await s.send(fd, block(20 * 1448));
      await s.sleep(1000);
      world.capture = before;
      end();
      await s.close(fd);
    });
    told.says('snd_ssthresh', 'ecn_echo', /^A router has marked packets .*\(ECN\), as packet \d+ tells/);
    told.says('icsk_ca_state', 'ca_ecn', /^A router has marked packets .*\(ECN\), as packet \d+ tells\.$/);
    told.says('icsk_ca_state', 'ca_reduction_over', /^The reduction is over: packet \d+ acknowledges/);
  });
  it('is a device queue that is full', async () => {
    const told = await tale({ nic: WAN }, async (s) => {
      const fd = await connected(s);
      await s.send(fd, block(1448));
      await s.sleep(100);
      const dev = s.machine.init_net.loopback_dev!;
      const { qdisc } = dev._tx;
      dev.tx_queue_len = 0;
      dev._tx.qdisc = qdisc_create_dflt(dev._tx, pfifo_qdisc_ops);
      await s.send(fd, 'hello');
      dev._tx.qdisc = qdisc;
      await s.sleep(1000);
      await s.close(fd);
    });
    told.says('snd_ssthresh', 'local_congestion', /^The device queue of this host is full \(send\(/);
    told.says('icsk_ca_state', 'ca_local', /^The device queue of this host is full \(send\(/);
  });
  it('is a tail loss probe that has repaired a loss', async () => {
    const told = await tale({ nic: WAN }, async (s) => {
      const fd = await connected(s);
      await s.send(fd, block(10 * 1448));
      await s.sleep(100);
      let count = 0;
      const end = s.dropFrames(({ bytes }) => bytes.length > 1000 && ++count === 2);
      await s.send(fd, block(2 * 1448));
      await s.sleep(500);
      end();
      await s.send(fd, 'more');
      await s.sleep(500);
      await s.close(fd);
    });
    told.says('snd_ssthresh', 'loss_probe_repaired', /^A tail loss probe .*, as packet \d+ tells/);
    told.says('icsk_ca_state', 'ca_probe_repaired', /^A tail loss probe .*, as packet \d+ tells\.$/);
    told.counts('snd_ssthresh', 'loss_probe_repaired', 'TCPLossProbeRecovery');
  });
  it('is a program that does not use its window', async () => {
    const told = await tale({ nic: WAN }, async (s) => {
      const fd = await connected(s);
      await s.send(fd, block(20 * 1448));
      await s.sleep(300);
      await s.close(fd);
    });
    told.says(
      'snd_cwnd',
      'application_limited',
      /^The program has not used all of cwnd for a while: .* with /,
    );
  });
});

describe('The cause of the end of slow start', () => {
  it('is HyStart: a train of ACKs, or a growing round-trip time', async () => {
    const train = await tale({ nic: { mtu: 1500, latency: '10ms', bandwidth: '20mbit' } }, sends(100, 3000));
    train.says('snd_ssthresh', 'hystart_train', /^HyStart: .* the last with packets? \d+/);
    train.counts('snd_ssthresh', 'hystart_train', 'TCPHystartTrainDetect');
    const delay = await tale({ nic: { mtu: 1500, latency: '5ms', bandwidth: '10mbit' } }, sends(100, 3000));
    delay.says('snd_ssthresh', 'hystart_delay', /^HyStart: the round-trip time grows, as packets? \d+/);
    delay.counts('snd_ssthresh', 'hystart_delay', 'TCPHystartDelayDetect');
  });
});

describe('The cause of a change for the MTU', () => {
  const probing = { 'net.ipv4.tcp_mtu_probing': 2, 'net.ipv4.tcp_base_mss': 512 };
  it('is a probe that is sent, and arrives', async () => {
    const told = await tale({ nic: { ...WAN, mtu: 3000 }, sysctl: probing }, sends(100, 3000));
    told.says('snd_cwnd', 'mtu_probe_sent', /^A probe for the MTU is sent, which does not count: /);
    told.says('snd_cwnd', 'mtu_probe_arrived', /^A probe for the MTU has arrived, as packet \d+ tells/);
    told.counts('snd_cwnd', 'mtu_probe_arrived', 'TCPMTUPSuccess');
  });
  it('is a probe that is lost', async () => {
    const told = await tale({ nic: { ...WAN, mtu: 3000 }, sysctl: probing }, async (s) => {
      s.dropFrames(({ bytes }) => bytes.length > 1200);
      await sends(60, 3000)(s);
    });
    told.says('snd_cwnd', 'mtu_probe_lost', /^Only a probe for the MTU is lost, as packet \d+ tells/);
    told.counts('snd_cwnd', 'mtu_probe_lost', 'TCPMTUPFail');
  });
  it('is a router that cannot pass on long segments', async () => {
    const address = { address: '10.0.0.2', port: 8080 };
    let first: Uint8Array | undefined;
    const lost = network(
      { client: '10.0.0.1/24', server: '10.0.0.2/24' },
      { sysctl: { 'net.ipv4.tcp_slow_start_after_idle': 0 } },
      { latency: '5ms' },
    )
      .on('server', async (s) => {
        const listening = await listener(s, 1, address);
        const fd = await s.accept(listening);
        while (first === undefined) await receive(s, fd, 1);
        const icmp = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
        await s.sendto(icmp, fragmentationNeeded(first, 900), 0, { address: '10.0.0.1', port: 0 });
        await receive(s, fd);
      })
      .on('client', async (s) => {
        const fd = await connected(s, address);
        // A loss makes ssthresh small, and cwnd grows beyond it.
        let segments = 0;
        let end = s.dropFrames(({ bytes }) => bytes.length > 1000 && ++segments === 2);
        await s.send(fd, block(400_000));
        await s.sleep(2000);
        end();
        end = s.dropFrames(({ bytes }) => bytes.length > 1000 && (first ??= bytes) !== undefined);
        await s.send(fd, 'x');
        await s.send(fd, block(3 * 1448));
        await s.sleep(30);
        end();
        await s.sleep(1000);
        await s.close(fd);
      });
    const observed = new Observed(lost.world);
    await lost.run();
    const told = new Tale(observed.changes);
    told.says('snd_ssthresh', 'mtu_loss', /^Segments were longer than the path takes, as packet \d+ tells/);
    told.says(
      'icsk_ca_state',
      'ca_mtu',
      /^Segments were longer .*, as packet \d+ tells: they are sent again\.$/,
    );
    const again = observed.sent().filter(({ cause }) => cause.sign === 'mtu');
    assert.ok(again.length > 0, told.all);
    for (const { sentence } of again)
      assert.match(sentence, /^Retransmission: it is longer than the path takes, as packet \d+ tells\.$/);
  });
});

describe('The cause of a smaller or larger receive window', () => {
  it('is memory that is short', async () => {
    const told = await tale(
      { nic: WAN, sysctl: { 'net.ipv4.tcp_mem': '4 8 10000' } },
      sends(40, 3000),
      async (s) => {
        const fd = await accepted(s);
        await s.sleep(1000);
        while ((await s.recv(fd)).length > 0);
        await s.close(fd);
      },
    );
    told.says('rcv_ssthresh', 'memory_pressure', /^TCP's memory is nearly used up/);
  });
  it('is the option that limits it, and the one that asks for more at once', async () => {
    const told = await tale({ nic: WAN }, sends(10, 3000), async (s) => {
      const fd = await accepted(s);
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_WINDOW_CLAMP, 8000);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVLOWAT, 500_000);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVLOWAT, 1);
      while ((await s.recv(fd)).length > 0);
      await s.close(fd);
    });
    told.says(
      'window_clamp',
      'window_clamp_option',
      /^setsockopt\(.*\) of server .* sets TCP_WINDOW_CLAMP\.$/,
    );
    told.says('window_clamp', 'low_water_mark', /^setsockopt\(.*\) of server .* sets SO_RCVLOWAT, /);
  });
  it('is a buffer over its limit', async () => {
    const told = await tale(
      { nic: { ...WAN, mtu: 576 } },
      async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_NODELAY, 1);
        // cwnd grows.
        for (let i = 0; i < 10; i++) await s.send(fd, 'x');
        await s.sleep(100);
        let segments = 0;
        // What waits behind gaps cannot be joined: each piece keeps a buffer of its own.
        const end = s.dropFrames(({ bytes }) => bytes.length > 150 && segments++ % 2 === 0);
        for (let i = 0; i < 24; i++) await s.send(fd, block(100));
        await s.sleep(50);
        end();
        await s.close(fd);
      },
      async (s) => {
        const fd = await accepted(s, (listening) => s.setsockopt(listening, s.SOL_SOCKET, s.SO_RCVBUF, 2304));
        while ((await s.recv(fd)).length > 0);
        await s.close(fd);
      },
    );
    told.says('rcv_ssthresh', 'ssthresh_clamped', /^The receive buffer is over its limit with packet \d+/);
  });
});

describe('The cause of a new beginning', () => {
  it('is a SYN-ACK that was lost, and a socket that is used again', async () => {
    const told = await tale(
      { nic: WAN },
      async (s) => {
        let count = 0;
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'SYN ACK' && ++count < 3);
        const fd = await connected(s);
        await s.connect(fd, { family: s.AF_UNSPEC } as never);
        await s.close(fd);
      },
      async (s) => {
        const fd = await accepted(s);
        await s.sleep(100);
        await s.close(fd);
      },
    );
    told.says('snd_cwnd', 'cwnd_initial_lost', /had a loss: cwnd begins with one segment\.$/);
    told.says('window_clamp', 'disconnected', /^connect\(.*\) of client .* dissolves the connection\.$/);
  });
  it('is a connect() that nobody has answered', async () => {
    const told = await tale(
      { nic: WAN, sysctl: { 'net.ipv4.tcp_syn_retries': 1 } },
      async (s) => {
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'SYN');
        await assert.rejects(connected(s), /ETIMEDOUT/);
      },
      async (s) => void (await listener(s)),
    );
    for (const [value, why] of [
      ['icsk_ca_state', 'ca_connect_failed'],
      ['snd_ssthresh', 'connect_failed'],
    ] as const)
      told.says(
        value,
        why,
        /^connect\(.*\) of client .* has failed: the socket is ready for another attempt\.$/,
      );
  });
});

/** ICMP's message of a router, about the first bytes of a frame. */
function fragmentationNeeded(frame: Uint8Array, mtu: number): Uint8Array {
  const bytes = new Uint8Array(8 + 28);
  bytes.set([3, 4, 0, 0, 0, 0, mtu >> 8, mtu & 255]);
  bytes.set(frame.subarray(14, 14 + 28), 8);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  sum = (sum & 0xffff) + (sum >> 16);
  sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
  bytes.set([sum >> 8, sum & 255], 2);
  return bytes;
}
