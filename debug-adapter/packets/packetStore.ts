/** A session's captured packets in bounded memory, for listing, filtering and decoding. */
import { UserError } from '../../language/userError.ts';
import { ByteSlab } from '../../stack/lib/byte_slab.ts';
import type {
  AnnotatePacketArguments,
  FindPacketArguments,
  FindPacketResponse,
  PacketFate,
  PacketList,
  PacketResponse,
  PacketsArguments,
  PacketsResponse,
} from '../protocol.ts';
import { sortKey } from './list/columnValues.ts';
import { findPacket } from './list/find.ts';
import { listRow, type RowView } from './list/listRows.ts';
import { SortedList, type SortedFrom } from './list/sortedList.ts';
import { dissectFirst, dissectPacket } from './dissectors/all.ts';
import { FilteredList } from './filteredList.ts';
import { MACHINE_CAPTURE, type Capture } from './capture.ts';
import type { CapturedFrame } from './frame.ts';
import type { Context } from './context.ts';
import { packetBytes, packetLayers } from './layers.ts';
import type { FrameBytes } from './streams/streamBytes.ts';
import { Trackers } from './tracking/trackers.ts';
import type { Packet } from './tree/packet.ts';

export interface PacketStoreLimits {
  packets: number;
  bytes: number;
}

const DEFAULT_LIMITS: PacketStoreLimits = { packets: 200_000, bytes: 256 * 1024 * 1024 };
/** Number of filters whose matches are kept: the panel's, and its previous ones. */
const KEPT_FILTERS = 3;
/** Maximum rows per answer; no view shows more at once. */
const MAX_ROWS = 1000;

/** What a window of the list shows besides which packets. */
export type ListView = Omit<PacketsArguments, 'from' | 'count' | 'filter'>;

interface List extends SortedFrom {
  indexOf(number: number): number;
  /** Not in order yet: it is not to be shown. */
  sorting?: Progress;
  /** Not everything is tested yet. */
  filtering?: Progress;
}

interface Progress {
  done: number;
  of: number;
}

/** Fields of what the machine or the user says of a packet later. */
const FATE_FIELDS = ['frame.fate', 'frame.reason'];
const NOTE_FIELDS = ['frame.marked', 'frame.comment', 'pkt_comment', 'frame.ref_time'];

export interface Entry {
  readonly frame: CapturedFrame;
  readonly context: Context;
}

export class PacketStore {
  readonly capture: Capture;
  private readonly limits: PacketStoreLimits;
  /** Oldest first. Entries before `first` are discarded and wait to be removed. */
  private entries: Entry[] = [];
  private first = 0;
  private captured = 0;
  private bytes = 0;
  /** Streams are put together from these. */
  private readonly keptBytes: FrameBytes = {
    bytesOf: (number) => {
      const index = this.indexOf(number);
      return index < 0 ? null : this.entries[this.first + index]!.frame.bytes;
    },
  };
  private trackers: Trackers;
  private filters: FilteredList[] = [];
  /** The list that was sorted last. */
  private sorted: { key: string; list: SortedList } | undefined;
  /** Packets from which relative times count, in order. */
  private references: { number: number; timeNs: number }[] = [];
  private firstTimeNs = 0;
  /** The kept packets as a list. */
  private readonly all: List;
  private readonly memory = new ByteSlab();
  /** Number of the packet that the machine is processing at this stop. */
  current: number | undefined;

  /** @param letGo number of packets before the first one added */
  constructor(limits: Partial<PacketStoreLimits> = {}, letGo = 0, capture = MACHINE_CAPTURE) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.captured = letGo;
    this.capture = capture;
    this.trackers = new Trackers(this.keptBytes, capture);
    const kept = () => this.kept;
    this.all = {
      get length() {
        return kept();
      },
      at: (at) => this.entries[this.first + at]!,
      indexOf: (number) => this.indexOf(number),
    };
  }

  /** The number of packets captured, including discarded ones. */
  get total(): number {
    return this.captured;
  }

  /** The number of packets still stored. */
  get kept(): number {
    return this.entries.length - this.first;
  }

  /** The number of packets discarded to bound memory. */
  get letGo(): number {
    return this.captured - this.kept;
  }

  /** Adds the next captured frame, with a copy of its bytes; numbers must increase. */
  add(frame: CapturedFrame): void {
    this.append(this.ownBytes(frame), frame.bytes.length);
  }

  /** Adds the next captured frame, whose bytes stay where they are. */
  take(frame: CapturedFrame): void {
    this.append(frame, 0);
  }

  /** @param kept bytes that the store keeps of it */
  private append(own: CapturedFrame, kept: number): void {
    const last = this.entries.at(-1);
    if (last && own.number <= last.frame.number)
      throw new RangeError(
        `captured frames must come in order: got number ${own.number} after ${last.frame.number}`,
      );
    const { context } = dissectFirst(own, this.trackers);
    this.entries.push({ frame: own, context });
    if (!last) this.firstTimeNs = own.timeNs;
    if (own.isReference) this.noteReference(own, true);
    this.captured++;
    this.bytes += kept;
    this.trim();
  }

  /**
   * Rows `from` to `from + count - 1` of those that match the filter.
   *
   * @throws FilterError if the filter is wrong
   */
  rows(from: number, count: number, filter = '', view: ListView = {}): PacketsResponse {
    const list = this.list({ ...view, filter });
    const matching = list.length;
    const response: PacketsResponse = { total: this.captured, matching, rows: [] };
    if (list.sorting) return { ...response, sorting: list.sorting };
    if (list.filtering) response.filtering = list.filtering;
    const start = Math.max(0, Math.floor(from));
    const end = Math.min(matching, start + Math.min(MAX_ROWS, Math.max(0, Math.floor(count))));
    const rowView = this.rowView(view);
    for (let at = start; at < end; at++)
      response.rows.push(listRow(list.at(at), at > 0 ? list.at(at - 1) : undefined, rowView));
    if (view.locate !== undefined) response.located = list.indexOf(view.locate);
    if (this.current !== undefined) {
      response.current = this.current;
      const index = list.indexOf(this.current);
      if (index >= 0) response.currentIndex = index;
    }
    return response;
  }

  /** @throws FilterError if the filter of the list, or what is searched for, is wrong */
  find(args: FindPacketArguments): FindPacketResponse {
    const list = this.list(args);
    // Only a whole list can be searched.
    if (list.sorting || list.filtering) return { goOnFrom: args.from };
    const rowView = this.rowView({});
    return findPacket(
      {
        list,
        row: (entry, before) => listRow(entry, before, rowView),
        filter: (text) => {
          const { list: found, filtering } = this.filtered(text.trim());
          return filtering ? null : ({ frame }) => found.indexOf(frame.number) >= 0;
        },
      },
      args,
    );
  }

  /** What the user says of a packet. Throws as `packet` does. */
  annotate({ number, marked, comment, isReference }: AnnotatePacketArguments): void {
    const { frame } = this.entry(number);
    if (marked !== undefined) frame.isMarked = marked;
    if (comment === '') delete frame.comment;
    else if (comment !== undefined) frame.comment = comment;
    if (isReference !== undefined) {
      frame.isReference = isReference;
      this.noteReference(frame, isReference);
    }
    this.filters = this.filters.filter((list) => !list.reads(NOTE_FIELDS));
    this.sorted = undefined;
  }

  private noteReference({ number, timeNs }: CapturedFrame, isReference: boolean): void {
    const others = this.references.filter((one) => one.number !== number);
    if (isReference) others.push({ number, timeNs });
    this.references = others.sort((a, b) => a.number - b.number);
  }

  private rowView({ time, fields }: ListView): RowView {
    const { references } = this;
    const firstNs = this.firstTimeNs;
    return {
      time,
      fields,
      referenceNs: ({ frame }) =>
        references.findLast(({ number }) => number <= frame.number)?.timeNs ?? firstNs,
    };
  }

  /** The packets of a list in its order. */
  private list({ filter = '', sort, upTo = Infinity }: PacketList): List {
    const { list: base, filtering } = filter.trim()
      ? this.filtered(filter.trim())
      : { list: this.all, filtering: null };
    if (!sort || filtering)
      return {
        length: base.length,
        at: (at) => base.at(at),
        indexOf: (one) => base.indexOf(one),
        ...(filtering && (sort ? { sorting: filtering } : { filtering })),
      };
    const key = `${sort.by} ${sort.descending} ${filter.trim()}`;
    if (this.sorted?.key !== key) this.sorted = { key, list: new SortedList(sort, sortKey(sort.by)) };
    const { list } = this.sorted;
    const sorting = list.update(base, upTo);
    return {
      length: list.length,
      at: (at) => list.at(at),
      indexOf: (one) => list.indexOf(one),
      ...(sorting && { sorting }),
    };
  }

  /** A decoded packet. Throws an error with a message for the user if it is not stored. */
  packet(number: number): PacketResponse {
    const packet = this.dissected(number);
    return { number, sources: packetBytes(packet), layers: packetLayers(packet) };
  }

  /** The numbers of all kept packets that match. @throws FilterError if the filter is wrong */
  matching(filter: string): number[] {
    return this.filtered(filter.trim(), Infinity).list.numbers();
  }

  /** One packet, for what is made from its fields. Throws as `packet` does. */
  dissected(number: number): Packet {
    const { frame, context } = this.entry(number);
    return dissectPacket(frame, context);
  }

  /** All kept packets, the newest first. */
  *newest(): Generator<Packet> {
    for (let at = this.entries.length - 1; at >= this.first; at--) {
      const { frame, context } = this.entries[at]!;
      yield dissectPacket(frame, context);
    }
  }

  /** Bytes and capture data of one packet. Throws as `packet` does. */
  frame(number: number): CapturedFrame {
    return this.entry(number).frame;
  }

  /** All packets that are kept, oldest first. */
  *frames(): Generator<CapturedFrame> {
    for (let at = this.first; at < this.entries.length; at++) yield this.entries[at]!.frame;
  }

  /** Set the fate of a frame. Ignored if the frame is no longer stored. */
  setFate(number: number, fate: PacketFate, reason?: string): void {
    const index = this.indexOf(number);
    if (index < 0) return;
    const { frame } = this.entries[this.first + index]!;
    frame.fate = fate;
    if (reason === undefined) delete frame.reason;
    else frame.reason = reason;
    this.filters = this.filters.filter((list) => !list.reads(FATE_FIELDS));
    if (this.sorted?.list.order.by.includes('fate')) this.sorted = undefined;
  }

  clear(): void {
    this.entries = [];
    this.first = 0;
    this.captured = 0;
    this.bytes = 0;
    this.filters = [];
    this.sorted = undefined;
    this.references = [];
    this.current = undefined;
    this.trackers = new Trackers(this.keptBytes, this.capture);
  }

  /** Copy the frame's bytes: a view into a ring or a larger buffer would change, or keep all of it alive. */
  private ownBytes(frame: CapturedFrame): CapturedFrame {
    const bytes = this.memory.take(frame.bytes.length);
    bytes.set(frame.bytes);
    return { ...frame, bytes };
  }

  private trim(): void {
    while (this.kept > this.limits.packets || (this.bytes > this.limits.bytes && this.kept > 1)) {
      this.bytes -= this.entries[this.first]!.frame.bytes.length;
      this.first++;
    }
    // Removing costs time proportional to the number of entries, and discarded entries use memory until then:
    // allow an eighth to accumulate.
    if (this.first < 1024 || this.first * 8 < this.entries.length) return;
    this.entries = this.entries.slice(this.first);
    this.first = 0;
  }

  private filtered(text: string, milliseconds?: number): { list: FilteredList; filtering: Progress | null } {
    let list = this.filters.find((one) => one.text === text);
    list ??= new FilteredList(text);
    this.filters = [list, ...this.filters.filter((one) => one !== list)].slice(0, KEPT_FILTERS);
    return { list, filtering: list.update(this.entries, this.first, milliseconds) };
  }

  private entry(number: number): Entry {
    const index = this.indexOf(number);
    if (index >= 0) return this.entries[this.first + index]!;
    const oldest = this.entries[this.first]?.frame.number;
    if (oldest !== undefined && number >= 1 && number < oldest)
      throw new UserError(
        'packet {0} was let go: the newest {1} packets are kept, from {2} on',
        number,
        this.kept,
        oldest,
      );
    throw new UserError('no such packet: {0} ({1} captured so far)', number, this.captured);
  }

  /** Position among the kept packets, or -1. Numbers rise, but frames that the capture missed leave gaps. */
  private indexOf(number: number): number {
    let low = this.first;
    let high = this.entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.entries[middle]!.frame.number;
      if (found === number) return middle - this.first;
      if (found < number) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
