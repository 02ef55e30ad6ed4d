/** Bringing a machine to where a task made a system call or fell asleep, and finding its frames there. */
import type { Debugger } from 'node:inspector';
import type { Scripts } from '../cdp/scripts.ts';
import type { FrameView } from '../control/pausedState.ts';
import type { CaptureMoment } from '../inspect/stackCaptures.ts';
import type { Machines } from './machines.ts';
import { GivenUpError, NEAR, StrayedError, type Replica } from './replica.ts';

/** Brings one of these machines to where somebody wants to look around. */
export type Bring = (machines: Machines, signal: AbortSignal) => Promise<Replica>;

/**
 * A machine that stands there; whoever gets it ends it.
 *
 * @param signal nobody waits for it any more
 * @throws an error for the user if the run cannot be repeated
 */
export function bringToCapture(
  machines: Machines,
  moment: CaptureMoment,
  signal: AbortSignal,
): Promise<Replica> {
  return bringNear(machines, moment.event, signal, (replica) => replica.toCapture(moment));
}
/** A machine that is led to a moment of an event, from shortly before it. */
export async function bringNear(
  machines: Machines,
  event: number,
  signal: AbortSignal,
  lead: (replica: Replica) => Promise<void>,
): Promise<Replica> {
  const near = Math.max(0, event - NEAR);
  try {
    return await bringTo(machines, near, signal, async (replica) => {
      if (near > 0 && (await replica.toEvent(near)) > event) throw new StrayedError();
      await lead(replica);
    });
  } catch (error) {
    // There is no tracepoint shortly before it.
    if (near > 0 && error instanceof StrayedError) return bringTo(machines, 0, signal, lead);
    throw error;
  }
}
/** A machine that has not passed an event, and is led to where it stands then; whoever gets it ends it. */
export async function bringTo(
  machines: Machines,
  before: number,
  signal: AbortSignal,
  lead: (replica: Replica) => Promise<void>,
): Promise<Replica> {
  const givenUp = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new GivenUpError());
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp);
  });
  const made = machines.create(before, false);
  const arrived = made.then(async (replica) => {
    await lead(replica);
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
