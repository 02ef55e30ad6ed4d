/**
 * The statement that has changed bytes. Nothing tells of a write into a buffer but a comparison: V8 knows which functions run in
 * between, and a machine that repeats the run compares at each place of all of these.
 */
import { CODE, isIn, isStack, KERNEL_CODE } from '../../stack/debugger/places.ts';
import { at, type Mark, type Moment } from '../control/moment.ts';
import { isScenario } from '../inspect/codeKinds.ts';
import type { StatementChange } from '../inspect/changingStatements.ts';
import type { PassedStop } from '../inspect/moments.ts';
import type { Machines } from './machines.ts';
import { StrayedError, type Wishes } from './replica.ts';
import { placesIn, type RunCode } from './runCode.ts';

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
  try {
    return await machines.with(isCounted ? 0 : since, undefined, async (replica) => {
      const begin = async (): Promise<void> => {
        if (!isCounted) await replica.toEvent(since);
        await replica.watchFor(wishes);
        if (isCounted) await replica.toEvent(since);
      };
      const [ran] = await Promise.all([codeBetween(machines, since, until), begin()]);
      const places = await placesIn(replica.debuggee, ran);
      await replica.watchStatements(fields, places);
      await replica.follow(at(until));
      const change = await replica.lastStatement();
      if (change === undefined) return undefined;
      const { stops } = await replica.passed();
      const after = stopsAfter(change, stops, await replica.debuggee.askIn<number>('moments.passedBy'));
      const stop = after.findLast((one) => one.access?.since === undefined && !isHere(one));
      if (stop !== undefined) return { stop };
      const { event, arrival, field, sentence } = change;
      const hits = changes.flatMap(({ by, access }) => (access?.field === field ? [by as number] : []));
      const { url, line, column } = places[change.place]!;
      const mark = { kind: 'place', event, place: { url, line, column }, arrival } as const;
      return { statement: { target: at(mark), hits, sentence } };
    });
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

/** Code that runs between a tracepoint and a later moment: helpers change what their callers mean. */
async function codeBetween(machines: Machines, since: number, until: Mark): Promise<RunCode[]> {
  const ran = await machines.with(since, undefined, async (replica) => {
    await replica.toEvent(since);
    return replica.codeOf(() => replica.follow(at(until)));
  });
  const helpers = [...CODE.scheduler, ...CODE.tracing, ...KERNEL_CODE.headers, ...KERNEL_CODE.lib];
  return ran.filter(({ url }) => (isStack(url) && !isIn(helpers, url)) || isScenario(url));
}
