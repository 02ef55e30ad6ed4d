/** The function graph between two events: the run is repeated in a machine whose functions tell of their calls. */
import { UserError } from '../../language/userError.ts';
import type { FunctionGraphArguments, FunctionGraphResponse } from '../protocol.ts';
import { functionCalls } from '../functionGraph/tree.ts';
import { functionGraphText } from '../functionGraph/text.ts';
import type { RecordedCalls } from '../inspect/callRecorder.ts';
import type { Machines } from '../travel/machines.ts';
import { StrayedError, type Replica } from '../travel/replica.ts';
import type { Run } from './run.ts';
import { CANCELLED, type Works } from './works.ts';

/**
 * @param end the event at which the run stands
 * @throws an error for the user if the run cannot be repeated, or this was cancelled
 */
export async function functionGraph(
  run: Run,
  machines: Machines,
  works: Works,
  end: number,
  { from, to = end, packetsOnly = false }: FunctionGraphArguments,
): Promise<FunctionGraphResponse> {
  const last = Math.min(to, end);
  if (from > last) throw new UserError('the run has not come to event {0} yet: it stands at {1}', from, end);
  let replica: Replica | undefined;
  let isCancelled = false;
  const work = works.begin(run.t('Repeating the run for a function graph'), () => {
    isCancelled = true;
    if (replica !== undefined) machines.drop(replica);
  });
  try {
    replica = await machines.createTraced();
    if (isCancelled) throw new Error(CANCELLED);
    const recorded = await record(replica, from, last);
    const { scripts } = run.debuggee;
    const calls = functionCalls(recorded, packetsOnly, (url, line) => {
      const path = scripts.pathOf(url);
      return path === undefined ? undefined : { path, line, column: 1 };
    });
    return { calls, leftOut: recorded.leftOut, text: functionGraphText(calls) };
  } catch (error) {
    throw isCancelled ? new Error(CANCELLED) : error;
  } finally {
    work.end();
    if (replica !== undefined) machines.drop(replica);
  }
}

async function record(replica: Replica, from: number, to: number): Promise<RecordedCalls> {
  await replica.toEvent(from);
  await replica.debuggee.ask('calls.begin', to);
  try {
    await replica.toEvent(to);
  } catch (error) {
    // A run may end before its next tracepoint.
    const isOver = error instanceof StrayedError && (await replica.debuggee.askIn<number>('event')) >= to;
    if (!isOver) throw error;
  }
  return replica.debuggee.ask('calls.take');
}
