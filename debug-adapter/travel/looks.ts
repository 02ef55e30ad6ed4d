/**
 * Machines that repeat a run look at what was before a moment: at what was shortly before it first, then at more and
 * more, until somebody has found what he searches for.
 */
import type { Moment } from '../control/moment.ts';
import type { Patience } from '../inspect/moments.ts';
import type { Machines } from './machines.ts';
import { NEAR, StrayedError, type Replica } from './replica.ts';

/** A run of so many events is repeated from its beginning as quickly as it is looked at twice. */
const SHORT = 150_000;
/** A quick machine repeats so many sooner than another one is asked what was shortly before. */
const VERY_SHORT = 20_000;
/** In a look at more events, what waits for the moment is armed shortly before it: V8 evaluates a condition at each arrival. */
const FAR = 2000;

/** The first look of a search gives up where conditions have been evaluated so often. */
const PATIENCE = 300;
/** Then others look at so few events, one after the other, before they look at more. */
const NARROW = [2, 10, 60];

/** How many events before a moment a search begins, one after the other: all but the whole have machines that wait there. */
export function windowsBefore({ mark: { event } }: Moment): readonly number[] {
  return event <= SHORT ? [300, Infinity] : [300, 4000, Infinity];
}

/** How a look is made. */
export interface LookOptions {
  /** Nobody needs it any more. */
  isOver?: AbortSignal;
  /** It gives up where it notes too much. */
  isImpatient?: boolean;
}
/** Looks at what happens from an event on until a moment; undefined: the event is not before it, or too much happens. */
export type Look<Seen> = (from: number, options?: LookOptions) => Promise<Seen | undefined>;

/** What one look of a search has seen. */
export interface Glance<Seen> {
  /** Nothing before this event was looked at. */
  from: number;
  seen: Seen;
  /** Something was found that needs machines of its own: none looks at the whole meanwhile. */
  giveUp(): void;
}

/** Look at more and more of what was before a moment. */
export async function* looksBefore<Seen>(
  machines: Pick<Machines, 'isQuickAtBeginning'>,
  { mark: { event } }: Moment,
  windows: readonly number[],
  look: Look<Seen>,
): AsyncGenerator<Glance<Seen>> {
  const isQuick = event <= SHORT && machines.isQuickAtBeginning;
  const [, ...further] = windows;
  let whole: { seen: Promise<Seen | undefined>; isOver: AbortController } | undefined;
  // A quick machine looks at the whole meanwhile: that is needed if nothing is found shortly before.
  if (isQuick && event > VERY_SHORT && further.length > 0) {
    const isOver = new AbortController();
    whole = { seen: look(-Infinity, { isOver: isOver.signal }), isOver };
    whole.seen.catch(() => {});
  }
  const giveUp = (): void => {
    whole?.isOver.abort();
    whole = undefined;
  };
  try {
    let left = isQuick && event <= VERY_SHORT ? [Infinity] : windows;
    for (let isImpatient = true; left.length > 0; isImpatient = false) {
      const [window, ...others] = left as [number, ...number[]];
      const seen = await (window === Infinity && whole !== undefined
        ? whole.seen
        : look(event - window, { isImpatient }));
      left = seen === undefined && isImpatient ? [...NARROW, ...windows] : others;
      if (seen !== undefined) yield { from: event - window, seen, giveUp };
    }
  } finally {
    giveUp();
  }
}

/** What a machine does on its way to a moment. */
export interface Lead<Seen> {
  /** It stands where the look begins. @param patience how much is noted before the look is given up */
  begin(replica: Replica, patience?: Patience): Promise<void>;
  /** It stands where what only the moment needs is armed: in a long look shortly before that. */
  near?(replica: Replica): Promise<void>;
  /** It stands at the moment. */
  end(replica: Replica): Promise<Seen>;
}
/** One look. @returns undefined: the event is not before the moment, or too much happens from there on */
export async function lookFrom<Seen>(
  machines: Pick<Machines, 'with'>,
  from: number,
  moment: Moment,
  lead: Lead<Seen>,
  { isOver, isImpatient = false }: LookOptions = {},
): Promise<Seen | undefined> {
  const { event } = moment.mark;
  const patience = isImpatient ? { most: PATIENCE, before: event - 1 } : undefined;
  const look = (near: number): Promise<Seen | undefined> =>
    machines.with(from, isOver, async (replica) => {
      if (from > 0 && (await replica.toEvent(from)) >= event) return undefined;
      await lead.begin(replica, patience);
      if (near > from) {
        const reached = await replica.toEvent(near);
        if (reached < near) return undefined;
        if (reached >= event) throw new StrayedError();
      }
      await lead.near?.(replica);
      if (isImpatient && (await replica.toBefore(event)) < event - 1) return undefined;
      await replica.follow(moment);
      return lead.end(replica);
    });
  if (event - Math.max(0, from) <= FAR) return look(-Infinity);
  try {
    return await look(event - NEAR);
  } catch (error) {
    // There is no tracepoint shortly before it.
    if (error instanceof StrayedError) return look(-Infinity);
    throw error;
  }
}
