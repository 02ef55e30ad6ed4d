import assert from 'node:assert/strict';
import { CHECKSUM_NONE, CHECKSUM_PARTIAL, page, skb_frag } from '../../../stack/include/linux/skbuff.ts';
import { flip_bit } from '../../../stack/wire/corrupt.ts';
import { frame_bytes, wire_frame } from '../../../stack/wire/frame.ts';
import { internetChecksum } from '../support/tcpPacket.ts';
import { Link, pattern } from '../support/link.ts';

function bitsThatDiffer(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  a.forEach((byte, i) => {
    for (let x = byte ^ b[i]!; x !== 0; x &= x - 1) bits++;
  });
  return bits;
}

describe('wire: corruption', () => {
  it('flips one bit of a frame', () => {
    const link = new Link({ corrupt: 1 });
    for (let i = 0; i < 50; i++) link.send(pattern(500), [pattern(2000)]);
    link.settle();
    const original = new Uint8Array([...pattern(500), ...pattern(2000)]);
    // A bit of the Ethernet header leaves these bytes alone, or makes it another EtherType.
    const bits = link.received.map(({ bytes }) => bitsThatDiffer(bytes, original));
    assert.ok(bits.filter((n) => n === 1).length > 40, `${bits.join(' ')}`);
    assert.ok(bits.every((n) => n <= 1));
  });

  it('computes a checksum first that was left to the device, so that the damage is seen', () => {
    const shared = new page(pattern(10, 100));
    const head = pattern(20);
    // The checksummed part begins at 4, its checksum stands at 6 and is 0 so far.
    head.set([0, 0], 6);
    const frame = new wire_frame(1, 0, 30, head, [new skb_frag(shared, 0, 10)]);
    frame.ip_summed = CHECKSUM_PARTIAL;
    frame.csum_start = 4;
    frame.csum_offset = 2;
    flip_bit(frame, 25, 3);
    assert.equal(frame.ip_summed, CHECKSUM_NONE);
    assert.notEqual(internetChecksum(frame_bytes(frame).subarray(4)), 0);
    flip_bit(frame, 25, 3);
    assert.equal(internetChecksum(frame_bytes(frame).subarray(4)), 0);
    assert.deepEqual(shared.bytes, pattern(10, 100), "the sender's page is as it was");
    assert.equal(shared.refcount, 0, 'and is given back');
  });
});
