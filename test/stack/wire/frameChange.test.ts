/** What a debugger can do to single frames: on a wire, while they are sent, in the rings of a NIC; and frames of its own. */
import assert from 'node:assert/strict';
import { vnic_irq_disable, vnic_irq_enable } from '../../../stack/drivers/net/vnic/intr.ts';
import type { skb_frag } from '../../../stack/include/linux/skbuff.ts';
import { dev_queue_xmit } from '../../../stack/net/core/dev/xmit.ts';
import { get_page } from '../../../stack/net/core/skbuff/alloc.ts';
import type { FrameChange } from '../../../stack/wire/frame_change.ts';
import type { FramePlace } from '../../../stack/world/frames.ts';
import type { NicConfig } from '../../../stack/config.ts';
import { Link, pattern } from '../support/link.ts';

const enter = ({ machine: { world } }: Link, place: FramePlace, change: FrameChange): void =>
  world.inputs.enter({ kind: 'change', place, change });
const refusal = (link: Link, place: FramePlace, change: FrameChange): string => {
  try {
    enter(link, place, change);
    return 'done';
  } catch (error) {
    return (error as Error).message;
  }
};
/** The order in which frames arrive: five are on their way when these are changed, and two more follow. */
function arrivals(...changes: [number, FrameChange][]): string {
  const link = new Link({ latency: 10_000 });
  link.sendNumbered(5);
  for (const [number, change] of changes) enter(link, { number }, change);
  link.sendNumbered(2, 5);
  link.settle();
  return link.receivedNumbers.join(' ');
}

describe('wire: a frame in transit that is changed', () => {
  it('is lost, comes twice, later, or behind the next one', () => {
    assert.equal(arrivals(), '0 1 2 3 4 5 6');
    assert.equal(arrivals([3, { how: 'drop' }]), '0 1 3 4 5 6');
    assert.equal(arrivals([3, { how: 'duplicate' }]), '0 1 2 2 3 4 5 6');
    assert.equal(arrivals([3, { how: 'delay', ns: 1_000_000 }]), '0 1 3 4 5 6 2');
    assert.equal(arrivals([3, { how: 'reorder' }]), '0 1 3 2 4 5 6');
    assert.equal(arrivals([5, { how: 'reorder' }]), '0 1 2 3 5 4 6', 'the next one is sent later');
    assert.equal(arrivals([3, { how: 'duplicate' }], [3, { how: 'drop' }]), '0 1 2 3 4 5 6');
  });

  it('has other bytes, and its sender keeps its own', () => {
    const link = new Link({ latency: 10_000 });
    const own = pattern(1000);
    link.send(pattern(200), [own]);
    const hex = '0a0b0c';
    // The Ethernet header has 14 bytes. The last write begins in front of the page.
    enter(link, { number: 1 }, { how: 'bytes', at: 14 + 2, hex });
    enter(link, { number: 1 }, { how: 'bytes', at: 14 + 199, hex });
    enter(link, { number: 1 }, { how: 'corrupt' });
    link.settle();
    const wanted = Uint8Array.from([...pattern(200), ...pattern(1000)]);
    wanted.set([10, 11, 12], 2);
    wanted.set([10, 11, 12], 199);
    wanted[1199]! ^= 0xff;
    assert.deepEqual(link.received[0]!.bytes, wanted);
    assert.deepEqual(own, pattern(1000));
    assert.deepEqual(
      link.machine.world.inputs.log.map(({ input }) => input.kind),
      ['change', 'change', 'change'],
    );
  });

  it('is told to the capture as dropped by the user, and gives its pages back', () => {
    const link = new Link({ latency: 10_000 });
    const lost: string[] = [];
    const none = () => {};
    link.machine.world.capture = {
      sent: none,
      received: none,
      lost: ({ number }, reason) => lost.push(`${number} ${reason}`),
    };
    const skb = link.packet(pattern(20), [pattern(100)]);
    const [{ page }] = skb.shinfo.frags as [skb_frag];
    get_page(page);
    dev_queue_xmit(skb);
    enter(link, { number: 1 }, { how: 'drop' });
    assert.deepEqual(lost, ['1 dropped in the debugger']);
    link.settle();
    assert.deepEqual(link.received, []);
    assert.equal(page.refcount, 1, 'the one of this test');
  });

  it('that is not there any more is refused, with the reason', () => {
    const link = new Link({ latency: 10_000 });
    link.sendNumbered(2);
    const place = { number: 1 };
    assert.equal(
      refusal(link, place, { how: 'corrupt', at: 18 }),
      'the frame has 18 bytes: there is none at 18',
    );
    assert.equal(refusal(link, { number: 3 }, { how: 'drop' }), 'there is no packet 3: 2 are sent so far');
    link.settle();
    assert.match(refusal(link, place, { how: 'drop' }), /^packet 1 is on no wire and in no ring any more/);
    assert.match(
      refusal(link, { link: 'eth0', descriptor: 0 }, { how: 'drop' }),
      /^there is no link "eth0": known are lo/,
    );
  });
});

describe('vnic: a packet in a ring that is changed', () => {
  const slow: Partial<NicConfig> = { latency: 10_000, bandwidth: 1_000_000 };

  it('while it waits to be sent, and while its bits are', () => {
    const link = new Link(slow);
    link.sendNumbered(4);
    enter(link, { number: 1 }, { how: 'duplicate' });
    enter(link, { link: 'lo', descriptor: 1 }, { how: 'drop' });
    enter(link, { link: 'lo', descriptor: 2 }, { how: 'bytes', at: 14 + 3, hex: '09' });
    assert.match(
      refusal(link, { link: 'lo', descriptor: 0 }, { how: 'drop' }),
      /^the NIC is sending the packet of descriptor 0 already/,
    );
    assert.match(
      refusal(link, { link: 'lo', descriptor: 4 }, { how: 'drop' }),
      /^descriptor 4 of the TX ring has no/,
    );
    assert.match(
      refusal(link, { link: 'lo', descriptor: 300 }, { how: 'drop' }),
      /^descriptor 300 of the TX ring/,
    );
    link.settle();
    assert.equal(link.receivedNumbers.join(' '), '0 0 9 3');
  });

  it('where it was received, and the driver has not taken it', () => {
    const link = new Link({ latency: 10_000 });
    vnic_irq_disable(link.adapter);
    link.sendNumbered(5);
    link.settle();
    enter(link, { number: 2 }, { how: 'drop' });
    enter(link, { number: 3 }, { how: 'reorder' });
    enter(link, { number: 1 }, { how: 'duplicate' });
    enter(link, { number: 5 }, { how: 'bytes', at: 14 + 3, hex: '07' });
    assert.match(refusal(link, { number: 2 }, { how: 'drop' }), /^packet 2 is on no wire and in no ring/);
    assert.match(refusal(link, { number: 5 }, { how: 'delay', ns: 1 }), /^packet 5 has arrived/);
    link.settle();
    vnic_irq_enable(link.adapter);
    link.settle();
    assert.equal(link.receivedNumbers.join(' '), '0 3 2 7 0');
    assert.equal(link.dev.stats.rx_errors, 1);
    link.sendNumbered(300, 10);
    link.settle();
    assert.equal(link.received.length, 305, 'the ring goes round');
  });
});

describe('a frame that is injected', () => {
  const inject = ({ machine: { world } }: Link, hex: string, link = 'lo'): void =>
    world.inputs.enter({ kind: 'inject', link, hex });
  const header = `${'00'.repeat(12)}88b5`;

  it('arrives as if the interface of the link had sent it, with a number of its own', () => {
    const link = new Link({ latency: 10_000 });
    link.sendNumbered(1);
    inject(link, `${header}00000007`);
    inject(link, header + '00'.repeat(3000));
    enter(link, { number: 2 }, { how: 'duplicate' });
    link.settle();
    assert.deepEqual(link.receivedNumbers, [0, 7, 7, 0]);
    assert.deepEqual(
      link.received.map(({ at_ns, bytes }) => [at_ns, bytes.length]),
      [4, 4, 4, 3000].map((length) => [10_000, length]),
    );
  });

  it('is refused on a link that is not there, and when it is no frame', () => {
    const link = new Link({ mtu: 1500 });
    assert.throws(() => inject(link, header, 'eth1'), /there is no link "eth1": known are lo/);
    assert.throws(() => inject(link, '00'), /a frame on lo has from 14 to 1514 bytes, not 1/);
    assert.throws(() => inject(link, '00'.repeat(1515)), /not 1515/);
  });
});
