/** An invalid filter. The message tells where, what is wrong, and what is valid. */
export class FilterError extends Error {
  override name = 'FilterError';
  /** The message is about the characters from `start` up to `end`. */
  readonly start: number;
  readonly end: number;

  constructor(problem: string, start: number, end: number) {
    super(`Filter, column ${start + 1}: ${problem}`);
    this.start = start;
    this.end = end;
  }
}
