/** Finds the reply to each ICMP echo request, and the request of each reply. */
import type { Changed } from './changed.ts';
import type { Ends } from './conversationKey.ts';

/** A request and its reply; both packets know it, the request as soon as the reply was seen. */
export interface Echo {
  /** The packets' numbers; 0 if there is none. */
  request: number;
  readonly requestNs: number;
  reply: number;
}

/** Maximum number of requests that wait for a reply; the oldest is discarded first. */
const MAX_WAITING = 10_000;

export class EchoTracker {
  private readonly waiting = new Map<string, Echo>();
  private readonly changed: Changed;

  constructor(changed: Changed) {
    this.changed = changed;
  }

  /** @param isSound its checksum is right; one that is damaged is no request and no reply to others */
  add(
    isRequest: boolean,
    isSound: boolean,
    { source, destination }: Ends,
    id: number,
    sequence: number,
    number: number,
    timeNs: number,
  ): Echo {
    const [from, to] = isRequest ? [source, destination] : [destination, source];
    if (!isSound)
      return { request: isRequest ? number : 0, requestNs: timeNs, reply: isRequest ? 0 : number };
    const key = `${from} ${to} ${id} ${sequence}`;
    const waiting = this.waiting.get(key);
    if (!isRequest) {
      if (!waiting) return { request: 0, requestNs: 0, reply: number };
      waiting.reply = number;
      this.changed(waiting.request);
      this.waiting.delete(key);
      return waiting;
    }
    if (this.waiting.size >= MAX_WAITING) {
      const oldest = this.waiting.keys().next();
      if (!oldest.done) this.waiting.delete(oldest.value);
    }
    const echo: Echo = { request: number, requestNs: timeNs, reply: 0 };
    this.waiting.set(key, echo);
    return echo;
  }
}
