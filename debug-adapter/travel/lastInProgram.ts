/**
 * The last line of the program that a thread has run before a function that the library has called, such as the handler of
 * an event: nothing on V8's stack leads there. V8 knows which functions of the program have run, and a machine that
 * repeats the run notes the arrivals in all of them.
 */
import { isScenario } from '../inspect/codeKinds.ts';
import type { NotedArrival } from '../inspect/moments.ts';
import { threadOf } from './lineBefore.ts';
import type { Replica, TrackedPlace } from './replica.ts';
import { placesIn } from './runCode.ts';

/** A place in the program, and whether a function returns there. */
export interface ProgramPlace extends TrackedPlace {
  returns: boolean;
}

/** Where V8 can pause in the functions of the program that run while a machine is led somewhere, and in its modules. */
export async function programPlaces(replica: Replica, lead: () => Promise<void>): Promise<ProgramPlace[]> {
  const ran = await replica.codeOf(lead);
  const modules = replica.debuggee.scripts.all().filter(({ path }) => path !== undefined);
  const start = { lineNumber: 0, columnNumber: 0 };
  const code = [...ran, ...modules.map(({ url }) => ({ url, start }))];
  const places = await placesIn(
    replica.debuggee,
    code.filter(({ url }) => isScenario(url)),
  );
  return places.map(({ returns, ...place }) => ({ place, of: { name: '', url: place.url }, returns }));
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
