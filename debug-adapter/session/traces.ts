/** The traces that the user has begun in the debug console; a restarted machine gets them again. */
import { UserError } from '../../language/userError.ts';
import type { Run } from './run.ts';

interface Wanted {
  number: number;
  text: string;
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
    await run.debuggee.ask('tracing.begin', number, text);
    this.#next++;
    this.#wanted.push({ number, text });
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
      this.#wanted.map(({ number, text }) => run.debuggee.ask('tracing.begin', number, text)),
    );
  }
}
