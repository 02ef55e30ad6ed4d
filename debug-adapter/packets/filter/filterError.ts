/** An invalid filter. The message tells where, what is wrong, and what is valid. */
import type { Message } from '../../../language/message.ts';
import { UserError } from '../../../language/userError.ts';

export class FilterError extends UserError {
  override name = 'FilterError';
  /** The message is about the characters from `start` up to `end`. */
  readonly start: number;
  readonly end: number;

  constructor(problem: Message, start: number, end: number) {
    super('Filter, column {0}: {1}', start + 1, problem);
    this.start = start;
    this.end = end;
  }
}
