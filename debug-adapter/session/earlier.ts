/** The order of moments, for what is kept when a run takes another way. */
import { isDeepStrictEqual } from 'node:util';
import { samePoint, type CodePoint, type Moment } from '../control/moment.ts';
import type { RecordedBookmark } from '../recordings/data.ts';
import { rawPlace } from '../travel/here.ts';
import type { Machines } from '../travel/machines.ts';
import { NEAR, StrayedError } from '../travel/replica.ts';

/** A moment, and the event at which it is. */
interface Stop {
  event: number;
  moment: Moment;
}

/** Whether something at a moment, or at a tracepoint, is not later than a stop; undefined: the numbers do not tell. */
export function isBefore(
  { event, moment }: { event: number; moment?: Moment },
  stop: Stop,
): boolean | undefined {
  if (event !== stop.event) return event < stop.event;
  // An event begins with its tracepoint.
  if (moment === undefined) return true;
  const { mark, moves } = moment;
  const other = stop.moment;
  // Moves lead forward only.
  if (isDeepStrictEqual(mark, other.mark) && isDeepStrictEqual(moves, other.moves.slice(0, moves.length)))
    return true;
  return undefined;
}

/**
 * Of a run's bookmarks those that are not later than a stop. Of one event it may take machines that count how often V8 has
 * come to the place of the stop by then. What cannot be told is left out.
 *
 * @param place where V8 stands at the stop
 */
export async function bookmarksBefore(
  machines: Machines,
  bookmarks: readonly RecordedBookmark[],
  stop: Stop,
  place: CodePoint,
): Promise<RecordedBookmark[]> {
  let there: Promise<Arrivals | undefined> | undefined;
  const kept: RecordedBookmark[] = [];
  for (const one of bookmarks) {
    let before = isBefore(one, stop);
    if (before === undefined && one.moment !== undefined) {
      const [here, end] = await Promise.all([
        arrivalsBy(machines, one.moment, stop.event, place),
        (there ??= arrivalsBy(machines, stop.moment, stop.event, place)),
      ]);
      // A place at which V8 is not seen to arrive tells nothing.
      if (here !== undefined && end !== undefined && end.count > 0)
        before = here.count < end.count || (here.count === end.count && here.isThere && end.isThere);
    }
    if (before === true) kept.push(one);
  }
  return kept;
}

/** How often V8 has come to a place since an event. */
interface Arrivals {
  count: number;
  /** It stands there. */
  isThere: boolean;
}
/** @returns undefined if nothing leads to the moment */
async function arrivalsBy(
  machines: Machines,
  moment: Moment,
  event: number,
  place: CodePoint,
): Promise<Arrivals | undefined> {
  const from = moment.mark.event - NEAR;
  try {
    return await machines.with(from, undefined, async (replica) => {
      if (from > 0) await replica.toEvent(from);
      await replica.track([{ place, of: { name: '', url: place.url } }]);
      await replica.follow(moment);
      const last = (await replica.tracked()).at(-1);
      return {
        count: last?.event === event ? last.arrival : 0,
        isThere: samePoint(rawPlace(replica.debuggee, replica.paused!), place),
      };
    });
  } catch (error) {
    if (error instanceof StrayedError) return undefined;
    throw error;
  }
}
