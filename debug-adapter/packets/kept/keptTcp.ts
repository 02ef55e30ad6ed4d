/** What is known about TCP segments from others, in columns. */
import type { Conversation } from '../tracking/tcpConversation.ts';
import type { Base, Flow } from '../tracking/tcpFlow.ts';
import { TcpNotes } from '../tracking/tcpNotes.ts';
import type { TcpKnown } from '../tracking/tcpTracker.ts';
import { Column } from './column.ts';

/** Bits of the column "facts". */
const IS_KNOWN = 1;
/** The sender's flow is the conversation's second one. */
const IS_UPPER = 2;
/** Its numbers count from what is learned later, too. */
const SEQ_IS_OPEN = 4;
const ACK_IS_OPEN = 8;
const IS_SHOWN = 16;

interface Counted {
  readonly conversation: Conversation;
  lastRow: number;
}

export class KeptTcp {
  private readonly facts = new Column(Uint8Array);
  private readonly stream = new Column(Uint32Array);
  private readonly sinceLastNs = new Column(Float64Array);
  private readonly seqBase = new Column(Uint32Array);
  private readonly ackBase = new Column(Uint32Array);
  private readonly notes = new Column(Uint16Array);
  private readonly duplicateOf = new Column(Uint32Array);
  private readonly duplicateCount = new Column(Uint32Array);
  private readonly acks = new Column(Uint32Array);
  private readonly rttNs = new Column(Float64Array);
  private readonly rtoNs = new Column(Float64Array);
  private readonly rtoFrame = new Column(Uint32Array);
  private readonly bytesInFlight = new Column(Uint32Array);
  private readonly pushedBytes = new Column(Uint32Array);
  private readonly all = [
    this.facts,
    this.stream,
    this.sinceLastNs,
    this.seqBase,
    this.ackBase,
    this.notes,
    this.duplicateOf,
    this.duplicateCount,
    this.acks,
    this.rttNs,
    this.rtoNs,
    this.rtoFrame,
    this.bytesInFlight,
    this.pushedBytes,
  ];
  /** By the numbers of their streams; each as long as a row is kept that belongs to it. */
  private readonly conversations = new Map<number, Counted>();
  /** Of segments whose notes later ones can still change. */
  private readonly openNotes = new Map<number, TcpNotes>();

  keep(row: number, { conversation, fwd, rev, seqBase, ackBase, sinceLastNs, analysis }: TcpKnown): void {
    const [seqIsOpen, ackIsOpen] = [seqBase === fwd.openBase, ackBase === rev.openBase];
    this.facts.set(
      row,
      IS_KNOWN |
        (fwd === conversation.flows[1] ? IS_UPPER : 0) |
        (seqIsOpen ? SEQ_IS_OPEN : 0) |
        (ackIsOpen ? ACK_IS_OPEN : 0) |
        (analysis.isShown ? IS_SHOWN : 0),
    );
    const counted = this.conversations.get(conversation.stream);
    if (counted) counted.lastRow = row;
    else this.conversations.set(conversation.stream, { conversation, lastRow: row });
    this.stream.set(row, conversation.stream);
    this.sinceLastNs.set(row, sinceLastNs);
    if (!seqIsOpen) this.seqBase.set(row, seqBase.seq!);
    if (!ackIsOpen) this.ackBase.set(row, ackBase.seq!);
    if (analysis.notes.isOpen) this.openNotes.set(row, analysis.notes);
    else this.notes.set(row, analysis.notes.bits);
    this.duplicateOf.set(row, analysis.duplicateOf);
    this.duplicateCount.set(row, analysis.duplicateCount);
    this.acks.set(row, analysis.acks);
    this.rttNs.set(row, analysis.rttNs);
    this.rtoNs.set(row, analysis.rtoNs);
    this.rtoFrame.set(row, analysis.rtoFrame);
    this.bytesInFlight.set(row, analysis.bytesInFlight);
    this.pushedBytes.set(row, analysis.pushedBytes);
  }

  /** @param timeNs the packet's own time */
  of(row: number, timeNs: number): TcpKnown | undefined {
    const facts = this.facts.get(row);
    if (facts === 0) return undefined;
    const { conversation } = this.conversations.get(this.stream.get(row))!;
    const [lower, upper] = conversation.flows;
    const [fwd, rev] = facts & IS_UPPER ? [upper, lower] : [lower, upper];
    return {
      conversation,
      sinceFirstNs: timeNs - conversation.first.timeNs,
      sinceLastNs: this.sinceLastNs.get(row),
      fwd,
      rev,
      seqBase: base(fwd, facts & SEQ_IS_OPEN, this.seqBase, row),
      ackBase: base(rev, facts & ACK_IS_OPEN, this.ackBase, row),
      analysis: {
        notes: this.openNotes.get(row) ?? TcpNotes.of(this.notes.get(row)),
        isShown: (facts & IS_SHOWN) !== 0,
        duplicateOf: this.duplicateOf.get(row),
        duplicateCount: this.duplicateCount.get(row),
        acks: this.acks.get(row),
        rttNs: this.rttNs.get(row),
        rtoNs: this.rtoNs.get(row),
        rtoFrame: this.rtoFrame.get(row),
        bytesInFlight: this.bytesInFlight.get(row),
        pushedBytes: this.pushedBytes.get(row),
      },
    };
  }

  /** -1 without TCP. */
  streamOf(row: number): number {
    return this.facts.get(row) === 0 ? -1 : this.stream.get(row);
  }

  forget(before: number): void {
    for (const column of this.all) column.forget(before);
    for (const [stream, { lastRow }] of this.conversations)
      if (lastRow < before) this.conversations.delete(stream);
    for (const row of this.openNotes.keys()) {
      if (row >= before) break;
      this.openNotes.delete(row);
    }
  }
}

function base({ openBase }: Flow, isOpen: number, values: Column, row: number): Base {
  return isOpen ? openBase : { seq: values.get(row) };
}
