/** Which request of a connection belongs to which response, as Wireshark pairs them. */

import type { Changed } from '../tracking/changed.ts';

/** A request and its response, or one of them. */
export interface HttpTransaction {
  /** Counts from 1 in its connection. */
  readonly number: number;
  /** The packets' numbers; 0 if there is none. */
  readonly request: number;
  readonly requestNs: number;
  response: number;
  /** Those of the transaction before. */
  readonly previousRequest: number;
  readonly previousResponse: number;
  next: HttpTransaction | null;
}

/** What a packet with messages of HTTP knows: of several only the last, as Wireshark does. */
export interface HttpFrame {
  readonly number: number;
  transaction: HttpTransaction;
}

export class HttpTransactions {
  private last: HttpTransaction | null = null;
  private frame: HttpFrame | null = null;
  /** Packets that came before the first transaction: whether they are HTTP's at all was not known. */
  private early: number[] = [];

  get count(): number {
    return this.last?.number ?? 0;
  }

  /** A packet has a message that belongs to none. */
  other(number: number): void {
    if (this.count === 0) this.early.push(number);
  }

  request(number: number, timeNs: number, changed: Changed): HttpFrame {
    return this.inFrame(number, this.begin(number, timeNs, changed));
  }

  /** It answers the last request, unless that was answered already. */
  response(number: number, changed: Changed): HttpFrame {
    const transaction = this.last && this.last.response === 0 ? this.last : this.begin(0, 0, changed);
    transaction.response = number;
    for (const one of [transaction.request, transaction.previousRequest, transaction.previousResponse])
      changed(one);
    return this.inFrame(number, transaction);
  }

  private begin(request: number, requestNs: number, changed: Changed): HttpTransaction {
    const { last } = this;
    const transaction: HttpTransaction = {
      number: this.count + 1,
      request,
      requestNs,
      response: 0,
      previousRequest: last?.request ?? 0,
      previousResponse: last?.response ?? 0,
      next: null,
    };
    if (last) {
      last.next = transaction;
      for (const one of [last.request, last.response]) changed(one);
    }
    for (const number of this.early) changed(number);
    this.early = [];
    this.last = transaction;
    return transaction;
  }

  private inFrame(number: number, transaction: HttpTransaction): HttpFrame {
    if (this.frame?.number === number) this.frame.transaction = transaction;
    else this.frame = { number, transaction };
    return this.frame;
  }
}
