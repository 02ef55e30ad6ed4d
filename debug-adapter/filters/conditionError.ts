/** A filter condition that does not parse: tells where, and what is valid. */
import { message, type Message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';

export class ConditionError extends UserError {
  override name = 'ConditionError';
  /** Where in the text, from 0. */
  readonly position: number;

  constructor(problem: Message, text: string, position: number, example: Message) {
    const where =
      position >= text.length
        ? message('at the end')
        : message('at "{0}"', text.slice(position, position + 20).trim());
    super('{0} {1} of the condition "{2}" (character {3}). {4}', problem, where, text, position + 1, example);
    this.position = position;
  }
}
