/** A trace command that does not parse: tells where, and what is valid. */
import { message, type Message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';

const EXAMPLE = 'trace tcp:tcp_probe /snd_cwnd < 10/ { print(sk.sk_num, snd_una) }';

export class TraceError extends UserError {
  override name = 'TraceError';
  /** Where in the text, from 0. */
  readonly position: number;

  constructor(problem: Message, text: string, position: number) {
    const where =
      position >= text.length
        ? message('at the end')
        : message('at "{0}"', text.slice(position, position + 20).trim());
    super('{0} {1} (character {2}). Write for example {3}', problem, where, position + 1, EXAMPLE);
    this.position = position;
  }
}
