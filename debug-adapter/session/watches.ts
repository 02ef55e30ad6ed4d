/**
 * Data breakpoints that the client does not know, since it has no way to be told of one: set in the debug console, or at a
 * node of a tree. They are listed and ended there.
 */
import type { Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { DataFields, OfferedField } from '../control/dataFields.ts';
import type { DataAccess, DataField } from '../inspect/dataBreakpoints.ts';
import type { Watch, WatchFieldArguments, WatchResponse } from '../protocol.ts';
import type { Configuration } from './configuration.ts';
import { offered } from './dataBreakpoints.ts';
import type { Run } from './run.ts';

/** When a watched field stops the machine. */
export interface WatchHow {
  access: DataAccess;
  /** Empty: always. */
  condition: string;
  hitCondition: string;
}

export class Watches {
  readonly #configuration: Configuration;
  readonly #tell: (watches: Watch[]) => void;

  /** @param tell called when there are others */
  constructor(configuration: Configuration, tell: (watches: Watch[]) => void) {
    this.#configuration = configuration;
    this.#tell = tell;
    configuration.onWatchesChanged = () => this.#told();
  }
  get fields(): DataFields {
    return this.#configuration.dataFields;
  }

  /** @throws an error for the user if the machine does not take it */
  async begin(field: OfferedField, { access, condition, hitCondition }: WatchHow): Promise<Watch> {
    const dataId = String(field.number);
    const watch = await this.#configuration.addWatch({ dataId, accessType: access, condition, hitCondition });
    this.#told();
    return watch;
  }
  /** @param number undefined: all. @throws an error for the user if there is none */
  async end(number: number | undefined): Promise<Watch[]> {
    const ended = this.list().filter((one) => number === undefined || one.number === number);
    if (ended.length === 0 && number === undefined) throw new UserError('no field is watched: nothing ends');
    if (ended.length === 0)
      throw new UserError('there is no watch {0}: "watch" lists those there are', number!);
    await this.#configuration.removeWatches(ended.map((one) => one.number));
    this.#told();
    return ended;
  }
  /** Another machine has none of the objects. @param say tells the user */
  machineHasEnded(say: (text: string) => void, t: Translate): void {
    for (const { text } of this.list())
      say(t('{0} is not watched any more: it belonged to the machine that has ended.', text));
    this.fields.clear();
    this.#told();
  }
  /** A run takes another way: it has not got all of the objects. @param fields the numbers of those it has */
  keep(fields: readonly number[], say: (text: string) => void, t: Translate): void {
    const before = this.list();
    this.fields.keep(fields);
    const kept = new Set(this.list().map((one) => one.number));
    for (const { number, text } of before)
      if (!kept.has(number))
        say(t('{0} is not watched any more: it is not found in the run that goes on from here.', text));
    if (kept.size < before.length) this.#told();
  }
  #told(): void {
    this.#tell(this.list());
  }
  list(): Watch[] {
    return this.#configuration.watches;
  }
}

/** `sockscope/watchField`: a node of a tree shows the field. */
export async function watchField(
  run: Run,
  watches: Watches,
  { id, access = 'write', condition = '', hitCondition = '' }: WatchFieldArguments,
): Promise<WatchResponse> {
  const { fields } = watches;
  const field = await offered(run, fields, (next) =>
    run.debuggee.ask<DataField | null>('offerNode', id, next),
  );
  if (field === undefined)
    throw new UserError(
      'There is no data breakpoint for it: it is no field of an object in which a value is stored.',
    );
  return { watch: await watches.begin(field, { access, condition, hitCondition }) };
}
