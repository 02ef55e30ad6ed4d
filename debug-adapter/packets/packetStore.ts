/** A session's captured packets in bounded memory, for listing, filtering and decoding. */
import { UserError } from '../../language/userError.ts';
import type {
  AnnotatePacketArguments,
  FindPacketArguments,
  FindPacketResponse,
  FollowStreamArguments,
  FollowStreamResponse,
  PacketList,
  PacketRow,
  PacketResponse,
  PacketsArguments,
  PacketsResponse,
  SaveStreamArguments,
  SaveStreamResponse,
} from '../protocol.ts';
import { dissectPacket } from './dissectors/all.ts';
import { LATE_FIELDS } from './dissectors/sockscope.ts';
import { sortKey } from './list/columnValues.ts';
import { findPacket } from './list/find.ts';
import { listRow, type RowView } from './list/listRows.ts';
import type { Progress, RowList } from './list/rowList.ts';
import { SortedList } from './list/sortedList.ts';
import { FilteredList } from './filteredList.ts';
import { MACHINE_CAPTURE, type Capture } from './capture.ts';
import type { CapturedFrame } from './frame.ts';
import { MemoryFrames, type Frames } from './kept/frames.ts';
import { KeptPackets } from './kept/keptPackets.ts';
import { FollowedStream } from './follow/followedStream.ts';
import { followStream, saveStream, type FollowableStore } from './follow/followRequests.ts';
import { packetBytes, packetLayers } from './layers.ts';
import type { Tell } from './pace.ts';
import { secondsText } from './tree/text.ts';
import type { Packet } from './tree/packet.ts';
import { Fates } from './truth/fates.ts';

export interface PacketStoreLimits {
  packets: number;
  bytes: number;
}

const DEFAULT_LIMITS: PacketStoreLimits = { packets: 200_000, bytes: 256 * 1024 * 1024 };
/** Number of filters whose matches are kept: the panel's, and its previous ones. */
const KEPT_FILTERS = 3;
/** Maximum rows per answer; no view shows more at once. */
const MAX_ROWS = 1000;
/** Milliseconds that one answer spends on decoding packets that nobody has looked at yet. */
const DECODE_TIME = 100;
/** The same while the machine runs, and how long none is decoded after it. */
const DECODE_TIME_RUNNING = 20;
const DECODE_PAUSE_RUNNING = 150;

/** What a window of the list shows besides which packets. */
export type ListView = Omit<PacketsArguments, 'from' | 'count' | 'filter'>;

interface List extends RowList {
  /** Not in order yet: it is not to be shown. */
  sorting?: Progress;
  /** Not everything is decoded and tested yet. */
  filtering?: Progress;
}

/** Fields of what the machine says of a packet later. */
const FATE_FIELDS = ['frame.fate', 'frame.reason', ...LATE_FIELDS.map(({ name }) => name)];

/** Packets in the order of capture. */
interface Listed {
  list: RowList & { readonly revision: number };
  /** Not everything is decoded and tested yet. */
  filtering: Progress | null;
}

export class PacketStore {
  readonly capture: Capture;
  private readonly limits: PacketStoreLimits;
  private captured = 0;
  /** Bytes of the frames that are in memory. */
  private bytes = 0;
  /** The frames, if the store has them in memory. */
  private memory: MemoryFrames | null;
  private packets: KeptPackets;
  private told: Fates;
  private filters: FilteredList[] = [];
  /** The list that was sorted last. */
  private sorted: { key: string; list: SortedList } | undefined;
  /** The stream that was followed last. */
  private followed: FollowedStream | undefined;
  /** Packets from which relative times count, in order. */
  private references: { number: number; timeNs: number }[] = [];
  private firstTimeNs = 0;
  /** Number of the packet that the machine is processing at this stop. */
  current: number | undefined;
  /** The machine runs, and needs the processor more than a list that is complete at once. */
  isRunning = false;
  /** When packets may be decoded again, if the machine still runs then. */
  private decodeFrom = 0;

  /**
   * @param letGo number of packets before the first one added
   * @param frames where the frames are, if `add` is not to copy them
   */
  constructor(
    limits: Partial<PacketStoreLimits> = {},
    letGo = 0,
    capture = MACHINE_CAPTURE,
    frames?: Frames,
  ) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.captured = letGo;
    this.capture = capture;
    this.memory = frames ? null : new MemoryFrames();
    this.packets = this.keep(frames ?? this.memory!);
    this.told = this.newFates();
  }

  private newFates(): Fates {
    return new Fates(this.packets, this.capture.isMachine && this.memory !== null, {
      judgeAgain: (row) => {
        for (const list of this.filters) if (list.reads(FATE_FIELDS)) list.changed(row);
      },
      fateChanged: () => {
        if (this.sorted?.list.order.by.includes('fate')) this.sorted = undefined;
      },
    });
  }

  private keep(frames: Frames): KeptPackets {
    return new KeptPackets(frames, this.capture, {
      row: (row) => {
        for (const list of this.filters) list.changed(row);
      },
      stream: (stream) => {
        for (const list of this.filters) list.streamChanged(stream);
      },
    });
  }

  /** What the machine tells of its frames is to be written here. */
  get fates(): Fates {
    return this.told;
  }

  /** The number of packets captured, including discarded ones. */
  get total(): number {
    return this.captured;
  }

  /** The number of packets still stored. */
  get kept(): number {
    return this.packets.count;
  }

  /** The number of packets discarded to bound memory. */
  get letGo(): number {
    return this.captured - this.kept;
  }

  /** Virtual time of the newest packet, written as in the list; undefined without one. */
  get newestTime(): string | undefined {
    const { packets } = this;
    return packets.count > 0 ? secondsText(packets.frame(packets.end - 1).timeNs) : undefined;
  }

  /**
   * Adds the next captured frame, with a copy of its bytes; numbers must increase. It is decoded when somebody looks at
   * it: a machine that runs freely captures more packets than anybody reads.
   *
   * @param isOwn the bytes are nobody else's
   */
  add(frame: CapturedFrame, isOwn = false): void {
    const { memory, packets } = this;
    if (!memory) throw new TypeError('the frames of this store come from elsewhere');
    const newest = packets.count > 0 ? packets.number(packets.end - 1) : 0;
    if (frame.number <= newest)
      throw new RangeError(`captured frames must come in order: got number ${frame.number} after ${newest}`);
    memory.add(frame, isOwn);
    this.bytes += frame.bytes.length;
    this.told.sent(frame);
    this.arrived();
  }

  /** Decodes all packets that are there. */
  decode(): void {
    this.packets.decode();
  }

  /** The frames have one more. */
  arrived(): void {
    const { packets } = this;
    const own = packets.frame(packets.end - 1);
    if (packets.count === 1) this.firstTimeNs = own.timeNs;
    if (own.isReference) this.noteReference(own, true);
    this.captured++;
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
    for (let at = start; at < end; at++) response.rows.push(this.shown(list, at, rowView));
    if (view.locate !== undefined) response.located = this.indexIn(list, view.locate);
    if (this.current !== undefined) {
      response.current = this.current;
      const index = this.indexIn(list, this.current);
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
        frame: (row) => this.packets.frame(row),
        shown: (index) => this.shown(list, index, rowView),
        filter: (text) => {
          const { list: found, filtering } = this.filtered(text.trim());
          return filtering ? null : (row) => found.indexOf(row) >= 0;
        },
      },
      args,
    );
  }

  /** What the user says of a packet. Throws as `packet` does. */
  annotate({ number, marked, comment, isReference }: AnnotatePacketArguments): void {
    const frame = this.packets.lastingFrame(this.row(number));
    if (marked !== undefined) frame.isMarked = marked;
    if (comment === '') delete frame.comment;
    else if (comment !== undefined) frame.comment = comment;
    if (isReference !== undefined) {
      frame.isReference = isReference;
      this.noteReference(frame, isReference);
    }
    this.packets.changed(number);
    this.sorted = undefined;
  }

  /** What the user says of packets in another store is said of them here, too. */
  annotateAs(other: PacketStore): void {
    for (const { number, isMarked = false, comment = '', isReference = false } of other.frames())
      if ((isMarked || comment !== '' || isReference) && this.has(number))
        this.annotate({ number, marked: isMarked, comment, isReference });
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

  /** What a list shows at an index. */
  private shown(list: List, index: number, view: RowView): PacketRow {
    const { packets } = this;
    const before = index > 0 ? packets.frame(list.at(index - 1)) : undefined;
    return listRow(packets.entry(list.at(index)), before, view);
  }

  private indexIn(list: List, number: number): number {
    const row = this.packets.rowOf(number);
    return row < 0 ? -1 : list.indexOf(row);
  }

  /** The packets of a list in its order. */
  private list({ filter = '', sort, upTo = Infinity }: PacketList): List {
    const text = filter.trim();
    const before = this.packets.rowFrom(upTo + 1);
    const { list: base, filtering } = text ? this.filtered(text) : this.unfiltered(sort ? before : Infinity);
    if (!sort || filtering)
      return {
        length: base.length,
        at: (at) => base.at(at),
        indexOf: (one) => base.indexOf(one),
        ...(filtering && (sort ? { sorting: filtering } : { filtering })),
      };
    const key = `${sort.by} ${sort.descending} ${base.revision} ${text}`;
    if (this.sorted?.key !== key)
      this.sorted = { key, list: new SortedList(sort, sortKey(sort.by, this.packets)) };
    const { list } = this.sorted;
    const sorting = list.update(base, before);
    return {
      length: list.length,
      at: (at) => list.at(at),
      indexOf: (one) => list.indexOf(one),
      ...(sorting && { sorting }),
    };
  }

  /** Whether the packet is stored. */
  has(number: number): boolean {
    return this.packets.rowOf(number) >= 0;
  }

  /** A decoded packet. Throws an error with a message for the user if it is not stored. */
  packet(number: number): PacketResponse {
    const packet = this.dissected(number);
    return { number, sources: packetBytes(packet), layers: packetLayers(packet) };
  }

  /** Throws as `followStream` does. */
  follow(args: FollowStreamArguments): FollowStreamResponse {
    return followStream(this.followable, args);
  }

  /** Throws as `saveStream` does. */
  saveStream(args: SaveStreamArguments, tell?: Tell): Promise<SaveStreamResponse> {
    return saveStream(this.followable, args, tell);
  }

  private get followable(): FollowableStore {
    const { packets } = this;
    return {
      packets,
      followed: (protocol, stream) => {
        const { followed: last } = this;
        if (last?.protocol === protocol && last.stream === stream && !last.hasLost(packets)) return last;
        return (this.followed = new FollowedStream(protocol, stream));
      },
    };
  }

  /** The numbers of all kept packets that match. @throws FilterError if the filter is wrong */
  matching(filter: string): number[] {
    const { list } = this.filtered(filter.trim(), Infinity);
    return list.rows().map((row) => this.packets.number(row));
  }

  /** One packet, for what is made from its fields. Throws as `packet` does. */
  dissected(number: number): Packet {
    return this.packets.packet(this.row(number));
  }

  /** The kept packets that are decoded, the newest first. */
  *newest(): Generator<Packet> {
    const { packets } = this;
    packets.decode(this.decodeDeadline());
    for (let row = packets.decodedEnd - 1; row >= packets.first; row--) yield packets.packet(row);
  }

  /** The numbers of the newest packets, at most so many, in order. */
  newestNumbers(count: number): number[] {
    const { packets } = this;
    const first = Math.max(packets.first, packets.end - count);
    return Array.from({ length: packets.end - first }, (_, at) => packets.number(first + at));
  }

  /** The layers of one packet, as far as it tells them by itself. Throws as `packet` does. */
  protocols(number: number): readonly string[] {
    return dissectPacket(this.frame(number)).protocols;
  }

  /** Bytes and capture data of one packet. Throws as `packet` does. */
  frame(number: number): CapturedFrame {
    return this.packets.frame(this.row(number));
  }

  /** All packets that are kept, oldest first. */
  *frames(): Generator<CapturedFrame> {
    const { packets } = this;
    const { end } = packets;
    // The oldest may be let go while others are looked at.
    for (let row = packets.first; row < end; row = Math.max(row + 1, packets.first)) yield packets.frame(row);
  }

  clear(): void {
    this.memory = new MemoryFrames();
    this.packets = this.keep(this.memory);
    this.told = this.newFates();
    this.captured = 0;
    this.bytes = 0;
    this.filters = [];
    this.sorted = undefined;
    this.followed = undefined;
    this.references = [];
    this.current = undefined;
  }

  private trim(): void {
    const { limits, packets } = this;
    let { first } = packets;
    const kept = () => packets.end - first;
    while (kept() > limits.packets || (this.bytes > limits.bytes && kept() > 1))
      this.bytes -= packets.frame(first++).bytes.length;
    if (first > packets.first) packets.letGo(first);
  }

  /** The kept packets as a list, as far as they are decoded. @param before only those before this row need be */
  private unfiltered(before: number): Listed {
    const { packets } = this;
    const isWhole = packets.decode(this.decodeDeadline(), before);
    const { first, count } = packets;
    const length = packets.decodedEnd - first;
    return {
      list: {
        length,
        at: (index) => first + index,
        indexOf: (row) => indexBelow(row - first, length),
        revision: 0,
      },
      filtering: isWhole ? null : { done: length, of: count },
    };
  }

  /** Until when an answer may decode packets; some it may in any case. */
  private decodeDeadline(): number {
    const now = performance.now();
    if (!this.isRunning) return now + DECODE_TIME;
    if (now < this.decodeFrom) return now;
    this.decodeFrom = now + DECODE_TIME_RUNNING + DECODE_PAUSE_RUNNING;
    return now + DECODE_TIME_RUNNING;
  }

  private filtered(text: string, milliseconds?: number): Listed & { list: FilteredList } {
    let list = this.filters.find((one) => one.text === text);
    list ??= new FilteredList(text);
    this.filters = [list, ...this.filters.filter((one) => one !== list)].slice(0, KEPT_FILTERS);
    return { list, filtering: list.update(this.packets, milliseconds) };
  }

  private row(number: number): number {
    const { packets } = this;
    const row = packets.rowOf(number);
    if (row >= 0) return row;
    const oldest = packets.count > 0 ? packets.number(packets.first) : undefined;
    if (oldest !== undefined && number >= 1 && number < oldest)
      throw new UserError(
        'packet {0} was let go: the newest {1} packets are kept, from {2} on',
        number,
        this.kept,
        oldest,
      );
    throw new UserError('no such packet: {0} ({1} captured so far)', number, this.captured);
  }
}

/** An index, or -1 if it is not below a length. */
function indexBelow(index: number, length: number): number {
  return index < length ? index : -1;
}
