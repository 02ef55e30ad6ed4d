/** Reassembly: any cutting in any order gives the datagram back; what overlaps spoils it; what is incomplete ends. */
import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { sk_buff } from '../../../../stack/include/linux/skbuff.ts';
import { IP_DF, ip_hdr, IP_MF, IPHDR_LEN } from '../../../../stack/include/net/ip.ts';
import type { net } from '../../../../stack/include/net/net_namespace.ts';
import { EINPROGRESS, EINVAL, IS_ERR } from '../../../../stack/include/uapi/asm-generic/errno.ts';
import { INADDR_LOOPBACK } from '../../../../stack/include/uapi/linux/in.ts';
import {
  IPSTATS_MIB_REASM_OVERLAPS,
  IPSTATS_MIB_REASMFAILS,
  IPSTATS_MIB_REASMOKS,
  IPSTATS_MIB_REASMTIMEOUT,
} from '../../../../stack/include/uapi/linux/snmp.ts';
import { boot, DEFAULT_NIC } from '../../../../stack/index.ts';
import { ip_fast_csum } from '../../../../stack/lib/checksum.ts';
import { alloc_skb, skb_put, skb_reserve } from '../../../../stack/net/core/skbuff/alloc.ts';
import { skb_copy_bits } from '../../../../stack/net/core/skbuff/data.ts';
import { ip_defrag, IP_DEFRAG_LOCAL_DELIVER } from '../../../../stack/net/ipv4/ip_fragment.ts';
import { run_world } from '../../../../stack/world/run.ts';

function machine() {
  return boot({ seed: 1, sysctl: {}, nic: DEFAULT_NIC });
}

/** One fragment of a datagram, as it comes from a device. */
function fragment(
  net: net,
  payload: Uint8Array,
  offset: number,
  end: number,
  options: { id?: number; tos?: number; df?: boolean } = {},
): sk_buff {
  const skb = alloc_skb(net.machine, 64 + IPHDR_LEN + end - offset);
  skb_reserve(skb, 64);
  skb_put(skb, IPHDR_LEN + end - offset);
  skb.network_header = skb.data;
  skb.transport_header = skb.data + IPHDR_LEN;
  skb.dev = net.loopback_dev;
  const iph = ip_hdr(skb);
  iph.version_ihl = 0x45;
  iph.tos = options.tos ?? 0;
  iph.tot_len = skb.len;
  iph.id = options.id ?? 1;
  iph.frag_off = (offset >> 3) | (end < payload.length ? IP_MF : 0) | (options.df === true ? IP_DF : 0);
  iph.ttl = 64;
  iph.protocol = 253;
  iph.saddr = INADDR_LOOPBACK;
  iph.daddr = INADDR_LOOPBACK;
  skb.head.set(payload.subarray(offset, end), skb.transport_header);
  return skb;
}

/** Hand in pieces in turn. @returns what each gave: the whole, or an errno */
function defrag(net: net, pieces: sk_buff[]): (sk_buff | number)[] {
  return pieces.map((skb) => ip_defrag(net, skb, IP_DEFRAG_LOCAL_DELIVER));
}

function payload_of(skb: sk_buff): Uint8Array {
  const bytes = new Uint8Array(skb.len - IPHDR_LEN);
  assert.equal(skb_copy_bits(skb, IPHDR_LEN, bytes, 0, bytes.length), 0);
  return bytes;
}

function check_header(skb: sk_buff): void {
  const iph = ip_hdr(skb);
  assert.equal(iph.tot_len, skb.len);
  assert.equal(iph.frag_off & IP_MF, 0);
  assert.equal(ip_fast_csum(iph.bytes, iph.at, iph.ihl), 0);
  assert.equal(skb.transport_header, skb.network_header + IPHDR_LEN);
}

/** A datagram, and the places (multiples of eight) at which it is cut. */
const cuttings = fc
  .record({ units: fc.integer({ min: 2, max: 400 }), tail: fc.integer({ min: 0, max: 7 }), seed: fc.nat() })
  .chain(({ units, tail, seed }) =>
    fc.record({
      payload: fc.constant(Uint8Array.from({ length: units * 8 + tail }, (_, i) => (i * 31 + seed) & 0xff)),
      cuts: fc.uniqueArray(fc.integer({ min: 1, max: units - 1 }), { minLength: 1, maxLength: 20 }),
    }),
  )
  .map(({ payload, cuts }) => {
    const edges = [0, ...cuts.sort((a, b) => a - b).map((unit) => unit * 8), payload.length];
    return { payload, ranges: edges.slice(1).map((end, i): [number, number] => [edges[i]!, end]) };
  });

describe('reassembly of fragments', () => {
  it('gives the datagram back, in whatever order they come, duplicates or not', () => {
    const orders = cuttings.chain(({ payload, ranges }) =>
      fc.record({
        payload: fc.constant(payload),
        order: fc.shuffledSubarray(ranges, { minLength: ranges.length }),
        repeats: fc.array(fc.nat(ranges.length - 1), { maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(orders, ({ payload, order, repeats }) => {
        const { init_net: net } = machine();
        // A duplicate comes right behind a fragment that is there already.
        const sequence = order.flatMap((range, i) =>
          i < order.length - 1 && repeats.includes(i) ? [range, range] : [range],
        );
        const results = defrag(
          net,
          sequence.map(([offset, end]) => fragment(net, payload, offset, end)),
        );
        const whole = results.pop()!;
        assert.ok(!IS_ERR(whole));
        for (const result of results) assert.ok(result === -EINPROGRESS || result === -EINVAL);
        assert.deepEqual(payload_of(whole), payload);
        check_header(whole);
        assert.equal(net.mib.ip_statistics[IPSTATS_MIB_REASMOKS], 1);
        assert.equal(net.ipv4.fqdir.rhashtable.size, 0);
        assert.equal(net.ipv4.fqdir.mem, 0);
      }),
    );
  });

  it('drops the whole datagram when fragments overlap (RFC 5722)', () => {
    fc.assert(
      fc.property(cuttings, fc.nat(), ({ payload, ranges }, choice) => {
        fc.pre(payload.length % 8 === 0 || ranges.length > 1);
        const { init_net: net } = machine();
        const [offset, end] = ranges[choice % (ranges.length - 1)]!;
        fc.pre(end + 8 < payload.length);
        const kept = fragment(net, payload, offset, end);
        const overlapping = fragment(net, payload, end - 8, end + 8);
        fc.pre(end - 8 > offset || end - offset > 8);
        assert.deepEqual(defrag(net, [kept, overlapping]), [-EINPROGRESS, -EINVAL]);
        assert.equal(net.mib.ip_statistics[IPSTATS_MIB_REASM_OVERLAPS], 1);
        assert.equal(net.ipv4.fqdir.rhashtable.size, 0);
        assert.equal(net.ipv4.fqdir.mem, 0);
      }),
    );
  });

  it('keeps datagrams apart by their id', () => {
    const { init_net: net } = machine();
    const a = new Uint8Array(32).fill(1);
    const b = new Uint8Array(32).fill(2);
    const results = defrag(net, [
      fragment(net, a, 0, 16, { id: 1 }),
      fragment(net, b, 16, 32, { id: 2 }),
      fragment(net, b, 0, 16, { id: 2 }),
      fragment(net, a, 16, 32, { id: 1 }),
    ]);
    assert.deepEqual(payload_of(results[2] as sk_buff), b);
    assert.deepEqual(payload_of(results[3] as sk_buff), a);
  });

  it('marks congestion if one fragment was marked, and drops codepoints that cannot come together (RFC 3168 5.3)', () => {
    const { init_net: net } = machine();
    const data = new Uint8Array(32);
    const [, marked] = defrag(net, [
      fragment(net, data, 0, 16, { tos: 2 }),
      fragment(net, data, 16, 32, { tos: 3 }),
    ]);
    assert.equal(ip_hdr(marked as sk_buff).tos & 3, 3);
    const [, mixed] = defrag(net, [
      fragment(net, data, 0, 16, { tos: 0 }),
      fragment(net, data, 16, 32, { tos: 3 }),
    ]);
    assert.equal(mixed, -EINVAL);
  });

  it('gives up after net.ipv4.ipfrag_time', async () => {
    const m = machine();
    const { init_net: net } = m;
    const before = m.now_ns;
    defrag(net, [fragment(net, new Uint8Array(64), 0, 16)]);
    await run_world(m.world, () => false);
    assert.equal(net.mib.ip_statistics[IPSTATS_MIB_REASMTIMEOUT], 1);
    assert.equal(net.mib.ip_statistics[IPSTATS_MIB_REASMFAILS], 1);
    assert.equal(net.ipv4.fqdir.mem, 0);
    assert.ok(m.now_ns - before >= 30e9);
    assert.equal(net.ipv4.icmpmsg_out[11], 1, 'ICMP time exceeded');
  });

  it('keeps no more than ipfrag_high_thresh bytes', () => {
    const { init_net: net } = machine();
    net.ipv4.ipfrag_high_thresh = 20_000;
    const data = new Uint8Array(4096);
    for (let id = 1; id <= 100; id++) defrag(net, [fragment(net, data, 0, 2048, { id })]);
    assert.ok(net.ipv4.fqdir.mem <= 20_000 + 4096);
    assert.ok(net.ipv4.fqdir.rhashtable.size < 20);
  });
});
