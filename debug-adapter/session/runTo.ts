/** Running to a moment that is known beforehand: a packet's arrival, where something was written, and what is due. */
import { UserError } from '../../language/userError.ts';
import type { Debuggee } from '../control/debuggee.ts';
import type { CodePoint } from '../control/moment.ts';
import type { DueResponse, GoToOutputArguments } from '../protocol.ts';
import { outputAt } from '../sequence/output.ts';
import type { Run } from './run.ts';
import type { Travel, Write } from './travel.ts';

/**
 * Go to where the stack takes a packet: back or forth if the run has come there already, else by running on.
 *
 * @throws UserError for a packet that does not arrive
 */
export async function runToArrival(run: Run, travel: Travel, number: number): Promise<Record<string, never>> {
  run.streams.drain(2000);
  const { frame } = run.packets.dissected(number);
  const recorded = run.recording.read();
  const taken = recorded.find((one) => one.kind === 'taken' && one.frame === number);
  if (taken !== undefined) {
    await travel.goToEvent(run, taken.event);
    return {};
  }
  if (frame.fate !== 'in flight')
    throw new UserError(
      frame.fate === 'lost'
        ? 'packet {0} does not arrive: it was lost on its way'
        : 'where packet {0} arrived is not recorded any more',
      number,
    );
  run.execution.runUntil(() => run.debuggee.ask('waitForArrival', number));
  return {};
}

/** The event at which a packet was sent. @throws UserError where that is not kept */
export function sendingOf(run: Run, number: number): number {
  run.streams.drain(2000);
  const { event } = run.packets.dissected(number).frame;
  if (event === undefined)
    throw new UserError('The moment at which packet {0} was sent is not known any more.', number);
  return event;
}

/** Where a line of output was written. @throws UserError where that is not kept */
export async function writeOf(run: Run, line: GoToOutputArguments): Promise<Write> {
  const output = outputAt(run.recording.read(), line);
  if (output === undefined)
    throw new UserError('The moment at which this line was written is not known any more.');
  const { event, code } = output;
  const place = code && (await placeBefore(run.debuggee, code));
  return place === undefined ? { event } : { event, write: { place, arrival: code!.write } };
}
/** The last place in a line at which V8 can pause, up to a column. */
async function placeBefore(
  { client, scripts }: Debuggee,
  { url, line, column }: { url: string; line: number; column: number },
): Promise<CodePoint | undefined> {
  const scriptId = scripts.byUrl(url)?.id;
  if (scriptId === undefined) return undefined;
  const { locations } = await client.send('Debugger.getPossibleBreakpoints', {
    start: { scriptId, lineNumber: line - 1, columnNumber: 0 },
    end: { scriptId, lineNumber: line - 1, columnNumber: column },
  });
  const last = locations.at(-1);
  return last && { url, line: last.lineNumber, column: last.columnNumber ?? 0 };
}

/** @throws UserError if so little is due */
export async function advanceTime(run: Run, index: number): Promise<Record<string, never>> {
  const stop = run.execution.stop;
  const { due } = await run.debuggee.ask<DueResponse>('whatIsDue');
  if (due.length === 0) throw new UserError('nothing is due: no timer is armed, and no frame is on its way');
  if (index >= due.length)
    throw new UserError('there is no number {0} in the list of what is due: it has {1}', index, due.length);
  // Another step may have begun since.
  if (run.execution.stop !== stop) throw run.notStopped();
  run.execution.runUntil(() => run.debuggee.ask('waitForDue', index));
  return {};
}
