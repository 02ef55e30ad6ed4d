/**
 * The statement that has changed bytes. Nothing tells of a write into a buffer but a comparison: so one machine that repeats the
 * run compares where functions begin and end, and a second one at each place of the function that is found.
 */
import { isIn, KERNEL_CODE } from '../../stack/debugger/places.ts';
import { at, type CodePoint, type Mark, type Moment } from '../control/moment.ts';
import type { StatementChange } from '../inspect/changingStatements.ts';
import type { PassedStop } from '../inspect/moments.ts';
import type { TracedFunction } from '../worker/instrumentation.ts';
import type { Machines } from './machines.ts';
import { StrayedError, type Replica, type Wishes } from './replica.ts';

/** Bytes have changed between a tracepoint and what comes next. */
export interface Changed {
  /** The stops that tell of it. */
  changes: readonly PassedStop[];
  /** The tracepoint's event. */
  since: number;
  /** Where their values are known: at the next tracepoint, or where the user stands before that. */
  until: Mark;
  /** Whether that is a stop there. */
  isHere(stop: PassedStop): boolean;
}
/** What comes last: the statement, or a stop after it. */
export interface ChangeBefore {
  statement?: { target: Moment; hits: number[]; sentence: string };
  stop?: PassedStop;
}

/**
 * @param isCounted hits are counted from the beginning
 * @returns undefined: the statement is not found
 */
export async function changeBefore(
  machines: Machines,
  { changes, since, until, isHere }: Changed,
  wishes: Wishes,
  isCounted: boolean,
): Promise<ChangeBefore | undefined> {
  // Before the first tracepoint nothing was compared.
  if (since < 1) return undefined;
  const fields = [...new Set(changes.flatMap(({ access }) => access?.field ?? []))];
  const search = async (places: Places): Promise<ChangeBefore | undefined> =>
    machines.with(isCounted ? 0 : since, undefined, async (replica) => {
      if (!isCounted) await replica.toEvent(since);
      await replica.watchFor(wishes);
      if (isCounted) await replica.toEvent(since);
      const all = await places(replica);
      await replica.watchStatements(
        fields,
        all.map(({ place }) => place),
      );
      await replica.follow(at(until));
      const change = await replica.lastStatement();
      // At the end of a function it is not the function that goes on.
      if (change === undefined || all[change.place]!.returns) return undefined;
      const { stops } = await replica.passed();
      const after = stopsAfter(change, stops, await replica.debuggee.askIn<number>('moments.passedBy'));
      const stop = after.findLast((one) => one.access?.since === undefined && !isHere(one));
      if (stop !== undefined) return { stop };
      const { event, arrival, field, sentence } = change;
      const hits = changes.flatMap(({ by, access }) => (access?.field === field ? [by as number] : []));
      const { place } = all[change.place]!;
      return { statement: { target: at({ kind: 'place', event, place, arrival }), hits, sentence } };
    });
  try {
    const writers = await writersOf(machines, fields, since, until);
    const found = writers.length === 0 ? undefined : await search((replica) => placesIn(replica, writers));
    // Hardware has no functions that tell of themselves.
    return found ?? (await search((replica) => placesIn(replica, hardware(replica))));
  } catch (error) {
    if (error instanceof StrayedError) return undefined;
    throw error;
  }
}
/** Of those that are kept, the ones that were passed by after the statement. @param count how many there were in all */
function stopsAfter({ passed }: StatementChange, kept: readonly PassedStop[], count: number): PassedStop[] {
  const later = count - passed;
  return later === 0 ? [] : kept.slice(-later);
}

/** The functions of which one has made the last change. */
async function writersOf(
  machines: Machines,
  fields: readonly number[],
  since: number,
  until: Mark,
): Promise<TracedFunction[]> {
  const replica = await machines.createTraced();
  try {
    await replica.toEvent(since);
    await replica.debuggee.ask('writers.begin', fields, until.event);
    await replica.follow(at(until));
    return await replica.debuggee.ask<TracedFunction[]>('writers.take');
  } finally {
    machines.drop(replica);
  }
}

/** Code: a function with those within it, or a whole file. */
type Code = Pick<TracedFunction, 'url'> & Partial<TracedFunction>;
function hardware({ debuggee: { scripts } }: Replica): Code[] {
  return scripts.all().filter(({ url }) => isIn(KERNEL_CODE.hardware, url));
}
/** Where V8 can pause, and whether a function returns there. */
type Places = (replica: Replica) => Promise<{ place: CodePoint; returns: boolean }[]>;

async function placesIn(
  { debuggee: { client, scripts } }: Replica,
  those: readonly Code[],
): ReturnType<Places> {
  const found = those.map(async ({ url, line = 1, last }) => {
    const scriptId = scripts.byUrl(url)!.id;
    const { locations } = await client.send('Debugger.getPossibleBreakpoints', {
      start: { scriptId, lineNumber: line - 1, columnNumber: 0 },
      ...(last !== undefined && { end: { scriptId, lineNumber: last, columnNumber: 0 } }),
    });
    return locations.map(({ lineNumber, columnNumber: column = 0, type }) => ({
      place: { url, line: lineNumber, column },
      returns: type === 'return',
    }));
  });
  return (await Promise.all(found)).flat();
}
