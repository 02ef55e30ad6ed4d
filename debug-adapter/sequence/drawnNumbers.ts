/**
 * Numbers that a run draws at random, as they stand in the lines of a trace: the ports of clients and the sequence
 * numbers. Two runs with other ones are alike as long as each number of the one stands for the same number of the other.
 */

/** The lowest port that a program does not need a privilege for: any from here on may have been drawn. */
const FIRST_DRAWN_PORT = 1024;
const NUMBER = /\d+/g;
const AFTER_ADDRESS = /\d+\.\d+\.\d+\.\d+:$/;
const SEQUENCE_NUMBER = /\b(seq|ack) $/;
const ENDS = /(\S+) → (\S+) \[(.*?)\] seq /;

export class DrawnNumbers {
  /** Ports of the left run, with those that stand in the right one in their place; and the other way round. */
  readonly #ports = new Map<string, string>();
  readonly #back = new Map<string, string>();
  /** By the ends of a direction in the left run: what its numbers are more in the right one. */
  readonly #more = new Map<string, number>();

  /** Whether two lines say the same, but for drawn numbers. Asked of all lines in their order, up to the first difference. */
  areAlike(left: string, right: string): boolean {
    if (left === right) return true;
    if (left.replace(NUMBER, '#') !== right.replace(NUMBER, '#')) return false;
    const others = [...right.matchAll(NUMBER)];
    const ends = ENDS.exec(left);
    return [...left.matchAll(NUMBER)].every(({ 0: one, index }, at) => {
      const other = others[at]![0];
      const before = left.slice(0, index);
      const kind = ends === null ? undefined : SEQUENCE_NUMBER.exec(before)?.[1];
      if (kind !== undefined) return this.#isSameNumber(one, other, ends!, kind === 'seq');
      return one === other || this.#isSamePort(one, other, AFTER_ADDRESS.test(before));
    });
  }

  /** @param isNew what stands there is a port, perhaps one that has not been seen yet */
  #isSamePort(one: string, other: string, isNew: boolean): boolean {
    const known = this.#ports.get(one);
    if (known !== undefined || !isNew) return known === other;
    if (Math.min(Number(one), Number(other)) < FIRST_DRAWN_PORT || this.#back.has(other)) return false;
    this.#ports.set(one, other);
    this.#back.set(other, one);
    return true;
  }

  #isSameNumber(one: string, other: string, [, from, to, flags]: RegExpExecArray, isOwn: boolean): boolean {
    // One that is not used, and what nothing was drawn for.
    if (one === other) return true;
    const direction = isOwn ? `${from} ${to}` : `${to} ${from}`;
    const more = (Number(other) - Number(one)) >>> 0;
    const known = this.#more.get(direction);
    // A SYN begins a direction's numbers; of a run that is not known from its beginning, any packet does.
    if (known === undefined || (isOwn && /\bSYN\b/.test(flags!))) this.#more.set(direction, more);
    else if (known !== more) return false;
    return true;
  }
}
