import assert from 'node:assert/strict';
import type { Qdisc_ops } from '../../../../stack/include/net/sch_generic.ts';
import { ENETDOWN } from '../../../../stack/include/uapi/asm-generic/errno.ts';
import { dev_queue_xmit } from '../../../../stack/net/core/dev/xmit.ts';
import { bfifo_qdisc_ops, pfifo_qdisc_ops } from '../../../../stack/net/sched/sch_fifo.ts';
import { qdisc_create_dflt } from '../../../../stack/net/sched/sch_generic/activate.ts';
import { noqueue_qdisc_ops } from '../../../../stack/net/sched/sch_generic/qdiscs.ts';
import { Link } from '../../support/link.ts';

/** A link so slow that nearly all packets wait in the qdisc. */
function slowLink(ops?: Qdisc_ops): Link {
  const link = new Link({ ringSize: 4, bandwidth: 1_000_000 });
  if (ops !== undefined) link.dev._tx.qdisc = qdisc_create_dflt(link.dev._tx, ops);
  return link;
}
function sendWithPriority(link: Link, priority: number, label: number): void {
  const skb = link.packet(Uint8Array.of(0, 0, 0, label));
  skb.priority = priority;
  dev_queue_xmit(skb);
}

describe('qdiscs', () => {
  it('pfifo_fast serves interactive packets first and bulk last', () => {
    const link = slowLink();
    link.sendNumbered(4, 100);
    sendWithPriority(link, 2, 3);
    sendWithPriority(link, 0, 2);
    sendWithPriority(link, 6, 1);
    link.settle();
    assert.deepEqual(link.receivedNumbers.slice(-3).sort(), [103, 2, 3].sort());
    assert.ok(link.receivedNumbers.indexOf(1) < link.receivedNumbers.indexOf(103));
    assert.ok(link.receivedNumbers.indexOf(2) < link.receivedNumbers.indexOf(3));
  });

  it('pfifo and bfifo of no length let nothing pass by an empty queue', () => {
    for (const ops of [pfifo_qdisc_ops, bfifo_qdisc_ops]) {
      for (const length of [0, 1]) {
        const link = new Link({});
        link.dev.tx_queue_len = length;
        link.dev._tx.qdisc = qdisc_create_dflt(link.dev._tx, ops);
        link.sendNumbered(1);
        link.settle();
        assert.equal(link.received.length, length, `${ops.id} of ${length}`);
      }
    }
  });
  it('pfifo holds tx_queue_len packets', () => {
    const link = slowLink(pfifo_qdisc_ops);
    link.sendNumbered(1100);
    assert.ok(link.dev._tx.qdisc.drops >= 90);
    link.settle();
    assert.equal(link.received.length, 1100 - link.dev._tx.qdisc.drops);
  });

  it('bfifo counts bytes', () => {
    const link = slowLink(bfifo_qdisc_ops);
    const { qdisc } = link.dev._tx;
    qdisc.limit = 100;
    link.sendNumbered(20);
    assert.ok(qdisc.backlog <= 100);
    assert.ok(qdisc.drops > 0);
  });

  it('noqueue has no place for a packet that the driver does not take', () => {
    const link = slowLink(noqueue_qdisc_ops);
    const results = [0, 1, 2, 3].map((i) => link.send(Uint8Array.of(0, 0, 0, i)));
    assert.equal(results[0], 0);
    assert.equal(results.at(-1), -ENETDOWN);
    assert.ok(link.machine.log.lines.some((line) => line.includes('asks to queue packet')));
  });
});
