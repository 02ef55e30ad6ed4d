/** Finds the response to each DNS query, and what was sent again. */
import type { Changed } from './changed.ts';
import { conversationKey, type Ends } from './conversationKey.ts';

/** A query and its response, known to both packets; 0 if there is none. */
export interface DnsTransaction {
  readonly query: number;
  readonly queryNs: number;
  response: number;
}

export interface DnsKnown {
  readonly transaction: DnsTransaction | null;
  /** The packet that this one repeats; 0 if it is the first of its kind. */
  readonly repeats: number;
}

/** A query that comes so soon again is the same query. */
const REPEATED_NS = 5e9;
/** Maximum number of transactions that are remembered; the oldest is forgotten first. */
const MAX_TRANSACTIONS = 20_000;

export class DnsTracker {
  private readonly transactions = new Map<string, DnsTransaction>();
  private readonly changed: Changed;

  constructor(changed: Changed) {
    this.changed = changed;
  }

  add(
    ends: Ends,
    ports: readonly [number, number],
    id: number,
    isResponse: boolean,
    number: number,
    timeNs: number,
  ): DnsKnown {
    const key = `${conversationKey(ends, ...ports)} ${id}`;
    const known = this.transactions.get(key);
    if (isResponse) {
      if (!known) return { transaction: null, repeats: 0 };
      if (known.response !== 0) return { transaction: known, repeats: known.response };
      known.response = number;
      this.changed(known.query);
      return { transaction: known, repeats: 0 };
    }
    if (known && known.response === 0 && timeNs - known.queryNs < REPEATED_NS)
      return { transaction: known, repeats: known.query };
    this.transactions.delete(key);
    if (this.transactions.size >= MAX_TRANSACTIONS) {
      const oldest = this.transactions.keys().next();
      if (!oldest.done) this.transactions.delete(oldest.value);
    }
    const transaction: DnsTransaction = { query: number, queryNs: timeNs, response: 0 };
    this.transactions.set(key, transaction);
    return { transaction, repeats: 0 };
  }
}
