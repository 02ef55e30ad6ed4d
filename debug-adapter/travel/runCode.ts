/** The code that runs while a machine is led somewhere, as V8's coverage tells it. */
import type { Debugger } from 'node:inspector';
import type { Debuggee } from '../control/debuggee.ts';
import type { PausePlace } from '../control/moment.ts';

/** A function that has run. */
export interface RunCode {
  url: string;
  start: Position;
  /** Where it ends, with the functions in it; undefined: it begins at `start`, and is meant without these. */
  end?: Position;
}
type Position = Pick<Debugger.Location, 'lineNumber' | 'columnNumber'>;

/** @param frames in which V8 is at the beginning */
export async function codeOf(
  { client, scripts }: Debuggee,
  frames: readonly Debugger.CallFrame[],
  lead: () => Promise<void>,
): Promise<RunCode[]> {
  await client.send('Profiler.enable');
  await client.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await lead();
  const { result } = await client.send('Profiler.takePreciseCoverage');
  await client.send('Profiler.stopPreciseCoverage');
  await client.send('Profiler.disable');
  // V8 counts what is called, or goes on after it was asleep: not what it was in already.
  const ran = frames.flatMap(({ functionLocation: start }): RunCode[] => {
    const url = start && scripts.get(start.scriptId)?.url;
    return url === undefined ? [] : [{ url, start: start! }];
  });
  for (const { scriptId, functions } of result) {
    const url = scripts.get(scriptId)?.url;
    const counted = functions.flatMap(({ ranges: [range] }) => (range!.count > 0 ? [range!] : []));
    if (url === undefined || counted.length === 0) continue;
    const positionOf = positions(await scripts.lines(scriptId));
    // The module itself ran as it was loaded.
    for (const { startOffset, endOffset } of counted.filter((range) => range.startOffset > 0))
      ran.push({ url, start: positionOf(startOffset), end: positionOf(endOffset) });
  }
  return ran;
}
/** Where V8 can pause in code. */
export async function placesIn(
  { client, scripts }: Debuggee,
  those: readonly RunCode[],
): Promise<PausePlace[]> {
  const found = new Map<string, PausePlace>();
  await Promise.all(
    those.map(async ({ url, start, end }) => {
      const scriptId = scripts.byUrl(url)!.id;
      const { locations } = await client.send('Debugger.getPossibleBreakpoints', {
        start: { ...start, scriptId },
        ...(end === undefined ? { restrictToFunction: true } : { end: { ...end, scriptId } }),
      });
      for (const { lineNumber: line, columnNumber: column = 0, type } of locations)
        found.set(`${url}:${line}:${column}`, { url, line, column, returns: type === 'return' });
    }),
  );
  return [...found.values()];
}
/** Offsets in a text as places in its lines. */
function positions(lines: readonly string[]): (offset: number) => Position {
  const begins: number[] = [];
  let length = 0;
  for (const line of lines) {
    begins.push(length);
    length += line.length + 1;
  }
  return (offset) => {
    const lineNumber = begins.findLastIndex((begin) => begin <= offset);
    return { lineNumber, columnNumber: offset - begins[lineNumber]! };
  };
}
