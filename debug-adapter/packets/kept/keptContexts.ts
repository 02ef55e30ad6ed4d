/** What is known about packets from those before and after them: put away in columns, made again when it is wanted. */
import type { Capture } from '../capture.ts';
import type { Context } from '../context.ts';
import type { CapturedFrame } from '../frame.ts';
import { Column } from './column.ts';
import { KeptTcp } from './keptTcp.ts';
import { KeptUdp } from './keptUdp.ts';

export class KeptContexts {
  private readonly capture: Capture;
  private readonly interfaceId = new Column(Uint32Array);
  private readonly previousTimeNs = new Column(Float64Array);
  private readonly tcp = new KeptTcp();
  private readonly udp = new KeptUdp();
  /** What few packets have. */
  private readonly rest = new Map<number, Context>();
  private firstTimeNs: number | undefined;

  constructor(capture: Capture) {
    this.capture = capture;
  }

  keep(row: number, context: Context): void {
    const { capture: _, interfaceId, firstTimeNs, previousTimeNs, tcp, udp, ...rest } = context;
    this.firstTimeNs ??= firstTimeNs;
    this.interfaceId.set(row, interfaceId ?? 0);
    this.previousTimeNs.set(row, previousTimeNs ?? 0);
    if (tcp) this.tcp.keep(row, tcp);
    if (udp) this.udp.keep(row, udp);
    for (const _any in rest) {
      this.rest.set(row, rest);
      break;
    }
  }

  /** Of a packet that was decoded, with its frame. */
  of(row: number, { timeNs }: CapturedFrame): Context {
    const context: Context = {
      capture: this.capture,
      interfaceId: this.interfaceId.get(row),
      firstTimeNs: this.firstTimeNs ?? timeNs,
      previousTimeNs: this.previousTimeNs.get(row),
    };
    const tcp = this.tcp.of(row, timeNs);
    if (tcp) context.tcp = tcp;
    const udp = this.udp.of(row);
    if (udp) context.udp = udp;
    const rest = this.rest.get(row);
    return rest ? Object.assign(context, rest) : context;
  }

  /** The number of a packet's stream; -1 if it belongs to none of the protocol. */
  streamOf(row: number, protocol: 'tcp' | 'udp'): number {
    return this[protocol].streamOf(row);
  }

  /** Rows of packets that quote a packet of a stream of TCP, and the stream's number. */
  *quotedStreams(): Generator<[row: number, stream: number]> {
    for (const [row, { quotedTcp }] of this.rest) if (quotedTcp) yield [row, quotedTcp.conversation.stream];
  }

  /** The rows before this one are not asked for any more. */
  forget(before: number): void {
    for (const part of [this.interfaceId, this.previousTimeNs, this.tcp, this.udp]) part.forget(before);
    for (const row of this.rest.keys()) {
      if (row >= before) break;
      this.rest.delete(row);
    }
  }
}
