/**
 * Bringing a machine to where a function began to await another one. While a task sleeps further in, the function is not on
 * V8's stack: its arrivals in that line are found in a run up to the system call, and at the last one its variables were
 * as they are.
 */
import type { Debugger } from 'node:inspector';
import { UserError } from '../../language/userError.ts';
import type { Debuggee } from '../control/debuggee.ts';
import { at, BEGIN, type CodePoint, type Mark } from '../control/moment.ts';
import type { FrameView } from '../control/pausedState.ts';
import type { NotedArrival } from '../inspect/moments.ts';
import type { CaptureMoment } from '../inspect/stackCaptures.ts';
import { bringNear, bringTo } from './capture.ts';
import type { Machines } from './machines.ts';
import type { Replica } from './replica.ts';

/** A function that awaits another one, in which a task has made a system call. */
export interface Awaiting {
  call: CaptureMoment;
  frame: Pick<FrameView, 'name' | 'url' | 'line' | 'column'>;
  /** So many calls of the function are under way in the thread. */
  calls: number;
  /** So many of them are further out than this one. */
  outer: number;
}
/** What a place is to the function. */
export interface AwaitRole {
  /** The function begins here. */
  isEntry: boolean;
  returns: boolean;
  /** In the line in which it awaits. */
  isHere: boolean;
}
interface AwaitPlace extends AwaitRole {
  place: CodePoint;
}

/**
 * A machine that stands there; whoever gets it ends it.
 *
 * @param signal nobody waits for it any more
 * @throws an error for the user if it is not known where that was, or the run cannot be repeated
 */
export async function bringToAwait(
  machines: Machines,
  awaiting: Awaiting,
  signal: AbortSignal,
): Promise<Replica> {
  const { call, frame } = awaiting;
  const places = await look(machines, signal, (replica) => placesOf(replica, frame));
  const arrivals = await look(machines, signal, async (replica) => {
    await replica.track(places.map(({ place }) => ({ place, of: { name: '', url: place.url } })));
    await replica.toCapture(call);
    return replica.tracked();
  });
  const own = arrivals.filter(({ tgid }) => tgid === call.tgid);
  const { place, event, arrival } = lastAwait(own, places, awaiting);
  const mark: Mark = { kind: 'place', event, place: places[place]!.place, arrival };
  return bringNear(machines, event, signal, (replica) => replica.follow(at(mark)));
}
async function look<Seen>(
  machines: Machines,
  signal: AbortSignal,
  see: (replica: Replica) => Promise<Seen>,
): Promise<Seen> {
  let seen: Promise<Seen> | undefined;
  const replica = await bringTo(machines, 0, signal, async (one) => void (await (seen = see(one))));
  replica.retire();
  return seen!;
}

/**
 * The last arrival in the line in which a call of the function awaits.
 *
 * @param arrivals at the function's places, in the process, up to where it awaits
 * @throws an error for the user if it is not known which call was there
 */
export function lastAwait(
  arrivals: readonly NotedArrival[],
  roles: readonly AwaitRole[],
  { frame, calls, outer }: Omit<Awaiting, 'call'>,
): NotedArrival {
  /** What each call under way has come to last, the outermost first. */
  const underWay: (NotedArrival | undefined)[] = [];
  for (const arrival of arrivals) {
    const { isEntry, returns, isHere } = roles[arrival.place]!;
    if (isEntry && !arrival.isResumed) underWay.push(undefined);
    if (returns) underWay.pop();
    else if (isHere) underWay[Math.max(0, underWay.length - 1)] = arrival;
  }
  if (underWay.length > calls)
    throw new UserError(
      'another call of {0} may be under way: which of them has come here last is not known',
      frame.name,
    );
  const found = underWay[outer];
  if (found === undefined) throw unknown(frame);
  return found;
}

/** Where the function of a frame begins and returns, and what is in the line in which it awaits. */
async function placesOf(replica: Replica, frame: Awaiting['frame']): Promise<AwaitPlace[]> {
  const { url, line } = frame;
  const here = await placeIn(replica.debuggee, frame);
  // V8 tells where a function begins when it is there.
  await replica.follow({ mark: BEGIN.mark, moves: [{ how: 'arrive', place: here, arrival: 1 }] });
  const start = replica.paused?.callFrames[0]?.functionLocation;
  if (start === undefined) throw unknown(frame);
  const found = await pausesFrom(replica.debuggee, start, true);
  const roles = found.map(({ lineNumber, columnNumber = 0, type }, index) => ({
    place: { url, line: lineNumber, column: columnNumber },
    isEntry: index === 0,
    returns: type === 'return',
    isHere: lineNumber === line - 1,
  }));
  return roles.filter(({ isEntry, returns, isHere }) => isEntry || returns || isHere);
}
/** Where V8 can pause in the line of a frame: at the call that is awaited, or before that. */
async function placeIn(debuggee: Debuggee, frame: Awaiting['frame']): Promise<CodePoint> {
  const { url, line, column } = frame;
  const scriptId = debuggee.scripts.byUrl(url)?.id;
  if (scriptId === undefined) throw unknown(frame);
  const awaits = { scriptId, lineNumber: line - 1, columnNumber: column - 1 };
  const isHere = ({ lineNumber }: Debugger.BreakLocation): boolean => lineNumber === line - 1;
  const [after] = (await pausesFrom(debuggee, awaits, true)).filter(isHere);
  const before = (await pausesFrom(debuggee, { ...awaits, columnNumber: 0 }, false)).filter(isHere);
  const found = after ?? before.findLast(({ columnNumber = 0 }) => columnNumber < column);
  if (found === undefined) throw unknown(frame);
  return { url, line: line - 1, column: found.columnNumber ?? 0 };
}
async function pausesFrom(
  { client }: Debuggee,
  start: Debugger.Location,
  restrictToFunction: boolean,
): Promise<Debugger.BreakLocation[]> {
  const asked = restrictToFunction
    ? { start, restrictToFunction }
    : { start, end: { ...start, lineNumber: start.lineNumber + 1 } };
  return (await client.send('Debugger.getPossibleBreakpoints', asked)).locations;
}

function unknown({ name }: Awaiting['frame']): UserError {
  return new UserError('where {0} began to wait is not known', name);
}
