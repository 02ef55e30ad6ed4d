/** The custom request about the sequence diagram. */
import type { Moment, SequenceArguments, SequenceResponse } from '../protocol.ts';
import { sequenceOf } from '../sequence/sequence.ts';
import type { Run } from './run.ts';

export async function sequence(run: Run, args: SequenceArguments): Promise<SequenceResponse> {
  const stop = await momentOfStop(run);
  const { recording } = run;
  const answer = sequenceOf(recording.read(), recording.missing, args);
  return stop === undefined ? answer : { ...answer, stop };
}

async function momentOfStop(run: Run): Promise<Moment | undefined> {
  if (run.execution.stop === undefined) return undefined;
  const { event, time } = await run.execution.stop.snapshot;
  return { event, timeNs: Math.round(Number(time) * 1e9) };
}
