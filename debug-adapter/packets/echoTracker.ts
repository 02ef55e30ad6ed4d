/** Finds the reply to each ICMP echo request, and the request of each reply. */
import type { Icmp } from './protocols/icmp.ts';

/** The other half of an echo. */
export interface EchoPeer {
  number: number;
  timeNs: number;
}

/** Maximum number of requests that wait for a reply; the oldest is discarded first. */
const MAX_WAITING = 10_000;

export class EchoTracker {
  private readonly waiting = new Map<string, EchoPeer>();

  clear(): void {
    this.waiting.clear();
  }

  /** For a reply: its request. For a request: null; `add` of its reply returns it later. */
  add(icmp: Icmp, source: string, destination: string, number: number, timeNs: number): EchoPeer | null {
    const [from, to] = icmp.echo === 'request' ? [source, destination] : [destination, source];
    const key = `${from} ${to} ${icmp.id} ${icmp.sequence}`;
    if (icmp.echo === 'request') {
      if (this.waiting.size >= MAX_WAITING) {
        const oldest = this.waiting.keys().next();
        if (!oldest.done) this.waiting.delete(oldest.value);
      }
      this.waiting.set(key, { number, timeNs });
      return null;
    }
    const request = this.waiting.get(key) ?? null;
    this.waiting.delete(key);
    return request;
  }
}
