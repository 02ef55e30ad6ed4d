/** What is known about UDP datagrams from others, in columns. */
import type { UdpFlow } from '../tracking/udpTracker.ts';
import { Column } from './column.ts';

export class KeptUdp {
  /** One more than the stream's number; 0 for a packet without UDP. */
  private readonly stream = new Column(Uint32Array);
  private readonly sinceFirstNs = new Column(Float64Array);
  private readonly sinceLastNs = new Column(Float64Array);

  keep(row: number, { stream, sinceFirstNs, sinceLastNs }: UdpFlow): void {
    this.stream.set(row, stream + 1);
    this.sinceFirstNs.set(row, sinceFirstNs);
    this.sinceLastNs.set(row, sinceLastNs);
  }

  /** -1 without UDP. */
  streamOf(row: number): number {
    return this.stream.get(row) - 1;
  }

  of(row: number): UdpFlow | undefined {
    const stream = this.streamOf(row);
    if (stream < 0) return undefined;
    return { stream, sinceFirstNs: this.sinceFirstNs.get(row), sinceLastNs: this.sinceLastNs.get(row) };
  }

  forget(before: number): void {
    for (const column of [this.stream, this.sinceFirstNs, this.sinceLastNs]) column.forget(before);
  }
}
