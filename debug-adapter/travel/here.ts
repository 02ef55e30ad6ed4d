/** What a step back needs to know of the stop at which it begins. */
import type { Debugger } from 'node:inspector';
import type { Debuggee } from '../control/debuggee.ts';
import type { FunctionIndex } from '../control/functionIndex.ts';
import type { CodePoint } from '../control/moment.ts';
import type { StepTargets } from '../control/stepTargets.ts';
import type { FrameView, PausedState } from '../control/pausedState.ts';
import { UserError } from '../../language/userError.ts';
import type { Here, PlaceRole } from './lineBefore.ts';
import type { TrackedPlace } from './replica.ts';

/** The places to be watched in a run up to a stop, and what they are to the line of a thread there. */
export interface Surroundings {
  here: Here;
  places: TrackedPlace[];
  roles: PlaceRole[];
}

/** A call of a function that is under way. */
export interface Call {
  thread: number;
  /** How often the function is on the stack, down from this call. */
  depth: number;
  /** Where the function begins. */
  entry: TrackedPlace;
}

interface Location {
  line: number;
  column: number;
  returns: boolean;
}

/** @throws an error for the user if the thread has no code of which anything is known */
export async function surroundings(
  debuggee: Debuggee,
  stop: PausedState,
  thread: number,
  sleeping: readonly FrameView[] | undefined,
): Promise<Surroundings> {
  const frames = sleeping ?? (await stop.framesOf(thread)) ?? [];
  const [top, ...outer] = frames;
  // Steps do not end in the code between the program and the kernel.
  const caller = outer.find(({ isSkipped }) => !isSkipped);
  if (top === undefined) throw new UserError('this thread has run no code yet');
  const functionPlaces = await placesIn(debuggee, top);
  const callerPlaces =
    caller === undefined
      ? []
      : (await placesIn(debuggee, caller)).filter(({ line, returns }) => returns || line === caller.line - 1);
  const callerIsSame = caller !== undefined && isSame(caller, top);
  const places: TrackedPlace[] = [];
  const roles: PlaceRole[] = [];
  const add = (frame: FrameView, { line, column, returns }: Location, of: PlaceRole['of']): void => {
    places.push({ place: { url: frame.url, line, column }, of: { name: nameOf(frame), url: frame.url } });
    roles.push({ of, line, returns });
  };
  for (const location of functionPlaces) add(top, location, 'function');
  // A function that calls itself is its own caller.
  if (caller !== undefined && !callerIsSame)
    for (const location of callerPlaces) add(caller, location, 'caller');
  // The frames of an error were on V8's stack together, those that await apart.
  const isError = stop.isOfError(top);
  const depth = (frame: FrameView): number =>
    frames.filter((other) => isSame(other, frame) && other.isAwaiting !== true).length;
  const isOnStack = ({ callFrame, isAwaiting }: FrameView): boolean =>
    callFrame !== undefined || (isError && isAwaiting !== true);
  return {
    here: {
      thread,
      line: top.line - 1,
      depth: isOnStack(top) ? depth(top) : 1,
      callerDepth: caller !== undefined && isOnStack(caller) ? depth(caller) : undefined,
      asleep: sleeping !== undefined,
    },
    places,
    roles,
  };
}

/** The call that a frame stands for. @throws an error for the user if the beginning of its code is not known */
export async function callOf(
  { scripts }: Debuggee,
  { targets, functions }: { targets: StepTargets; functions: FunctionIndex },
  thread: number,
  frames: readonly FrameView[],
  frame: FrameView,
): Promise<Call> {
  const { url, callFrame } = frame;
  const start = callFrame?.functionLocation;
  // Of a frame that V8 does not have, the kernel's list of functions knows the beginning.
  const listed = (await functions.find(frame.name)).find((one) => one.url === url);
  const first =
    start !== undefined
      ? await targets.firstPlace(start)
      : listed && (await targets.bodyAt(url, listed.line, listed.column));
  if (first === undefined || scripts.byUrl(url) === undefined)
    throw new UserError('where {0} begins is not known while it sleeps', frame.name);
  const place = { url, line: first.lineNumber, column: first.columnNumber ?? 0 };
  return {
    thread,
    depth: frames.slice(frames.indexOf(frame)).filter((other) => isSame(other, frame)).length,
    entry: { place, of: { name: nameOf(frame), url } },
  };
}

/** As V8 names it on its stack; in the text of a stack the class or the object of a method comes before its name. */
function nameOf({ name, callFrame }: FrameView): string {
  if (callFrame !== undefined) return callFrame.functionName;
  const own = name.slice(name.lastIndexOf('.') + 1);
  return own === '(anonymous)' || own === '<anonymous>' ? '' : own;
}
const isSame = (one: FrameView, other: FrameView): boolean =>
  nameOf(one) === nameOf(other) && one.url === other.url;

/** Where V8 can pause in the function of a frame. */
async function placesIn({ client, scripts }: Debuggee, frame: FrameView): Promise<Location[]> {
  const from = async (start: Debugger.Location): Promise<Debugger.BreakLocation[]> =>
    (await client.send('Debugger.getPossibleBreakpoints', { start, restrictToFunction: true })).locations;
  const start = frame.callFrame?.functionLocation;
  const scriptId = scripts.byUrl(frame.url)?.id;
  const locations =
    start !== undefined
      ? await from(start)
      : scriptId === undefined
        ? []
        : await fromLine(scriptId, frame, from);
  return locations.map(({ lineNumber, columnNumber = 0, type }) => ({
    line: lineNumber,
    column: columnNumber,
    returns: type === 'return',
  }));
}
/** Of a frame that V8 does not have, only its place is known: what its function has in its line, and after that. */
async function fromLine(
  scriptId: string,
  { line, column }: FrameView,
  from: (start: Debugger.Location) => Promise<Debugger.BreakLocation[]>,
): Promise<Debugger.BreakLocation[]> {
  const lineNumber = line - 1;
  const after = await from({ scriptId, lineNumber, columnNumber: column - 1 });
  // A line may begin in another function, which calls or makes this one; each has its end for itself.
  const end = after.at(-1);
  let columnNumber = 0;
  while (columnNumber < column - 1) {
    const locations = await from({ scriptId, lineNumber, columnNumber });
    if (
      locations.at(-1)?.lineNumber === end?.lineNumber &&
      locations.at(-1)?.columnNumber === end?.columnNumber
    )
      return locations;
    columnNumber++;
  }
  return after;
}

/** Where V8 stands. */
export function rawPlace(
  { scripts }: Debuggee,
  { callFrames: [top] }: Debugger.PausedEventDataType,
): CodePoint {
  const { scriptId, lineNumber, columnNumber = 0 } = top!.location;
  return { url: scripts.get(scriptId)?.url ?? '', line: lineNumber, column: columnNumber };
}
