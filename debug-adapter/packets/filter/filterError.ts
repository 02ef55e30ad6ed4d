/** A filter that cannot be understood. The message says where, what is wrong, and what would be right. */
export class FilterError extends Error {
  override name = 'FilterError';
  /** Characters from `start` up to `end` are what the message is about. */
  readonly start: number;
  readonly end: number;

  constructor(problem: string, start: number, end: number) {
    super(`Filter, column ${start + 1}: ${problem}`);
    this.start = start;
    this.end = end;
  }
}
