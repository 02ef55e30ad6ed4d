/** The custom requests about what was recorded: the sequence diagram, the trace, the graphs, the ways of packets. */
import { UserError } from '../../language/userError.ts';
import { graphsOf } from '../graphs/graphs.ts';
import type {
  CodeLocation,
  EventCodeArguments,
  EventCodeResponse,
  GraphsArguments,
  GraphsResponse,
  Moment,
  OutputArguments,
  OutputResponse,
  SequenceArguments,
  SequenceResponse,
  TimelineArguments,
  TimelineResponse,
  TraceArguments,
  TraceResponse,
  WayArguments,
  WayResponse,
} from '../protocol.ts';
import type { EventCode } from '../inspect/eventStacks.ts';
import { outputOf } from '../sequence/output.ts';
import { sequenceOf } from '../sequence/sequence.ts';
import { traceOf } from '../sequence/trace.ts';
import { WAY_FUNCTIONS, type Places } from '../way/code.ts';
import { wayOf } from '../way/way.ts';
import { stackFrames } from './packetRequests.ts';
import type { Run } from './run.ts';

const AXES: readonly (TimelineArguments['axis'] | undefined)[] = [undefined, 'time', 'events'];

export async function sequence(run: Run, args: SequenceArguments): Promise<SequenceResponse> {
  const stop = await momentOfStop(run);
  const { recording } = run;
  const answer = sequenceOf(recording.read(), recording.missing, args);
  return stop === undefined ? answer : { ...answer, stop };
}

export function trace({ recording }: Run, args: TraceArguments): TraceResponse {
  return traceOf(recording.read(), recording.missing, args);
}

export async function eventCode(run: Run, { event }: EventCodeArguments): Promise<EventCodeResponse> {
  const code = await run.recorded.ask<EventCode | null>('events.of', event);
  return code === null ? {} : { stack: stackFrames(run, code.frames), opening: code.opening };
}

export async function graphs(run: Run, args: GraphsArguments): Promise<GraphsResponse> {
  const stop = await momentOfStop(run);
  const answer = graphsOf(run.recording.read(), run.samples.read(), args, run.t);
  return stop === undefined ? answer : { ...answer, stop };
}

export async function timeline(run: Run, args: TimelineArguments): Promise<TimelineResponse> {
  if (!AXES.includes(args.axis))
    throw new UserError('sockscope/timeline counts time or events, not "{0}"', String(args.axis));
  const stop = await momentOfStop(run);
  const { recording, bookmarks, stops } = run;
  const marks = { bookmarks: bookmarks.list(), stops };
  const answer = run.timeline.of(recording.read(), recording.missing, args, marks);
  return stop === undefined ? answer : { ...answer, stop };
}

export function output({ recording }: Run, args: OutputArguments): OutputResponse {
  return outputOf(recording.read(), recording.missing, args);
}

export async function packetWay(run: Run, args: WayArguments): Promise<WayResponse> {
  const stop = await momentOfStop(run);
  const answer = wayOf(run.recording.read(), run.steps.read(), await wayPlaces(run), args, run.t);
  return stop === undefined ? answer : { ...answer, stop };
}

/** Where the functions begin whose code a packet's stations are. */
export async function wayPlaces(run: Run): Promise<Places> {
  const places: Record<string, CodeLocation> = {};
  for (const name of WAY_FUNCTIONS) {
    const [place] = await run.functions.find(name);
    const path = place && run.debuggee.scripts.pathOf(place.url);
    if (path !== undefined) places[name] = { path, line: place!.line + 1, column: 1 };
  }
  return places;
}

async function momentOfStop(run: Run): Promise<Moment | undefined> {
  if (run.execution.stop === undefined) return undefined;
  const { event, time } = await run.execution.stop.snapshot;
  return { event, timeNs: Math.round(Number(time) * 1e9) };
}
