import assert from 'node:assert/strict';
import { ethernet_kind } from '../../../../stack/drivers/net/vnic/kinds.ts';
import {
  NETIF_F_GSO_MASK,
  NETIF_F_HW_CSUM,
  NETIF_F_SG,
  NETIF_F_TSO,
} from '../../../../stack/include/linux/netdevice.ts';
import { dev_queue_xmit } from '../../../../stack/net/core/dev/xmit.ts';
import { ipv4_offload_init } from '../../../../stack/net/ipv4/af_inet/offload.ts';
import { NetemWire } from '../../../../stack/wire/netem.ts';
import { bareMachine, Link, pattern } from '../../support/link.ts';
import { readSegment, tcpPacket } from '../../support/tcpPacket.ts';

const payload = [pattern(4000), pattern(6000, 4000)];
const NOTHING = { latency: 0, bandwidth: 0, loss: 0, reorder: 0, duplicate: 0, corrupt: 0 };

/** A link on which TCP can be cut and merged. */
function tcpLink(without: number, latency = 10_000): Link {
  const link = new Link({ latency });
  ipv4_offload_init(link.machine.init_net);
  link.dev.features &= ~without;
  link.receiveAll(0x0800);
  return link;
}

describe('GSO: what the device cannot do is done in software', () => {
  it('cuts a packet for a device without TSO', () => {
    const link = tcpLink(NETIF_F_TSO);
    dev_queue_xmit(tcpPacket(link, { seq: 5, flags: 0x99, id: 100, payload, mss: 1460 }));
    link.settle();
    const segments = link.received.map(({ bytes }) => readSegment(bytes));
    assert.deepEqual(
      segments.map(({ seq }) => seq),
      [5, 1465, 2925, 4385, 5845, 7305, 8765],
    );
    assert.deepEqual(
      segments.map(({ id }) => id),
      [100, 101, 102, 103, 104, 105, 106],
    );
    assert.deepEqual(
      segments.map(({ flags }) => flags),
      [0x90, ...Array(5).fill(0x10), 0x19],
    );
    assert.ok(segments.every(({ ipChecksumRight, tcpChecksumOpen }) => ipChecksumRight && tcpChecksumOpen));
    assert.deepEqual(
      segments.flatMap((segment) => [...segment.payload]),
      [...pattern(10_000)],
    );
  });

  it('computes the checksums too, and sends in one piece, for a device that can nothing', () => {
    const link = tcpLink(NETIF_F_GSO_MASK | NETIF_F_HW_CSUM | NETIF_F_SG);
    dev_queue_xmit(tcpPacket(link, { seq: 5, flags: 0x10, id: 100, payload, mss: 1460 }));
    link.settle();
    assert.equal(link.received.length, 7);
    assert.ok(
      link.received.every(
        ({ skb, bytes }) => readSegment(bytes).tcpChecksumRight && skb.shinfo.frags.length === 0,
      ),
    );
  });

  it('computes the checksum of a single segment', () => {
    const link = tcpLink(NETIF_F_HW_CSUM);
    dev_queue_xmit(tcpPacket(link, { seq: 5, flags: 0x10, id: 100, payload: [pattern(101)] }));
    link.settle();
    assert.ok(readSegment(link.received[0]!.bytes).tcpChecksumRight);
  });

  it('drops a packet that no protocol knows how to cut', () => {
    const link = new Link();
    link.dev.features &= ~NETIF_F_TSO;
    dev_queue_xmit(tcpPacket(link, { seq: 5, flags: 0x10, id: 100, payload, mss: 1460 }));
    link.settle();
    assert.equal(link.received.length, 0);
    assert.equal(link.dev.stats.tx_dropped, 1);
  });
});

describe('GRO: what arrives together goes up together', () => {
  function etherLink(): Link {
    const machine = bareMachine();
    const wire = new NetemWire(machine.world, NOTHING);
    const link = new Link({ mtu: 1500 }, 1, ethernet_kind('eth0', wire));
    ipv4_offload_init(link.machine.init_net);
    link.receiveAll(0x0800);
    return link;
  }

  it('merges the segments of a connection', () => {
    const link = etherLink();
    dev_queue_xmit(tcpPacket(link, { seq: 5, flags: 0x18, id: 100, payload, mss: 1460 }));
    assert.equal(link.received.length, 1);
    const { skb, bytes } = link.received[0]!;
    const whole = readSegment(bytes);
    assert.equal(skb.shinfo.gso_size, 1460);
    assert.equal(skb.shinfo.gso_segs, 7);
    assert.equal(whole.length, 10_040);
    assert.equal(whole.flags, 0x18);
    assert.ok(whole.ipChecksumRight);
    assert.deepEqual(whole.payload, pattern(10_000));
  });

  it('merges up to 64 KiB, beyond the fragments that one packet can have', () => {
    const link = etherLink();
    const large = Array.from({ length: 15 }, (_, i) => pattern(4096, i * 4096));
    dev_queue_xmit(tcpPacket(link, { seq: 5, flags: 0x10, id: 100, payload: large, mss: 1000 }));
    assert.equal(link.received.length, 1);
    const { skb, bytes } = link.received[0]!;
    assert.equal(skb.len, 61_440 + 40);
    assert.equal(skb.shinfo.gso_segs, 62);
    assert.ok(bytes.length < skb.len, 'the rest is in further packets, on its frag_list');
  });

  it('leaves another connection, a gap and a lone segment apart', () => {
    const link = etherLink();
    for (const seq of [0, 1000, 5000]) {
      dev_queue_xmit(tcpPacket(link, { seq, flags: 0x10, id: 1, payload: [pattern(1000)] }));
    }
    assert.deepEqual(
      link.received.map(({ bytes }) => readSegment(bytes).seq),
      [0, 1000, 5000],
    );
    assert.ok(link.received.every(({ skb }) => skb.shinfo.gso_size === 0));
  });
});
