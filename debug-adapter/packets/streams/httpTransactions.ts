/** Which request of a connection belongs to which response, as Wireshark pairs them. */

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

  get count(): number {
    return this.last?.number ?? 0;
  }

  request(number: number, timeNs: number): HttpFrame {
    return this.inFrame(number, this.begin(number, timeNs));
  }

  /** It answers the last request, unless that was answered already. */
  response(number: number): HttpFrame {
    const transaction = this.last && this.last.response === 0 ? this.last : this.begin(0, 0);
    transaction.response = number;
    return this.inFrame(number, transaction);
  }

  private begin(request: number, requestNs: number): HttpTransaction {
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
    if (last) last.next = transaction;
    this.last = transaction;
    return transaction;
  }

  private inFrame(number: number, transaction: HttpTransaction): HttpFrame {
    if (this.frame?.number === number) this.frame.transaction = transaction;
    else this.frame = { number, transaction };
    return this.frame;
  }
}
