/** Reads two capture files, and compares their packets as far as both are read. */
import { setImmediate as turn } from 'node:timers/promises';
import { say, type Message, type Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { USUALLY_IGNORED } from '../packets/compare/aspects.ts';
import { ComparedCapture } from '../packets/compare/comparedCapture.ts';
import { Comparison } from '../packets/compare/comparison.ts';
import type {
  Aspect,
  ComparedPacket,
  ComparedRow,
  ComparedSide,
  CompareProgress,
  CompareRequests,
} from '../packets/compare/data.ts';
import { fieldDifferences } from '../packets/compare/fieldDifferences.ts';
import type { PacketStore } from '../packets/packetStore.ts';
import { CaptureReader, type ReadProgress } from './captureReader.ts';

/** Packets of each side that are compared: as many on both sides take minutes and a gigabyte. */
const MOST_PACKETS = 1_000_000;
/** Packets that are looked at before requests get their turn. */
const PORTION = 500;
/** Milliseconds between two reports. */
const REPORT = 200;
/** Rows of an answer. */
const MOST_ROWS = 500;

const UNREAD: ReadProgress = { packets: 0, read: 0, size: 0, isOver: false };

export class CompareReader {
  private readonly t: Translate;
  private readonly onProgress: (progress: CompareProgress) => void;
  private readonly progress: { left: ReadProgress; right: ReadProgress } = { left: UNREAD, right: UNREAD };
  private readonly captures: Partial<Record<'left' | 'right', ComparedCapture>> = {};
  private readonly readers: CaptureReader[] = [];
  private comparison: Comparison | undefined;
  private ignored: readonly Aspect[] = USUALLY_IGNORED;
  private reported = 0;
  private most = Infinity;
  private cutAt = Infinity;

  constructor(t: Translate, onProgress: (progress: CompareProgress) => void) {
    this.t = t;
    this.onProgress = onProgress;
  }

  /** Rejects with an error for the user if one of the files is no capture. */
  async compare(left: string, right: string): Promise<void> {
    const stores = await Promise.all([this.read('left', left), this.read('right', right)]);
    const [ours, theirs] = stores;
    if (stores.some(({ total }) => total > MOST_PACKETS)) this.most = MOST_PACKETS;
    this.cutAt = Math.min(...stores.map(cutOf));
    const captures = [ours, theirs].map((store) => new ComparedCapture(store, this.most, this.cutAt));
    [this.captures.left, this.captures.right] = captures;
    for (const capture of captures)
      while (capture.done < capture.count) {
        capture.look(PORTION);
        this.report(false);
        await turn();
      }
    this.lay();
    this.report(true);
  }

  readonly answers: {
    [Name in keyof CompareRequests]: (
      body: CompareRequests[Name]['arguments'],
    ) => CompareRequests[Name]['response'];
  } = {
    rows: ({ from, count, onlyDifferences = false }) => {
      const { rows, differences } = this.laid;
      const total = onlyDifferences ? differences.length : rows.length;
      const end = Math.min(total, from + Math.min(count, MOST_ROWS));
      const shown = Array.from({ length: Math.max(0, end - from) }, (_, at) =>
        this.row(onlyDifferences ? differences[from + at]! : from + at),
      );
      return { rows: shown, total };
    },
    row: ({ index }) => {
      const { left, right } = this.laid.rows[index] ?? { left: -1, right: -1 };
      if (left < 0 && right < 0) throw new UserError('the comparison has no row {0}', index);
      const both = left >= 0 && right >= 0;
      const of = (side: 'left' | 'right', at: number) => this.captures[side]!.comparables(at);
      const fields = both
        ? fieldDifferences(of('left', left), of('right', right), new Set(this.ignored), this.t)
        : [];
      const place = this.laid.differences.indexOf(index);
      return { row: this.row(index), fields, ...(place >= 0 && { place }) };
    },
    next: ({ from, backwards = false }) => {
      const index = this.laid.next(from, backwards);
      return index === undefined ? {} : { index };
    },
    ignore: ({ ignored }) => {
      this.ignored = ignored;
      this.lay();
      return this.laid.summary;
    },
  };

  private get laid(): Comparison {
    if (!this.comparison) throw new UserError('the captures are not compared yet');
    return this.comparison;
  }

  private lay(): void {
    const { left, right } = this.captures;
    if (left && right) this.comparison = new Comparison(left, right, this.ignored);
  }

  private row(index: number): ComparedRow {
    const { left, right, state } = this.laid.rows[index]!;
    return {
      index,
      state,
      ...(left >= 0 && { left: this.packet('left', left) }),
      ...(right >= 0 && { right: this.packet('right', right) }),
    };
  }

  private packet(side: 'left' | 'right', at: number): ComparedPacket {
    const [row] = this.captures[side]!.store.rows(at, 1, '', { time: 'relative' }).rows;
    const { number, time, source, destination, protocol, info } = row!;
    return { number, time, source, destination, protocol, info };
  }

  private async read(side: 'left' | 'right', file: string): Promise<PacketStore> {
    const reader = await CaptureReader.open(file, (progress) => {
      this.progress[side] = progress;
      this.report(false);
    });
    this.readers.push(reader);
    await reader.read();
    return reader.packets;
  }

  /** The packets cannot be shown any more. */
  async close(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.close()));
  }

  private report(isOver: boolean): void {
    const now = performance.now();
    if (!isOver && now - this.reported < REPORT) return;
    this.reported = now;
    const { left, right } = this.captures;
    const of = left && right ? left.count + right.count : 0;
    this.onProgress({
      left: this.side(this.progress.left),
      right: this.side(this.progress.right),
      compared: left && right && of > 0 ? (left.done + right.done) / of : Number(isOver),
      isOver,
      ...(Number.isFinite(this.most) && { most: this.most }),
      ...(Number.isFinite(this.cutAt) && { cutAt: this.cutAt }),
      ...(this.comparison && { summary: this.comparison.summary }),
    });
  }

  private side({ packets, read, size, problem }: ReadProgress): ComparedSide {
    return { packets, read, size, ...(problem && { problem: this.said(problem) }) };
  }

  private said(problem: Message): string {
    return say(this.t, problem);
  }
}

/** What is kept of the shortest packet that is not kept whole; Infinity if all are. */
function cutOf(store: PacketStore): number {
  let cut = Infinity;
  for (const { bytes, length } of store.frames())
    if (bytes.length < length) cut = Math.min(cut, bytes.length);
  return cut;
}
