/** A timeline's data, from a recording: a window of the run, with as much of it as can be seen. */
import type { Bookmark, Moment, SequenceResponse } from '../protocol.ts';
import type { Happening } from '../sequence/happening.ts';
import { sequenceOf } from '../sequence/sequence.ts';
import type { TimelineArguments, TimelineResponse } from './data.ts';
import { lanesOf } from './lanes.ts';
import { barsIn, outputsIn, packetsIn, type Column } from './merging.ts';

const USUAL_COLUMNS = 400;
const MOST_COLUMNS = 2000;

/** Moments that stand out. */
export interface Marks {
  bookmarks: readonly Bookmark[];
  stops: readonly Moment[];
}

/** Remembers the story of what it was asked for last: while one looks around, nothing new happens. */
export class Timeline {
  #newest = '';
  #story: SequenceResponse | undefined;

  of(
    happenings: readonly Happening[],
    missing: number,
    { axis = 'time', from, to, columns = USUAL_COLUMNS }: TimelineArguments,
    { bookmarks, stops }: Marks,
  ): TimelineResponse {
    const story = this.#tell(happenings, missing);
    const positionOf = ({ event, timeNs }: Moment): number => (axis === 'time' ? timeNs : event);
    const [first, last] = [happenings[0], happenings.at(-1)];
    const begin = from ?? (first === undefined ? 0 : positionOf(first));
    const end = Math.max(begin, to ?? (last === undefined ? 0 : positionOf(last)));
    const width = (end - begin) / Math.min(MOST_COLUMNS, Math.max(1, columns));
    const column: Column = { positionOf, begin, end, width };
    const lanes = lanesOf(story.lifelines);
    const isIn = (moment: Moment): boolean => {
      const at = positionOf(moment);
      return at >= begin && at <= end;
    };
    return {
      axis,
      from: begin,
      to: end,
      ...(first !== undefined && { whole: { from: momentOf(first), to: momentOf(last!) } }),
      missing,
      lanes: lanes.all,
      lanesLeftOut: lanes.leftOut,
      bars: barsIn(story.calls, lanes, column),
      packets: packetsIn(story.packets, lanes, column),
      outputs: outputsIn(happenings, lanes, column),
      stops: stops.filter(isIn),
      bookmarks: bookmarks.filter(isIn),
    };
  }

  #tell(happenings: readonly Happening[], missing: number): SequenceResponse {
    const newest = `${missing} ${happenings.length} ${happenings.at(-1)?.event ?? 0}`;
    if (this.#story === undefined || newest !== this.#newest)
      this.#story = sequenceOf(happenings, missing, { count: Infinity });
    this.#newest = newest;
    return this.#story;
  }
}

function momentOf({ event, timeNs }: Moment): Moment {
  return { event, timeNs };
}
