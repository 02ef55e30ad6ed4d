/**
 * Two captures laid side by side. The conversations of both are paired first, and the packets of each pair then: when a
 * packet came matters as little as what other conversations do meanwhile.
 */
import { align, type Keys } from './align.ts';
import type { ComparedCapture, Likeness } from './comparedCapture.ts';
import type { Conversation } from './conversations.ts';
import type { Aspect, CompareSummary, RowState } from './data.ts';
import { mix, mixText, NOTHING } from './hash.ts';

/** A row: indexes of packets; -1 on the side that has none. */
interface Row {
  readonly left: number;
  readonly right: number;
  readonly state: RowState;
}

type Pairs = readonly (readonly [Conversation | null, Conversation | null])[];

const LIKENESSES: readonly Likeness[] = ['whole', 'role', 'kind', 'sender'];

export class Comparison {
  private readonly left: ComparedCapture;
  private readonly right: ComparedCapture;
  private readonly ignored: ReadonlySet<Aspect>;
  readonly rows: readonly Row[];
  /** The indexes of the rows that are not the same. */
  readonly differences: readonly number[];

  constructor(left: ComparedCapture, right: ComparedCapture, ignored: readonly Aspect[]) {
    this.left = left;
    this.right = right;
    this.ignored = new Set(ignored);
    this.rows = this.sideBySide(this.paired());
    this.differences = this.rows.flatMap(({ state }, index) => (state === 'same' ? [] : [index]));
  }

  get summary(): CompareSummary {
    const count = (state: RowState) =>
      this.differences.reduce((sum, index) => sum + Number(this.rows[index]!.state === state), 0);
    const [first] = this.differences;
    return {
      rows: this.rows.length,
      changed: count('changed'),
      left: count('left'),
      right: count('right'),
      ...(first !== undefined && { first }),
    };
  }

  /** The next row that is not the same, around the end; undefined if there is none. */
  next(from: number, backwards: boolean): number | undefined {
    const { differences } = this;
    const after = differences.findIndex((index) => index > from);
    if (!backwards) return differences[after] ?? differences[0];
    const before = differences.findLastIndex((index) => index < from);
    return differences[before] ?? differences.at(-1);
  }

  /** The right partner of each packet of the left side; -1 if it has none. */
  private paired(): { partner: Int32Array; pairs: Pairs } {
    const partner = new Int32Array(this.left.count).fill(-1);
    const pairs = this.conversationPairs();
    for (const [one, other] of pairs) {
      if (!one || !other) continue;
      const levels = LIKENESSES.map((likeness): Keys => this.keys(one, other, likeness));
      for (const [at, to] of align(levels).entries())
        if (to >= 0) partner[one.packets[at]!] = other.packets[to]!;
    }
    return { partner, pairs };
  }

  private keys(one: Conversation, other: Conversation, likeness: Likeness): Keys {
    const of = (capture: ComparedCapture, { packets }: Conversation) =>
      Uint32Array.from(packets, (index) => capture.key(index, likeness, this.ignored));
    return { left: of(this.left, one), right: of(this.right, other) };
  }

  /**
   * The very same conversation first, then one between the same ends that goes the same way, or begins so, then
   * whichever is next between these ends; and the same for any two ends that speak the same protocol by the same port.
   */
  private conversationPairs(): Pairs {
    const pairs: [Conversation | null, Conversation | null][] = [];
    let left = this.left.conversations;
    let right = this.right.conversations;
    const course =
      (end: number): Key =>
      (one, capture) =>
        one.packets
          .slice(0, end)
          .reduce((hash, index) => mix(hash, capture.key(index, 'whole', this.ignored)), NOTHING);
    const both =
      (one: Key, other: Key): Key =>
      (conversation, capture) =>
        mix(one(conversation, capture), other(conversation, capture));
    const tiers = [ends, service].flatMap((key) => [
      both(key, course(Infinity)),
      both(key, course(BEGINNING)),
      key,
    ]);
    for (const key of [firstPacket, ...tiers]) {
      const waiting = new Map<number, Conversation[]>();
      for (const one of right) {
        const same = waiting.get(key(one, this.right));
        if (same) same.push(one);
        else waiting.set(key(one, this.right), [one]);
      }
      left = left.filter((one) => {
        const other = waiting.get(key(one, this.left))?.shift();
        if (other) pairs.push([one, other]);
        return !other;
      });
      const alone = new Set([...waiting.values()].flat());
      right = right.filter((one) => alone.has(one));
    }
    return [
      ...pairs,
      ...left.map((one) => [one, null] as const),
      ...right.map((other) => [null, other] as const),
    ];
  }

  /** In the order of the left side; what only the right side has follows what is before it in its conversation. */
  private sideBySide({ partner, pairs }: { partner: Int32Array; pairs: Pairs }): Row[] {
    const placed = this.rightOnly(partner, pairs);
    const rows: Row[] = [];
    let next = 0;
    const addRight = (before: number) => {
      for (; next < placed.length && placed[next]!.at < before; next++)
        rows.push({ left: -1, right: placed[next]!.right, state: 'right' });
    };
    for (const [left, right] of partner.entries()) {
      addRight(left);
      const state = right < 0 ? 'left' : this.isSame(left, right) ? 'same' : 'changed';
      rows.push({ left, right, state });
    }
    addRight(Infinity);
    return rows;
  }

  private isSame(left: number, right: number): boolean {
    return this.left.key(left, 'whole', this.ignored) === this.right.key(right, 'whole', this.ignored);
  }

  /** The packets that only the right side has, each with its place between the indexes of the left side, in order. */
  private rightOnly(partner: Int32Array, pairs: Pairs): { right: number; at: number }[] {
    const leftOf = new Int32Array(this.right.count).fill(-1);
    for (const [left, right] of partner.entries()) if (right >= 0) leftOf[right] = left;
    const found: { right: number; at: number }[] = [];
    const earlier = latest(leftOf);
    for (const [, other] of pairs) {
      if (!other) continue;
      const next = other.packets.find((right) => leftOf[right]! >= 0);
      // The left side may have nothing of it: it stands behind what came before it in the capture.
      let at = next === undefined ? earlier[other.packets[0]!]! + 0.5 : leftOf[next]! - 0.5;
      for (const right of other.packets) {
        if (leftOf[right]! >= 0) at = leftOf[right]! + 0.5;
        else found.push({ right, at });
      }
    }
    return found.sort((a, b) => a.at - b.at || a.right - b.right);
  }
}

/** For each element the last one up to there that is not negative; -1 if there is none. */
function latest(values: Int32Array): Int32Array {
  let last = -1;
  return values.map((value) => (last = value >= 0 ? value : last));
}

/** Equal for conversations that may be compared with each other. */
type Key = (one: Conversation, capture: ComparedCapture) => number;

/** Nothing but when, and by which way, can differ in what is the very same. */
const SAME_PACKET: ReadonlySet<Aspect> = new Set(['times', 'link', 'checksums']);
/** The handshake and the first request. */
const BEGINNING = 5;

function firstPacket({ packets: [first] }: Conversation, capture: ComparedCapture): number {
  return capture.key(first!, 'whole', SAME_PACKET);
}

function ends({ protocol, client, server, serverPort = -1 }: Conversation): number {
  return mix(mixText(mixText(mixText(NOTHING, protocol), client), server), serverPort);
}

function service({ protocol, serverPort = -1 }: Conversation): number {
  return mix(mixText(NOTHING, protocol), serverPort);
}
