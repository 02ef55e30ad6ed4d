/** An error whose message is for the user. */
import { english, message, say, type Message, type Part, type Translate } from './message.ts';

/** `message` is English, for logs; {@link errorText} says it in the user's language. */
export class UserError extends Error {
  readonly said: Message;

  constructor(text: string, ...parts: readonly Part[]) {
    super(english(text, ...parts));
    this.said = message(text, ...parts);
  }

  static of({ text, parts }: Message): UserError {
    return new this(text, ...parts);
  }
}

/** What an error says; one that is not made for the user keeps its English. */
export function errorText(translate: Translate, error: unknown): string {
  const part = errorPart(error);
  return typeof part === 'object' ? say(translate, part) : String(part);
}

/** The same as part of another message. */
export function errorPart(error: unknown): Part {
  if (!(error instanceof Error)) return String(error);
  return isForUser(error) ? error.said : error.message;
}

/** The stack knows no language, and has errors for people of its own, which carry what they say in the same form. */
function isForUser(error: Error): error is Error & { said: Message } {
  return 'said' in error;
}
