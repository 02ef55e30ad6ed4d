/**
 * The last line of the program that a thread has run before a function that the library has called, such as the handler of
 * an event: nothing on V8's stack leads there. V8 knows which functions of the program have run, and a machine that
 * repeats the run notes the arrivals in all of them.
 */
import { isScenario } from '../inspect/codeKinds.ts';
import type { NotedArrival } from '../inspect/moments.ts';
import { threadOf } from './lineBefore.ts';
import type { Replica, TrackedPlace } from './replica.ts';

/** A place in the program, and whether a function returns there. */
export interface ProgramPlace extends TrackedPlace {
  returns: boolean;
}

/** Where V8 can pause in the functions of the program that run while a machine is led somewhere, and in its modules. */
export async function programPlaces(replica: Replica, lead: () => Promise<void>): Promise<ProgramPlace[]> {
  const { client, scripts } = replica.debuggee;
  const ran = (await replica.codeOf(lead)).filter(({ url }) => isScenario(url));
  const modules = scripts.all().filter(({ url, path }) => path !== undefined && isScenario(url));
  const beginning = { lineNumber: 0, columnNumber: 0 };
  const found = new Map<string, ProgramPlace>();
  await Promise.all(
    [...ran, ...modules.map(({ url }) => ({ url, start: beginning, end: undefined }))].map(
      async ({ url, start, end }) => {
        const scriptId = scripts.byUrl(url)!.id;
        const { locations } = await client.send('Debugger.getPossibleBreakpoints', {
          start: { ...start, scriptId },
          ...(end === undefined ? { restrictToFunction: true } : { end: { ...end, scriptId } }),
        });
        for (const { lineNumber: line, columnNumber: column = 0, type } of locations)
          found.set(`${url}:${line}:${column}`, {
            place: { url, line, column },
            of: { name: '', url },
            returns: type === 'return',
          });
      },
    ),
  );
  return [...found.values()];
}

/** The beginning of the line that a thread has run last. @param arrivals without the one that leads here */
export function lastLine(
  arrivals: readonly NotedArrival[],
  places: readonly ProgramPlace[],
  thread: number,
): NotedArrival | undefined {
  const own = arrivals.filter((arrival) => threadOf(arrival) === thread);
  let found: NotedArrival | undefined;
  for (const arrival of own.toReversed()) {
    const { place, returns } = places[arrival.place]!;
    const before = found && places[found.place]!.place;
    if (before !== undefined && (returns || place.url !== before.url || place.line !== before.line)) break;
    if (!returns) found = arrival;
  }
  return found;
}
