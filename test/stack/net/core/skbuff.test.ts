/** Packet buffers against plain arrays of bytes: whatever is done to them, in whatever order. */
import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  MAX_SKB_FRAGS,
  page,
  type sk_buff,
  skb_headlen,
  skb_headroom,
  skb_tailroom,
} from '../../../../stack/include/linux/skbuff.ts';
import { csum_fold } from '../../../../stack/lib/checksum.ts';
import type { Machine } from '../../../../stack/machine.ts';
import {
  alloc_skb,
  consume_skb,
  skb_clone,
  skb_fill_page_desc,
  skb_pull,
  skb_push,
  skb_put,
  skb_reserve,
} from '../../../../stack/net/core/skbuff/alloc.ts';
import {
  pskb_copy,
  pskb_expand_head,
  pskb_may_pull,
  pskb_pull,
  pskb_trim,
  skb_checksum,
  skb_copy,
  skb_copy_bits,
  skb_cow_head,
  skb_linearize,
  skb_store_bits,
  skb_unclone,
} from '../../../../stack/net/core/skbuff/data.ts';
import { skb_segment } from '../../../../stack/net/core/skbuff/segment.ts';
import { skb_shift, skb_split, skb_try_coalesce } from '../../../../stack/net/core/skbuff/split.ts';
import { bareMachine } from '../../support/link.ts';
import { internetChecksum } from '../../support/tcpPacket.ts';

/** What an skb holds, read the plain way. */
function bytesOf(skb: sk_buff): number[] {
  const bytes = [...skb.head.subarray(skb.data, skb.data + skb_headlen(skb))];
  for (const { page: p, offset, size } of skb.shinfo.frags)
    bytes.push(...p.bytes.subarray(offset, offset + size));
  return bytes;
}
function checkInvariants(skb: sk_buff): void {
  assert.equal(
    skb.data_len,
    skb.shinfo.frags.reduce((sum, { size }) => sum + size, 0),
    'data_len is the sum of the fragments',
  );
  assert.equal(skb.tail - skb.data, skb_headlen(skb), 'the linear part ends at tail');
  assert.ok(skb.data >= 0 && skb.tail <= skb.end && skb.end <= skb.head.length);
  assert.ok(skb.shinfo.frags.length <= MAX_SKB_FRAGS);
  assert.ok(
    skb.shinfo.frags.every(({ size }) => size > 0),
    'no empty fragment',
  );
}

let nextByte = 0;
const fresh = (length: number) => Uint8Array.from({ length }, () => nextByte++ & 0xff);

interface Shape {
  headroom: number;
  linear: number;
  frags: number[];
}
const shape: fc.Arbitrary<Shape> = fc.record({
  headroom: fc.nat(40),
  linear: fc.nat(60),
  frags: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 }),
});
/** All pages of a machine's packets, to count their references. */
class Pages {
  all: page[] = [];
  make(bytes: Uint8Array): page {
    const made = new page(bytes);
    this.all.push(made);
    return made;
  }
}
function build(machine: Machine, { headroom, linear, frags }: Shape, pages = new Pages()): sk_buff {
  const skb = alloc_skb(machine, headroom + linear + 30);
  skb_reserve(skb, headroom);
  const data = fresh(linear);
  skb.head.set(data, skb_put(skb, linear));
  for (const size of frags) {
    // Some bytes around, which belong to others.
    skb_fill_page_desc(skb, skb.shinfo.frags.length, pages.make(fresh(size + 6)), 3, size);
    skb.len += size;
    skb.data_len += size;
    skb.truesize += size;
  }
  return skb;
}
const nat = fc.nat(200);

describe('sk_buff', () => {
  /** One for all of thousands of packets: to make a machine takes longer than all that is done with a packet. */
  const machine = bareMachine();
  const operations = fc.array(
    fc.oneof(
      fc.record({
        op: fc.constantFrom('put', 'push', 'pull', 'may_pull', 'pskb_pull', 'trim', 'store', 'cow', 'expand'),
        n: nat,
        m: nat,
      }),
      fc.record({
        op: fc.constantFrom(
          'linearize',
          'clone',
          'copy',
          'pcopy',
          'unclone',
          'checksum',
          'copy_bits',
          'drop',
        ),
        n: nat,
        m: nat,
      }),
    ),
    { maxLength: 40 },
  );

  it('is what a byte array would be after any sequence of put, push, pull, trim, store, clone, copy …', () =>
    fc.assert(
      fc.property(shape, operations, (form, steps) => {
        const pages = new Pages();
        const first = build(machine, form, pages);
        /** The packets about, with what they ought to hold. */
        const live = [{ skb: first, bytes: bytesOf(first) }];
        const mayWrite = (skb: sk_buff) => skb.shinfo.dataref === 1;
        for (const { op, n, m } of steps) {
          const at = n % live.length;
          const one = live[at]!;
          const { skb } = one;
          switch (op) {
            case 'put': {
              // Only the owner of the data may write behind it.
              const length = Math.min(m, skb_tailroom(skb));
              if (!mayWrite(skb) || skb.data_len > 0) break;
              const data = fresh(length);
              skb.head.set(data, skb_put(skb, length));
              one.bytes.push(...data);
              break;
            }
            case 'push': {
              const length = Math.min(m, skb_headroom(skb));
              if (!mayWrite(skb)) break;
              const data = fresh(length);
              skb.head.set(data, skb_push(skb, length));
              one.bytes.unshift(...data);
              break;
            }
            case 'pull':
              if (m <= skb_headlen(skb)) {
                assert.equal(skb_pull(skb, m), true);
                one.bytes.splice(0, m);
              } else if (m > skb.len) assert.equal(skb_pull(skb, m), false);
              break;
            case 'may_pull':
              assert.equal(pskb_may_pull(skb, m), m <= one.bytes.length);
              if (m <= one.bytes.length) assert.ok(skb_headlen(skb) >= m);
              break;
            case 'pskb_pull':
              assert.equal(pskb_pull(skb, m), m <= one.bytes.length);
              if (m <= one.bytes.length) one.bytes.splice(0, m);
              break;
            case 'trim':
              assert.equal(pskb_trim(skb, m), 0);
              one.bytes.length = Math.min(one.bytes.length, m);
              break;
            case 'store': {
              const data = fresh(m % 20);
              const offset = n % 100;
              const fits = offset + data.length <= one.bytes.length;
              // Fragments are shared by copies: who writes into them has made sure that he may.
              if (!mayWrite(skb) || skb.shinfo.frags.some(({ page: p }) => p.refcount > 1)) break;
              assert.equal(skb_store_bits(skb, offset, data, data.length) === 0, fits);
              if (fits) one.bytes.splice(offset, data.length, ...data);
              break;
            }
            case 'cow':
              assert.equal(skb_cow_head(skb, m), 0);
              assert.ok(skb_headroom(skb) >= m);
              assert.ok(mayWrite(skb));
              break;
            case 'expand':
              assert.equal(pskb_expand_head(skb, m, n), 0);
              break;
            case 'linearize':
              assert.equal(skb_linearize(skb), 0);
              assert.equal(skb.data_len, 0);
              break;
            case 'clone':
              if (live.length < 6) live.push({ skb: skb_clone(skb), bytes: [...one.bytes] });
              break;
            case 'copy': {
              const copy = skb_copy(skb);
              assert.equal(copy.data_len, 0);
              if (live.length < 6) live.push({ skb: copy, bytes: [...one.bytes] });
              else consume_skb(copy);
              break;
            }
            case 'pcopy': {
              const copy = pskb_copy(skb);
              if (live.length < 6) live.push({ skb: copy, bytes: [...one.bytes] });
              else consume_skb(copy);
              break;
            }
            case 'unclone':
              assert.equal(skb_unclone(skb), 0);
              assert.ok(mayWrite(skb));
              break;
            case 'checksum':
              assert.equal(
                csum_fold(skb_checksum(skb, 0, skb.len, 0)),
                internetChecksum(Uint8Array.from(one.bytes)),
              );
              break;
            case 'copy_bits': {
              const into = new Uint8Array(300);
              const offset = n % (one.bytes.length + 10);
              const length = m % 100;
              const fits = offset + length <= one.bytes.length;
              assert.equal(skb_copy_bits(skb, offset, into, 7, length) === 0, fits);
              if (fits)
                assert.deepEqual([...into.subarray(7, 7 + length)], one.bytes.slice(offset, offset + length));
              break;
            }
            case 'drop':
              if (live.length > 1) {
                consume_skb(skb);
                live.splice(at, 1);
              }
              break;
          }
          for (const { skb: other, bytes } of live) {
            checkInvariants(other);
            assert.equal(other.len, bytes.length, `after ${op}`);
            assert.deepEqual(bytesOf(other), bytes, `after ${op}`);
          }
        }
        for (const { skb } of live) consume_skb(skb);
        // Who made the page gave his reference to the packet.
        assert.deepEqual(
          pages.all.map(({ refcount }) => refcount),
          pages.all.map(() => 0),
          'references to pages are left',
        );
      }),
      { numRuns: 1000 },
    ));

  it('skb_split(): what is before stays, the rest is in the new one; pages are counted', () =>
    fc.assert(
      fc.property(shape, fc.nat(300), (form, where) => {
        const pages = new Pages();
        const skb = build(machine, form, pages);
        const bytes = bytesOf(skb);
        const len = where % (bytes.length + 1);
        const skb1 = alloc_skb(machine, 100);
        skb_split(skb, skb1, len);
        assert.deepEqual(bytesOf(skb), bytes.slice(0, len));
        assert.deepEqual(bytesOf(skb1), bytes.slice(len));
        assert.equal(skb.len + skb1.len, bytes.length);
        checkInvariants(skb);
        checkInvariants(skb1);
        consume_skb(skb);
        consume_skb(skb1);
        assert.ok(pages.all.every(({ refcount }) => refcount === 0));
      }),
      { numRuns: 1000 },
    ));

  it('skb_shift(): moves bytes from the front of one to the end of the other, or nothing', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 17 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 17 }),
        fc.nat(1000),
        (to, from, amount) => {
          const pages = new Pages();
          const tgt = build(machine, { headroom: 0, linear: 0, frags: to }, pages);
          const skb = build(machine, { headroom: 0, linear: 0, frags: from }, pages);
          const [before, after] = [bytesOf(tgt), bytesOf(skb)];
          const truesize = tgt.truesize + skb.truesize;
          const moved = skb_shift(tgt, skb, 1 + (amount % after.length));
          assert.deepEqual(bytesOf(tgt), [...before, ...after.slice(0, moved)]);
          assert.deepEqual(bytesOf(skb), after.slice(moved));
          assert.equal(tgt.truesize + skb.truesize, truesize);
          checkInvariants(tgt);
          checkInvariants(skb);
          consume_skb(tgt);
          consume_skb(skb);
          assert.ok(
            pages.all.every(({ refcount }) => refcount === 0),
            'references to pages are left',
          );
        },
      ),
      { numRuns: 1000 },
    ));
  it('skb_shift() does nothing to a packet with a linear part, or to a clone', () => {
    const frags = { headroom: 0, linear: 0, frags: [10] };
    assert.equal(skb_shift(build(machine, frags), build(machine, { ...frags, linear: 5 }), 3), 0);
    const cloned = build(machine, frags);
    skb_clone(cloned);
    assert.equal(skb_shift(build(machine, frags), cloned, 3), 0);
  });

  it('skb_try_coalesce(): all or nothing', () =>
    fc.assert(
      fc.property(shape, shape, fc.boolean(), (first, second, cloned) => {
        const pages = new Pages();
        const to = build(machine, first, pages);
        const from = build(machine, second, pages);
        const clone = cloned ? skb_clone(from) : null;
        const [before, after] = [bytesOf(to), bytesOf(from)];
        const result = skb_try_coalesce(to, from);
        assert.deepEqual(bytesOf(to), result === null ? before : [...before, ...after]);
        checkInvariants(to);
        if (clone !== null) assert.deepEqual(bytesOf(clone), after, 'the clone is as it was');
        consume_skb(to);
        consume_skb(from);
        consume_skb(clone);
        assert.ok(
          pages.all.every(({ refcount }) => refcount === 0),
          'references to pages are left',
        );
      }),
      { numRuns: 1000 },
    ));

  it('skb_segment(): the payload in pieces of gso_size, each behind a copy of the headers', () =>
    fc.assert(
      fc.property(
        shape,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 20 }),
        (form, mss, headers) => {
          const pages = new Pages();
          const skb = build(machine, { ...form, linear: form.linear + headers }, pages);
          const bytes = bytesOf(skb);
          skb.mac_header = skb.data;
          skb.network_header = skb.data;
          skb.transport_header = skb.data;
          skb_pull(skb, headers);
          skb.shinfo.gso_size = mss;
          const segs = skb_segment(skb);
          const payload = bytes.slice(headers);
          if (payload.length === 0) return;
          assert.ok(typeof segs !== 'number');
          const got: number[] = [];
          for (let seg: sk_buff | null = segs; seg !== null; seg = seg.next) {
            checkInvariants(seg);
            const own = bytesOf(seg);
            assert.deepEqual(own.slice(0, headers), bytes.slice(0, headers));
            assert.equal(own.length - headers, seg.next === null ? payload.length - got.length : mss);
            got.push(...own.slice(headers));
          }
          assert.deepEqual(got, payload);
          assert.deepEqual(bytesOf(skb), bytes, 'the packet is as it was, with its headers');
        },
      ),
      { numRuns: 500 },
    ));
});
