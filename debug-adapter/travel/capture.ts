/** Bringing a machine to where a task made a system call or fell asleep, and finding its frames there. */
import type { Debugger } from 'node:inspector';
import type { Scripts } from '../cdp/scripts.ts';
import type { FrameView } from '../control/pausedState.ts';
import type { CaptureMoment } from '../inspect/stackCaptures.ts';
import type { Machines } from './machines.ts';
import { GivenUpError, NEAR, StrayedError, type Replica } from './replica.ts';

/**
 * A machine that stands there; whoever gets it ends it.
 *
 * @param signal nobody waits for it any more
 * @throws an error for the user if the run cannot be repeated
 */
export async function bringToCapture(
  machines: Machines,
  moment: CaptureMoment,
  signal: AbortSignal,
): Promise<Replica> {
  const givenUp = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new GivenUpError())),
  );
  try {
    return await bring(machines, moment, moment.event - NEAR, givenUp);
  } catch (error) {
    // There is no tracepoint shortly before it.
    if (error instanceof StrayedError) return bring(machines, moment, 0, givenUp);
    throw error;
  }
}
async function bring(
  machines: Machines,
  moment: CaptureMoment,
  near: number,
  givenUp: Promise<never>,
): Promise<Replica> {
  const made = machines.create(near, false);
  const arrived = made.then(async (replica) => {
    if (near > 0 && (await replica.toEvent(near)) > moment.event) throw new StrayedError();
    await replica.toCapture(moment);
    return replica;
  });
  try {
    const replica = await Promise.race([arrived, givenUp]);
    machines.release(replica);
    return replica;
  } catch (error) {
    arrived.catch(() => {});
    made.then(
      (replica) => machines.drop(replica),
      () => {},
    );
    throw error;
  }
}

/**
 * V8's frame for one that it had at this pause.
 *
 * @param frames those of its stack, innermost first
 * @returns undefined if V8 does not have it: its function awaits another one
 */
export function frameAt(
  { callFrames }: Debugger.PausedEventDataType,
  scripts: Scripts,
  frame: FrameView,
  frames: readonly FrameView[],
): Debugger.CallFrame | undefined {
  const isSame = ({ url, line }: Pick<FrameView, 'url' | 'line'>): boolean =>
    url === frame.url && line === frame.line;
  const nth = frames.filter((one) => one.since?.event === frame.since?.event && isSame(one)).indexOf(frame);
  const fitting = callFrames.filter(({ location: { scriptId, lineNumber } }) =>
    isSame({ url: scripts.get(scriptId)?.url ?? '', line: lineNumber + 1 }),
  );
  return fitting[nth];
}
