/**
 * A change in the past. It is made first in the machine that the user looks at. If it can be made, the run is repeated
 * with recording up to there, and changed there, too: that is the run from then on.
 */
import type { Debugger } from 'node:inspector';
import type { Message, Translate } from '../../language/message.ts';
import type { Debuggee } from '../control/debuggee.ts';
import type { Change, CodePoint, Moment } from '../control/moment.ts';
import { makeChange, type NumberedChange } from '../control/repetition.ts';
import type { BytesWay } from '../inspect/memory.ts';
import type { Moment as Instant } from '../protocol.ts';
import { rawPlace } from '../travel/here.ts';
import type { Machines } from '../travel/machines.ts';
import { StrayedError, type Past, type Replica } from '../travel/replica.ts';
import type { RecordedBookmark } from '../recordings/data.ts';
import type { Run } from './run.ts';

/** What is changed, until it is known whether another machine can change it, too. */
export class PastChange {
  readonly changes: Change[] = [];
  /** Why no other machine can; undefined: it can. */
  end: Message | undefined;
  #isTouched = false;

  /** Something may have been changed, even if that fails. */
  touches(): void {
    this.#isTouched = true;
  }
  ends(why: Message): void {
    this.end ??= why;
  }
  /** The machine may not be as it was. */
  get isMade(): boolean {
    return this.#isTouched || this.changes.length > 0 || this.end !== undefined;
  }
}

/** Where a machine of the past stands, before something is changed there. */
export interface PastStop extends Instant {
  moment: Moment;
  /** What has entered from outside. */
  inputs: string;
  /** What the user had changed before. */
  changes: readonly NumberedChange[];
  /** Something outside is connected. */
  isOpen: boolean;
  /** How bytes are found that the client has read. */
  bytes: readonly BytesWay[];
}

export async function stopInPast(
  { debuggee, execution, shownMemory }: Run,
  moment: Moment,
): Promise<PastStop> {
  const [{ inputs }, { event, timeNs }, isOpen, bytes] = await Promise.all([
    debuggee.askIn<Past>('past()'),
    debuggee.askIn<Instant>('now()'),
    debuggee.askIn<boolean>('isOpen'),
    debuggee.ask<PastStop['bytes']>('memory.waysTo', shownMemory.references),
  ]);
  const { repetition } = execution;
  return { event, timeNs, moment, inputs, changes: repetition?.made ?? [], isOpen, bytes };
}

/** Another run, at a stop of the past of the original one, with the changes made. */
export interface OtherRun {
  run: Run;
  replica: Replica;
  /** The numbers of the fields with data breakpoints that it has. */
  fields: number[];
  /** Where V8 stands. */
  place: CodePoint;
}

/**
 * Repeat a run up to a stop of its past, and change something there. Rejects with a message for the user.
 *
 * @param begin makes a run around the machine that repeats it, in which `trace` then begins the user's traces
 */
export async function otherRun(
  machines: Machines,
  stop: PastStop,
  changes: readonly Change[],
  { begin, trace }: { begin: (replica: Replica) => Run; trace: (run: Run) => Promise<void> },
): Promise<OtherRun> {
  const replica = await machines.createRecorded(stop.inputs, stop.changes);
  const { debuggee, execution } = replica;
  const run = begin(replica);
  let fields: number[] = [];
  try {
    await trace(run);
    await run.repeat(replica, async () => {
      await replica.follow(stop.moment);
      const { event, timeNs } = await debuggee.askIn<Instant>('now()');
      if (event !== stop.event || timeNs !== stop.timeNs) throw new StrayedError();
      await run.takeOver();
      fields = await debuggee.ask<number[]>('data.expectNone');
      await Promise.all(stop.bytes.flatMap((way) => adopt(debuggee, way, replica.paused!)));
      await debuggee.ask('takeChanges');
      // What is said up to here was said before.
      run.streams.stop();
      run.streams.drain();
      await Promise.all(changes.flatMap((change) => makeChange(debuggee, change, replica.paused!)));
      await debuggee.ask('takeChanges');
    });
  } catch (error) {
    void run.kill();
    throw error;
  }
  const { trail } = execution;
  const place = rawPlace(debuggee, replica.paused!);
  trail.repeats(stop.changes);
  trail.is(stop.moment);
  for (const change of changes) trail.changed(change, place);
  return { run, replica, fields, place };
}

/**
 * What the user has said and seen of the original run, up to a stop, is known in the other one.
 *
 * @param bookmarks those up to there
 */
export function inherit(
  other: Run,
  original: Run,
  stop: PastStop,
  bookmarks: readonly RecordedBookmark[],
): void {
  other.bookmarks.restore(bookmarks);
  other.stops.push(...original.stops.filter(({ event }) => event <= stop.event));
  other.packets.annotateAs(original.packets);
  other.shownMemory.takeFrom(original.shownMemory);
}

/** Bytes have a reference in a machine that stands where they have it in another one. */
function adopt(debuggee: Debuggee, way: BytesWay, paused: Debugger.PausedEventDataType): Promise<unknown>[] {
  if ('path' in way) return [debuggee.ask('memory.adoptAt', way.path, way.reference)];
  return makeChange(debuggee, { kind: 'expression', expression: way.expression, below: way.below }, paused);
}

/** What is said of the future that does not come. */
export function droppedText(
  t: Translate,
  original: Run,
  other: Run,
  { event, isOpen }: PastStop,
  { end, changes }: { end: number; changes: number },
): string {
  const gone: string[] = [];
  if (end > event)
    gone.push(end === event + 1 ? t('event {0}', end) : t('events {0} to {1}', event + 1, end));
  const [first, last] = [other.packets.total + 1, original.packets.total];
  if (last >= first) gone.push(first === last ? t('packet {0}', last) : t('packets {0} to {1}', first, last));
  for (const { name } of original.bookmarks.list())
    if (!other.bookmarks.list().some((one) => one.name === name)) gone.push(t('bookmark "{0}"', name));
  if (changes === 1) gone.push(t('a change of yours'));
  else if (changes > 1) gone.push(t('{0} changes of yours', changes));
  const sentences = [
    gone.length === 0
      ? t('You have changed the past: the run goes on from here, another one than it was.')
      : t(
          'You have changed the past: the run goes on from here, and what came later is gone ({0}).',
          gone.reduce((all, one) => t('{0}, {1}', all, one)),
        ),
    t('"What If…" begins another run instead, and keeps both.'),
  ];
  if (isOpen)
    sentences.push(
      t('Connections to the outside have ended, as what came from there later cannot come a second time.'),
    );
  return sentences.join(' ');
}
