/** The order of moments, for what is kept when a run takes another way. */
import { isDeepStrictEqual } from 'node:util';
import type { Moment } from '../control/moment.ts';

/** Whether something at a moment, or at a tracepoint, is not later than a stop. Of one event it is the same, or not known. */
export function isBefore(
  { event, moment }: { event: number; moment?: Moment },
  stop: { event: number; moment: Moment },
): boolean {
  if (event !== stop.event) return event < stop.event;
  return moment === undefined || isDeepStrictEqual(moment, stop.moment);
}
