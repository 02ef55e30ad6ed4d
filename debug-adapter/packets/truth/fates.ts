/**
 * What the machine tells of a captured frame after it was sent: whether it arrived, where and why it was dropped, what
 * its ACK has freed. Written into the kept frames.
 */
import type { PacketFate } from '../../protocol.ts';
import type { CapturedFrame } from '../frame.ts';
import type { KeptPackets } from '../kept/keptPackets.ts';
import type { Acked, Dropped } from './events.ts';
import { segmentOf } from './segment.ts';
import { TruthTracker } from './truthTracker.ts';

/** Drops of segments whose bytes the receiver has from others. */
const ARE_THERE: ReadonlySet<string | undefined> = new Set(['TCP_OLD_DATA', 'TCP_OFOMERGE']);

export interface FatesEvents {
  /** The fate of a row's packet is another one, or more is known of it. */
  judgeAgain: (row: number) => void;
  /** A list that is sorted by fates is not sorted any more. */
  fateChanged: () => void;
}

export class Fates {
  private readonly packets: KeptPackets;
  private readonly events: FatesEvents;
  /** Of a machine's own capture only. */
  private readonly truth: TruthTracker | null;

  constructor(packets: KeptPackets, isMachine: boolean, events: FatesEvents) {
    this.packets = packets;
    this.events = events;
    this.truth = isMachine
      ? new TruthTracker(
          (number) => {
            const row = packets.rowOf(number);
            return row < 0 ? null : packets.lastingFrame(row);
          },
          (number) => this.learned(number),
        )
      : null;
  }

  /** A frame is captured; what has become of others, which come from a file, is known. */
  sent(frame: CapturedFrame): void {
    if (frame.fate === 'in flight') this.truth?.sent(frame);
  }

  /** Ignored if the frame is no longer stored. */
  set(number: number, fate: PacketFate, reason?: string): void {
    const row = this.packets.rowOf(number);
    if (row < 0) return;
    const frame = this.packets.lastingFrame(row);
    if (fate === 'delivered') this.truth?.arrived(frame, frame.fate !== 'in flight');
    else if (fate !== 'in flight' && !ARE_THERE.has(reason)) this.truth?.gone(frame);
    // It may have a field now that it had not, or the other way round.
    if (frame.fate === undefined || (reason === undefined) !== (frame.reason === undefined))
      this.packets.changed(number);
    frame.fate = fate;
    if (reason === undefined) delete frame.reason;
    else frame.reason = reason;
    this.events.judgeAgain(row);
    this.events.fateChanged();
  }

  /** One buffer was dropped, or one frame lost, with what it had from the first to the last of these. */
  drop({ first, last, drop }: Dropped): void {
    const { packets } = this;
    const from = packets.rowOf(first);
    if (from < 0) return;
    const flowAt = (row: number): string | undefined => {
      const { bytes, length } = packets.frame(row);
      return segmentOf(bytes, length)?.flow;
    };
    for (let row = from; row < packets.end && packets.number(row) <= last; row++) {
      // GRO joins segments of one connection; others may have come in between.
      if (row > from && flowAt(row) !== flowAt(from)) continue;
      const frame = packets.lastingFrame(row);
      // One of the copies that the wire has made arrived all the same.
      const isCopy = (frame.truth?.arrivals ?? 1) > 1 && frame.drop === undefined;
      frame.drop = drop;
      const { number } = frame;
      if (frame.fate === 'delivered' && !isCopy) this.set(number, 'dropped', drop.reason);
      this.learned(number);
    }
  }

  /** A packet has moved the snd_una of its receiver. */
  acknowledge({ number, from, to }: Acked): void {
    const row = this.packets.rowOf(number);
    if (row >= 0) this.truth?.acked(this.packets.frame(row), from, to);
  }

  /** More is known of a packet than its layer says so far. */
  private learned(number: number): void {
    const row = this.packets.rowOf(number);
    if (row < 0) return;
    // Without a cause it has no layer that could tell of this.
    if (this.packets.frame(row).cause) this.events.judgeAgain(row);
    else this.packets.changed(number);
  }
}
