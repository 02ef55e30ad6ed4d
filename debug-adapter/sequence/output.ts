/** A line of output by its numbers; undefined: it is not kept. */
export function outputAt(
  happenings: readonly Happening[],
  { event, index }: Pick<OutputLine, 'event' | 'index'>,
): HappeningOf<'output'> | undefined {
  return happenings.filter((one) => one.kind === 'output' && one.event === event)[index] as
    HappeningOf<'output'> | undefined;
}

/** What programs have written, line by line, with the moment of each. */
import type { OutputArguments, OutputLine, OutputResponse } from '../protocol.ts';
import type { Happening, HappeningOf } from './happening.ts';

const USUAL_COUNT = 1000;

export function outputOf(
  happenings: readonly Happening[],
  missing: number,
  { count = USUAL_COUNT }: OutputArguments,
): OutputResponse {
  const lines: OutputLine[] = [];
  for (const happening of happenings) {
    if (happening.kind !== 'output') continue;
    const { event, timeNs, process, pid, host, stream, text } = happening;
    const before = lines.at(-1);
    const index = before?.event === event ? before.index + 1 : 0;
    lines.push({ event, index, timeNs, process, pid, host, stream, text });
  }
  const isShortened = happenings.some((one) => one.kind === 'output' && one.isCut === true);
  const isCut = missing > 0 || lines.length > count || isShortened;
  return { lines: lines.slice(Math.max(0, lines.length - count)), isCut };
}
