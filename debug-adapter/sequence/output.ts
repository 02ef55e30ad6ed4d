/** What programs have written, line by line, with the moment of each. */
import type { OutputArguments, OutputLine, OutputResponse } from '../protocol.ts';
import type { Happening } from './happening.ts';

const USUAL_COUNT = 1000;

export function outputOf(
  happenings: readonly Happening[],
  missing: number,
  { count = USUAL_COUNT }: OutputArguments,
): OutputResponse {
  const lines = happenings.flatMap((happening): OutputLine[] => {
    if (happening.kind !== 'output') return [];
    const { event, timeNs, process, pid, host, stream, text } = happening;
    return [{ event, timeNs, process, pid, host, stream, text }];
  });
  const isShortened = happenings.some((one) => one.kind === 'output' && one.isCut === true);
  const isCut = missing > 0 || lines.length > count || isShortened;
  return { lines: lines.slice(Math.max(0, lines.length - count)), isCut };
}
