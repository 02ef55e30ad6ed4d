/** The custom requests about what was recorded: the sequence diagram and the graphs. */
import { graphsOf } from '../graphs/graphs.ts';
import type {
  GraphsArguments,
  GraphsResponse,
  Moment,
  SequenceArguments,
  SequenceResponse,
} from '../protocol.ts';
import { sequenceOf } from '../sequence/sequence.ts';
import type { Run } from './run.ts';

export async function sequence(run: Run, args: SequenceArguments): Promise<SequenceResponse> {
  const stop = await momentOfStop(run);
  const { recording } = run;
  const answer = sequenceOf(recording.read(), recording.missing, args);
  return stop === undefined ? answer : { ...answer, stop };
}

export async function graphs(run: Run, args: GraphsArguments): Promise<GraphsResponse> {
  const stop = await momentOfStop(run);
  const answer = graphsOf(run.recording.read(), run.samples.read(), args);
  return stop === undefined ? answer : { ...answer, stop };
}

async function momentOfStop(run: Run): Promise<Moment | undefined> {
  if (run.execution.stop === undefined) return undefined;
  const { event, time } = await run.execution.stop.snapshot;
  return { event, timeNs: Math.round(Number(time) * 1e9) };
}
