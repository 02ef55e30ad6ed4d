/** The traces that the user has begun in the debug console; a restarted machine gets them again. */
import { UserError } from '../../language/userError.ts';
import type { Run } from './run.ts';

interface Wanted {
  number: number;
  text: string;
  /** The event after which it listens. */
  after: number;
}

export class Traces {
  #wanted: Wanted[] = [];
  #next = 1;

  /** Obey a trace command. @returns its answer. Rejects with a message that names the place of an error */
  async obey(run: Run, text: string): Promise<string> {
    const [command, ...rest] = text.trim().split(/\s+/);
    if (command === 'untrace') return this.#end(run, rest);
    if (rest.length === 0) return this.#list(run);
    const number = this.#next;
    const after = await run.debuggee.ask<number>('tracing.begin', number, text);
    this.#next++;
    this.#wanted.push({ number, text, after });
    return run.t('Trace {0} has begun; "untrace {0}" ends it.', number);
  }
  async #list(run: Run): Promise<string> {
    if (this.#wanted.length === 0)
      return run.t(
        'No trace is active. Write for example {0}',
        'trace tcp:tcp_probe { print(sk.sk_num, snd_una) }',
      );
    return run.debuggee.ask<string>('tracing.list');
  }
  async #end(run: Run, [which]: readonly string[]): Promise<string> {
    const ended =
      which === undefined ? this.#wanted : this.#wanted.filter((one) => String(one.number) === which);
    if (ended.length === 0)
      throw new UserError('there is no trace {0}: "trace" lists those that are active', which ?? '');
    this.#wanted = this.#wanted.filter((one) => !ended.includes(one));
    const results = ended.map(({ number }) => run.debuggee.ask<string | null>('tracing.end', number));
    return (await Promise.all(results)).filter((result) => result !== null).join('\n');
  }

  /** Begin them in another machine. */
  async applyTo(run: Run): Promise<void> {
    await Promise.all(
      this.#wanted.map(async (one) => {
        one.after = await run.debuggee.ask<number>('tracing.begin', one.number, one.text);
      }),
    );
  }
  /** Begin them in a machine that repeats the run up to an event: they gather again what they have gathered there. */
  async repeatIn({ debuggee }: Run, event: number): Promise<void> {
    await Promise.all(
      this.#wanted.map(({ number, text, after }) =>
        debuggee.ask('tracing.repeat', number, text, Math.min(after, event)),
      ),
    );
  }
  /** That machine goes on in the place of the other one. */
  async goOn({ debuggee }: Run, event: number): Promise<void> {
    for (const one of this.#wanted) one.after = Math.min(one.after, event);
    await debuggee.ask('tracing.speak');
  }
}
