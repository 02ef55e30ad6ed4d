/**
 * The end of the call from which a step has led: where somebody stands amid a line to which a function has returned, the line
 * before is the last one of that function.
 */
import type { Debugger } from 'node:inspector';
import type { Debuggee } from '../control/debuggee.ts';
import { at, BEGIN, type CodePoint, type Moment } from '../control/moment.ts';
import { threadOf } from './lineBefore.ts';
import type { Machines } from './machines.ts';
import { NEAR, type Replica } from './replica.ts';

/**
 * @param moment to which the last of its moves has led
 * @param thread which made that move
 * @param caller where the function begins in which it stands
 * @returns undefined: the move has not led out of a call
 */
export async function endOfCall(
  machines: Machines,
  { mark, moves }: Moment,
  thread: number,
  caller: CodePoint,
): Promise<Moment | undefined> {
  const move = moves.at(-1)!;
  const near = Math.max(0, mark.event - NEAR);
  return machines.with(near, undefined, async (replica) => {
    if (near > 0 && (await replica.toEvent(near)) >= mark.event) return undefined;
    const before = { mark, moves: moves.slice(0, -1) };
    await replica.follow(before);
    const stands = replica.paused?.callFrames[0]?.location;
    const start = returningTo(replica, caller);
    if (start === undefined) return undefined;
    const { url } = replica.debuggee.scripts.get(start.scriptId)!;
    const places = await returnsOf(replica.debuggee, start);
    await replica.track(
      places.map(({ line, column }) => ({ place: { url, line, column }, of: { name: '', url } })),
    );
    await replica.follow({ mark: BEGIN.mark, moves: [move] });
    const last = (await replica.tracked()).findLast((arrival) => threadOf(arrival) === thread);
    if (last === undefined) {
      const isThere = places.some(
        ({ line, column }) => stands?.lineNumber === line && stands.columnNumber === column,
      );
      return isThere ? before : undefined;
    }
    const { event, arrival } = last;
    return at({ kind: 'place', event, place: { url, ...places[last.place]! }, arrival });
  });
}
/** Where the function begins that will return to another one; undefined: that is not on the stack, or the innermost. */
function returningTo(
  { paused, debuggee: { scripts } }: Replica,
  caller: CodePoint,
): Debugger.Location | undefined {
  const frames = (paused?.callFrames ?? []).filter(
    ({ location }) => !scripts.isSkipped(scripts.get(location.scriptId)?.url ?? ''),
  );
  const index = frames.findIndex(
    ({ functionLocation: one }) =>
      one !== undefined &&
      scripts.get(one.scriptId)?.url === caller.url &&
      one.lineNumber === caller.line &&
      one.columnNumber === caller.column,
  );
  return frames[index - 1]?.functionLocation;
}
async function returnsOf({ client }: Debuggee, start: Debugger.Location): Promise<Omit<CodePoint, 'url'>[]> {
  const wish = { start, restrictToFunction: true };
  const { locations } = await client.send('Debugger.getPossibleBreakpoints', wish);
  return locations
    .filter(({ type }) => type === 'return')
    .map(({ lineNumber: line, columnNumber: column = 0 }) => ({ line, column }));
}
