import assert from 'node:assert/strict';
import { VNIC_RXD_STAT_DD, VNIC_TXD_CMD_EOP } from '../../../stack/drivers/net/vnic/desc.ts';
import { ethernet_kind } from '../../../stack/drivers/net/vnic/kinds.ts';
import { NETIF_F_RXCSUM, netif_queue_stopped } from '../../../stack/include/linux/netdevice.ts';
import { CHECKSUM_NONE, CHECKSUM_UNNECESSARY } from '../../../stack/include/linux/skbuff.ts';
import { dev_close, dev_open, dev_set_mtu } from '../../../stack/net/core/dev/register.ts';
import { dev_queue_xmit } from '../../../stack/net/core/dev/xmit.ts';
import { NetemWire } from '../../../stack/wire/netem.ts';
import { bareWorld, Link, pattern, skbBytes } from '../support/link.ts';
import { readSegment, tcpPacket } from '../support/tcpPacket.ts';

describe('vnic: one packet', () => {
  it('comes back after the latency, with all its bytes, linear and in pages', () => {
    const link = new Link({ latency: 10_000 });
    link.send(pattern(20), [pattern(3000, 20), pattern(5, 3020)]);
    assert.equal(link.received.length, 0);
    link.settle();
    assert.equal(link.received.length, 1);
    assert.equal(link.received[0]!.at_ns, 10_000);
    assert.deepEqual(link.received[0]!.bytes, pattern(3025));
  });

  it('arrives within the doorbell when there is no latency', () => {
    const link = new Link({ latency: 0 });
    link.send(pattern(20));
    assert.equal(link.received.length, 1);
  });

  it('shares its pages with the receiver instead of copying them', () => {
    const link = new Link();
    const skb = link.packet(pattern(20), [pattern(4096)]);
    const sent = skb.shinfo.frags[0]!.page;
    dev_queue_xmit(skb);
    assert.equal(sent.refcount, 1, 'the sender is done, the frame on the wire has its reference');
    let seen = 0;
    link.machine.init_net.ptype_all.push({
      type: 3,
      func: (copy) => {
        if (copy.frame_number > 0) {
          seen++;
          assert.equal(copy.shinfo.frags[0]!.page, sent);
        }
        return 0;
      },
    });
    link.settle();
    assert.equal(seen, 1);
  });

  it('is freed by the sender when it is out, not when it arrives', () => {
    const link = new Link({ latency: 1_000_000, bandwidth: 8_000_000 });
    const skb = link.packet(pattern(86));
    let freed_at = -1;
    skb.destructor = () => (freed_at = link.machine.now_ns - link.started_ns);
    dev_queue_xmit(skb);
    assert.equal(freed_at, -1);
    link.settle();
    // 100 bytes at one byte a microsecond.
    assert.equal(freed_at, 100_000);
    assert.equal(link.received[0]!.at_ns, 1_100_000);
  });

  it('goes through the smallest ring, however long it is', () => {
    const link = new Link({ ringSize: 4, mtu: 65536 });
    link.send(pattern(65_536));
    link.settle();
    assert.equal(link.received.length, 1);
    assert.deepEqual(link.received[0]!.bytes, pattern(65_536));
  });

  it('takes a TX descriptor a piece, the last one marked as the end of the packet', () => {
    const link = new Link({ bandwidth: 1_000_000 });
    link.send(pattern(20), [pattern(100), pattern(200)]);
    const { desc, next_to_use } = link.adapter.tx_ring;
    assert.equal(next_to_use, 3);
    assert.deepEqual(
      desc.slice(0, 3).map(({ length }) => length),
      [34, 100, 200],
    );
    assert.deepEqual(
      desc.slice(0, 3).map(({ cmd }) => (cmd & VNIC_TXD_CMD_EOP) !== 0),
      [false, false, true],
    );
    assert.equal(link.adapter.hw.tx.tdh, 0);
    assert.equal(link.adapter.hw.tx.tdt, 3);
    link.settle();
    assert.equal(link.adapter.hw.tx.tdh, 3);
    assert.equal(link.adapter.tx_ring.next_to_clean, 3);
  });

  it('with more bytes of its own than a receive buffer has goes into several', () => {
    const link = new Link();
    link.send(pattern(5000));
    link.settle();
    assert.deepEqual(link.received[0]!.bytes, pattern(5000));
    assert.equal(link.adapter.hw.rx.rdh, 3);
  });

  it('in more pieces than the ring has descriptors is sent in one piece', () => {
    const link = new Link({ ringSize: 4 });
    const pieces = Array.from({ length: 10 }, (_, i) => pattern(10, i * 10));
    link.send(new Uint8Array(0), pieces);
    link.settle();
    assert.deepEqual(link.received[0]!.bytes, pattern(100));
  });
});

describe('vnic: many packets', () => {
  it('arrive in order, with one interrupt for all that arrive at once', () => {
    const link = new Link();
    link.sendNumbered(50);
    const before = link.machine.irqs.get(link.adapter.irq)!.count;
    link.settle();
    assert.deepEqual(link.receivedNumbers, [...Array(50).keys()]);
    assert.equal(link.machine.irqs.get(link.adapter.irq)!.count - before, 1);
  });

  it('are polled for in portions of the budget', () => {
    const link = new Link();
    const work: number[] = [];
    const { poll } = link.adapter.napi;
    link.adapter.napi.poll = (napi, budget) => {
      const done = poll(napi, budget);
      work.push(done);
      return done;
    };
    link.sendNumbered(150);
    work.length = 0;
    link.settle();
    assert.deepEqual(work, [64, 64, 22]);
  });

  it('stop the queue of a full TX ring, wait in the qdisc, and go on when there is room: none is lost', () => {
    const link = new Link({ ringSize: 16, bandwidth: 1_000_000 });
    link.sendNumbered(100);
    assert.ok(netif_queue_stopped(link.dev));
    const qdisc = link.dev._tx.qdisc;
    assert.ok(qdisc.qlen > 80, `${qdisc.qlen} packets wait`);
    link.settle();
    assert.ok(!netif_queue_stopped(link.dev));
    assert.equal(qdisc.qlen, 0);
    assert.deepEqual(link.receivedNumbers, [...Array(100).keys()]);
    assert.ok(link.adapter.restart_queue > 0);
    assert.equal(link.dev.stats.tx_packets, 100);
  });

  it('beyond tx_queue_len are dropped by the qdisc', () => {
    const link = new Link({ ringSize: 16, bandwidth: 1_000_000 });
    link.sendNumbered(1100);
    const { drops, qlen } = link.dev._tx.qdisc;
    assert.ok(drops > 0);
    assert.ok(qlen <= link.dev.tx_queue_len + 1);
    link.settle();
    assert.equal(link.received.length, 1100 - drops);
  });

  it('that arrive faster than a small RX ring has buffers are missed and counted', () => {
    const link = new Link({ ringSize: 16 });
    link.sendNumbered(40);
    link.settle();
    assert.deepEqual(link.receivedNumbers, [...Array(15).keys()]);
    assert.equal(link.dev.stats.rx_missed_errors, 25);
    // New buffers are there: the next one arrives.
    link.sendNumbered(1, 40);
    link.settle();
    assert.equal(link.receivedNumbers.at(-1), 40);
  });

  it('make a larger RX ring interrupt before it is empty: none is missed', () => {
    const link = new Link({ ringSize: 256 });
    link.sendNumbered(1000);
    link.settle();
    assert.equal(link.received.length, 1000);
    assert.equal(link.dev.stats.rx_missed_errors, 0);
  });

  it('leave no reference to a page behind', () => {
    const link = new Link({ ringSize: 16, loss: 0.2, duplicate: 0.2, corrupt: 0.2, reorder: 0.2 });
    const sent = Array.from({ length: 200 }, () => {
      const skb = link.packet(pattern(20), [pattern(100)]);
      const { page } = skb.shinfo.frags[0]!;
      dev_queue_xmit(skb);
      return page;
    });
    link.settle();
    assert.deepEqual(new Set(sent.map(({ refcount }) => refcount)), new Set([0]));
  });
});

describe('vnic: checksums and segments', () => {
  const payload = [pattern(4000), pattern(6000, 4000)];

  it('leaves both to the receiver on a virtual link of 64 KiB', () => {
    const link = new Link();
    link.receiveAll(0x0800);
    dev_queue_xmit(tcpPacket(link, { seq: 1000, flags: 0x18, id: 7, payload, mss: 1460 }));
    link.settle();
    assert.equal(link.received.length, 1);
    const { skb, bytes } = link.received[0]!;
    assert.equal(skb.ip_summed, CHECKSUM_UNNECESSARY);
    assert.equal(skb.shinfo.gso_size, 1460);
    assert.equal(skb.shinfo.gso_segs, 7);
    assert.deepEqual(readSegment(bytes).payload, pattern(10_000));
  });

  it('cuts a packet into frames when the MTU is that of Ethernet', () => {
    const link = new Link({ mtu: 1500 });
    link.receiveAll(0x0800);
    dev_queue_xmit(
      tcpPacket(link, {
        seq: 0xfffffff0,
        flags: 0x99,
        id: 0xffff,
        payload,
        linear: pattern(500, 250),
        mss: 1460,
      }),
    );
    link.settle();
    const segments = link.received.map(({ bytes }) => readSegment(bytes));
    assert.deepEqual(
      segments.map(({ payload: { length } }) => length),
      [...Array(7).fill(1460), 280],
    );
    assert.deepEqual(
      segments.map(({ id }) => id),
      [0xffff, 0, 1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual(
      segments.map(({ seq }) => seq),
      segments.map((_, i) => (0xfffffff0 + i * 1460) % 2 ** 32),
    );
    // CWR in the first only, FIN and PSH in the last only, ACK in all.
    assert.deepEqual(
      segments.map(({ flags }) => flags),
      [0x90, ...Array(6).fill(0x10), 0x19],
    );
    assert.ok(segments.every(({ ipChecksumRight, tcpChecksumOpen }) => ipChecksumRight && tcpChecksumOpen));
    assert.ok(link.received.every(({ skb }) => skb.ip_summed === CHECKSUM_UNNECESSARY));
    const whole = segments.flatMap(({ payload: part }) => [...part]);
    assert.deepEqual(whole, [...pattern(500, 250), ...pattern(10_000)]);
  });

  it('cuts as soon as the MTU is changed', () => {
    const link = new Link();
    link.receiveAll(0x0800);
    assert.equal(dev_set_mtu(link.dev, 1500), 0);
    dev_queue_xmit(tcpPacket(link, { seq: 1, flags: 0x10, id: 1, payload, mss: 1460 }));
    link.settle();
    assert.equal(link.received.length, 7);
  });

  it('computes checksums for a real wire, and verifies what it receives', () => {
    const wire = new NetemWire(bareWorld(), {
      latency: 0,
      bandwidth: 0,
      loss: 0,
      reorder: 0,
      duplicate: 0,
      corrupt: 0,
    });
    const link = new Link({ mtu: 1500 }, 1, ethernet_kind('eth0', wire));
    // To itself: as if it came from the other side.
    link.dev.broadcast.set(link.dev.dev_addr);
    link.receiveAll(0x0800);
    dev_queue_xmit(tcpPacket(link, { seq: 1, flags: 0x10, id: 1, payload, mss: 1460 }));
    assert.equal(link.received.length, 7);
    assert.ok(link.received.every(({ bytes }) => readSegment(bytes).tcpChecksumRight));
    assert.ok(link.received.every(({ skb }) => skb.ip_summed === CHECKSUM_UNNECESSARY));
    assert.equal(link.adapter.hw_csum_good, 7);
  });

  it('lets the stack check what was damaged on the way', () => {
    const link = new Link({ corrupt: 1 });
    link.receiveAll(0x0800);
    const skb = tcpPacket(link, { seq: 1, flags: 0x10, id: 1, payload });
    const kept = skb.shinfo.frags.map(({ page }) => ({ page, bytes: page.bytes.slice() }));
    dev_queue_xmit(skb);
    link.settle();
    const received = link.received[0];
    assert.ok(received === undefined || received.skb.ip_summed === CHECKSUM_NONE);
    for (const { page, bytes } of kept) assert.deepEqual(page.bytes, bytes, "the sender's page is as it was");
  });

  it('does not trust the hardware when RXCSUM is off', () => {
    const link = new Link();
    link.dev.features &= ~NETIF_F_RXCSUM;
    link.receiveAll(0x0800);
    dev_queue_xmit(tcpPacket(link, { seq: 1, flags: 0x10, id: 1, payload }));
    link.settle();
    assert.equal(link.received[0]!.skb.ip_summed, CHECKSUM_NONE);
  });
});

describe('vnic: up and down', () => {
  it('drops what is sent while it is down, and works again afterwards', () => {
    const link = new Link({ bandwidth: 1_000_000 });
    link.sendNumbered(5);
    dev_close(link.dev);
    link.sendNumbered(5, 5);
    link.settle();
    assert.equal(link.received.length, 0);
    assert.ok(link.adapter.rx_ring.desc.every(({ status }) => (status & VNIC_RXD_STAT_DD) === 0));
    dev_open(link.dev);
    link.sendNumbered(5, 10);
    link.settle();
    assert.deepEqual(link.receivedNumbers, [10, 11, 12, 13, 14]);
  });

  it('numbers frames in the order in which they are sent', () => {
    const link = new Link();
    link.sendNumbered(3);
    link.settle();
    assert.deepEqual(
      link.received.map(({ skb }) => skb.frame_number),
      [1, 2, 3],
    );
    assert.deepEqual(skbBytes(link.received[2]!.skb), Uint8Array.of(0, 0, 0, 2));
  });
});
