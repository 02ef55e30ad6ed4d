/** Two captures side by side: the first difference is where it is, whatever else is going on. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../../language/message.ts';
import { align } from '../../../../debug-adapter/packets/compare/align.ts';
import { ASPECTS, USUALLY_IGNORED } from '../../../../debug-adapter/packets/compare/aspects.ts';
import { ComparedCapture } from '../../../../debug-adapter/packets/compare/comparedCapture.ts';
import { Comparison } from '../../../../debug-adapter/packets/compare/comparison.ts';
import { fieldDifferences } from '../../../../debug-adapter/packets/compare/fieldDifferences.ts';
import { PacketStore } from '../../../../debug-adapter/packets/packetStore.ts';
import { capture, synOptions, tcp, text, udp, type Bytes } from '../../../support/packetBuilder.ts';
import { Random } from '../../../support/random.ts';

/** A packet of a conversation, with numbers that count from the conversation's begin. */
interface Planned {
  readonly isClient: boolean;
  readonly flags: string;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly payload: string;
}

/** A handshake, and as many segments, each with a payload of its own. */
function planned(conversation: number, segments: number): Planned[] {
  const plan: Planned[] = [
    { isClient: true, flags: 'SYN', seq: 0, ack: 0, window: 64240, payload: '' },
    { isClient: false, flags: 'SYN ACK', seq: 0, ack: 1, window: 65160, payload: '' },
    { isClient: true, flags: 'ACK', seq: 1, ack: 1, window: 502, payload: '' },
  ];
  const next = { client: 1, server: 1 };
  for (let at = 0; at < segments; at++) {
    const isClient = at % 3 !== 1;
    const payload = `segment ${at} of ${conversation}`;
    const [seq, ack] = isClient ? [next.client, next.server] : [next.server, next.client];
    plan.push({ isClient, flags: 'PSH ACK', seq, ack, window: 502, payload });
    if (isClient) next.client += payload.length;
    else next.server += payload.length;
  }
  return plan;
}

/** What is another one in each run. */
function sent({ isClient, seq, ack, flags, window, payload }: Planned, port: number, random: Random): Bytes {
  const [client, server] = [`10.0.0.1:${40_000 + port * 7 + random.below(5)}`, `10.0.0.2:${8000 + port}`];
  return tcp({
    from: isClient ? client : server,
    to: isClient ? server : client,
    flags,
    seq,
    ack: flags === 'SYN' ? 0 : ack,
    window,
    id: random.below(0x10000),
    payload: text(payload),
    ...(flags.includes('SYN') && { tcpOptions: synOptions(random.below(1e6)) }),
  });
}

/** One run: the conversations interleaved at random. @returns where each packet is in the capture */
function run(plans: readonly (readonly Planned[])[], seed: number): { packets: Bytes[]; places: number[][] } {
  const random = new Random(seed);
  const bases = plans.map(() => [random.below(2 ** 31), random.below(2 ** 31), random.below(9999)]);
  const places = plans.map((): number[] => []);
  const packets: Bytes[] = [];
  for (;;) {
    const left = plans.flatMap((plan, at) => (places[at]!.length < plan.length ? [at] : []));
    if (left.length === 0) return { packets, places };
    const at = random.pick(left);
    const plan = plans[at]![places[at]!.length]!;
    const [client, server, port] = bases[at] as [number, number, number];
    const [seq, ack] = plan.isClient ? [client, server] : [server, client];
    places[at]!.push(packets.length);
    const absolute = { ...plan, seq: (seq + plan.seq) >>> 0, ack: (ack + plan.ack) >>> 0 };
    packets.push(sent(absolute, at, new Random(port)));
  }
}

function compared(packets: readonly Bytes[], step = 10_000): ComparedCapture {
  const store = new PacketStore();
  for (const frame of capture([...packets], step)) store.add(frame);
  const one = new ComparedCapture(store, Infinity, Infinity);
  one.look(Infinity);
  return one;
}

const told = ({ rows, differences }: Comparison) =>
  differences.map((index) => {
    const { state, left, right } = rows[index]!;
    return `${state} ${left} ${right}`;
  });

describe('two captures', () => {
  it('are the same if only times, ports, numbers and the order of conversations differ', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(12), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        (lengths, one, two) => {
          const plans = lengths.map((length, at) => planned(at, length));
          const [left, right] = [compared(run(plans, one).packets), compared(run(plans, two).packets, 777)];
          assert.deepEqual(told(new Comparison(left, right, USUALLY_IGNORED)), []);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('differ in exactly the packets that are changed, missing or more', () => {
    const edit = fc.record({ kind: fc.constantFrom('change', 'delete', 'insert'), at: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (edits, one, two) => {
        // One conversation has no edit.
        const plans = [...edits, null].map((_, at) => planned(at, 8));
        const edited = plans.map((plan, at) => {
          const { kind, at: anywhere = 0 } = edits[at] ?? {};
          // A packet more within the handshake would say something else about where the numbers begin.
          const place = kind === 'insert' ? 3 + (anywhere % (plan.length - 3)) : anywhere % plan.length;
          const before = plan.slice(0, place);
          const own = plan[place]!;
          const after = plan.slice(place + 1);
          switch (kind) {
            case 'change':
              return { place, plan: [...before, { ...own, window: own.window + 1 }, ...after] };
            case 'delete':
              return { place, plan: [...before, ...after] };
            case 'insert':
              return {
                place,
                plan: [...before, own, { ...own, flags: 'ACK', window: 9, payload: '' }, ...after],
              };
            default:
              return { place: 0, plan };
          }
        });
        const left = run(plans, one);
        const right = run(
          edited.map(({ plan }) => plan),
          two,
        );
        const expected = edits.map(({ kind }, at) => {
          const { place } = edited[at]!;
          const [ours, theirs] = [left.places[at]!, right.places[at]!];
          if (kind === 'change') return `changed ${ours[place]} ${theirs[place]}`;
          if (kind === 'delete') return `left ${ours[place]} -1`;
          return `right -1 ${theirs[place + 1]}`;
        });
        const comparison = new Comparison(compared(left.packets), compared(right.packets), USUALLY_IGNORED);
        assert.deepEqual(told(comparison).sort(), expected.sort());
        const { first } = comparison.summary;
        assert.equal(first, comparison.differences[0]);
        assert.equal(comparison.next(-1, false), first);
        assert.equal(comparison.next(first!, true), comparison.differences.at(-1));
      }),
      { numRuns: 40 },
    );
  });

  it('say what differs by the names of its fields, and leave out what is ignored', () => {
    const [before, after] = [planned(0, 3), planned(0, 3)];
    after[4] = { ...after[4]!, window: 100, payload: 'Segment 1 of 0' };
    const [left, right] = [compared(run([before], 1).packets), compared(run([after], 2).packets)];
    const comparison = new Comparison(left, right, USUALLY_IGNORED);
    assert.deepEqual(told(comparison), ['changed 4 4']);
    const differences = (ignored: readonly (typeof ASPECTS)[number][]) =>
      fieldDifferences(left.comparables(4), right.comparables(4), new Set(ignored), english);
    assert.deepEqual(differences(USUALLY_IGNORED), [
      { field: 'tcp.window_size_value', title: 'Window', left: '502', right: '100' },
      {
        field: 'tcp.payload',
        title: 'TCP payload',
        left: '14 bytes: 73 65 67 6d 65 6e 74 20 31 20 6f 66 20 30  segment 1 of 0',
        right: '14 bytes: 53 65 67 6d 65 6e 74 20 31 20 6f 66 20 30  Segment 1 of 0',
      },
    ]);
    const names = differences([]).map(({ field }) => field);
    for (const name of ['ip.id', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.checksum'])
      assert.ok(names.includes(name), name);
    assert.equal(new Comparison(left, right, []).summary.changed, left.count);
  });

  it('have conversations that are paired by what is said in them, not by when they began', () => {
    const talk = (words: string, port: number) => [
      udp({ from: `10.0.0.1:${port}`, to: '10.0.0.2:9999', payload: `${words}?` }),
      udp({ from: '10.0.0.2:9999', to: `10.0.0.1:${port}`, payload: `${words}!` }),
    ];
    const left = compared([...talk('one', 40001), ...talk('two', 40002), ...talk('three', 40003)]);
    const right = compared([...talk('three', 40003), ...talk('two', 50002)]);
    assert.deepEqual(told(new Comparison(left, right, USUALLY_IGNORED)), ['left 0 -1', 'left 1 -1']);
  });

  it('are compared as far as both were captured', () => {
    const packets = run([planned(0, 3)], 1).packets;
    const cut = 60;
    const stores = [packets, packets].map((all, side) => {
      const store = new PacketStore();
      for (const frame of capture(all))
        store.add(side === 1 ? { ...frame, bytes: frame.bytes.subarray(0, cut) } : frame);
      const one = new ComparedCapture(store, Infinity, cut);
      one.look(Infinity);
      return one;
    });
    assert.deepEqual(told(new Comparison(stores[0]!, stores[1]!, USUALLY_IGNORED)), []);
  });
});

describe('the alignment of two sequences', () => {
  const keys = fc.array(fc.nat(4), { maxLength: 40 });

  it('pairs equal elements in order, as many as there can be', () => {
    fc.assert(
      fc.property(keys, keys, (left, right) => {
        const partner = align([{ left, right }]);
        const pairs = [...partner.entries()].filter(([, to]) => to >= 0);
        for (const [at, to] of pairs) assert.equal(left[at], right[to]);
        for (const [at, [, to]] of pairs.entries()) assert.ok(at === 0 || to > pairs[at - 1]![1]);
        assert.equal(pairs.length, longest(left, right));
      }),
    );
  });

  it('stays bounded where nothing is alike, and finds what is alike behind it', () => {
    const count = 20_000;
    const left = Array.from({ length: count }, (_, at) => at);
    const right = Array.from({ length: count }, (_, at) => (at < 1000 ? -at - 1 : at));
    const partner = align([{ left, right }]);
    assert.equal(partner[1000], 1000);
    assert.equal(partner.at(-1), count - 1);
    const none = align([{ left, right: right.map((one) => -one - 1e6) }]);
    assert.ok(none.every((to) => to === -1));
  });
});

/** The length of the longest common subsequence, by the table. */
function longest(left: readonly number[], right: readonly number[]): number {
  let before = Array<number>(right.length + 1).fill(0);
  for (const one of left) {
    const row = [0];
    for (const [at, other] of right.entries())
      row.push(one === other ? before[at]! + 1 : Math.max(before[at + 1]!, row[at]!));
    before = row;
  }
  return before[right.length]!;
}
