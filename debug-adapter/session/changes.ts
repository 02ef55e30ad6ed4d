/** What the user changes is noted, so that whoever repeats the run can change it again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { message, say, type Message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { Debugger } from 'node:inspector';
import type { Change } from '../control/moment.ts';
import { callText, OWN } from '../control/debuggee.ts';
import { framesBelow } from '../control/pausedState.ts';
import type { EditValue } from '../../stack/world/edit.ts';
import type { ChangeInput } from '../inspect/changeInput.ts';
import type { WrittenBytes } from '../inspect/memory.ts';
import { rawPlace } from '../travel/here.ts';
import type { MadeWhileRunning } from '../inspect/runningChanges.ts';
import type { Run } from './run.ts';

/**
 * A process that computes for longer than this lets no turn end, so that nothing can be changed. Less than any request may
 * take: what is said to have failed must not be made later.
 */
const TURN_MS = 700;
const POLL_MS = 5;

/**
 * Call the agent to change something. While the machine runs, that is done between two turns, as an input of the run; it
 * needs no note then.
 */
export function change<T>(run: Run, method: string, ...args: unknown[]): Promise<T> {
  return changeBy(run, callText(method, args));
}
/** As change(), about an object: of the thread, or of V8 at a stop. */
export function changeAbout<T>(run: Run, method: string, args: unknown[], objectId: string): Promise<T> {
  if (objectId.startsWith(OWN)) return changeBy(run, callText(method, args, [objectId]));
  return run.debuggee.askAbout<T>(method, args, [objectId]);
}
/** As change(), with the call as text: for arguments that JSON cannot represent. */
export async function changeBy<T>(run: Run, call: string): Promise<T> {
  const { debuggee } = run;
  if (!isRunning(run)) return debuggee.askIn<T>(call);
  run.checkPausable();
  const drops = run.launch.opened !== undefined;
  const number = await debuggee.askIn<number>(`running.begin((agent) => agent.${call}, ${drops})`);
  const end = Date.now() + TURN_MS;
  for (;;) {
    const made = await debuggee.ask<MadeWhileRunning | null>('running.take', number);
    if (made !== null) return madeWhileRunning<T>(run, made);
    const isLate = Date.now() > end;
    if ((isLate || !isRunning(run)) && (await debuggee.ask<boolean>('running.giveUp', number))) {
      if (isLate)
        throw new UserError(
          'nothing can be changed now: the program computes without a system call. Pause it, and change it at the stop',
        );
      // It stands by now.
      return debuggee.askIn<T>(call);
    }
    await sleep(POLL_MS);
  }
}
function isRunning({ execution, isOver, debuggee }: Run): boolean {
  return execution.stop === undefined && !isOver && debuggee.runs;
}
async function madeWhileRunning<T>(run: Run, made: MadeWhileRunning): Promise<T> {
  const { answer, error, isMade, unrepeatable, dropped } = made;
  if (isMade) await dropRecorded(run, dropped);
  if (unrepeatable !== undefined)
    ends(
      run,
      message('a value was changed while the machine ran that no lasting object has: {0}', unrepeatable),
    );
  if (error !== undefined) throw new Error(error);
  return answer as T;
}

/** An expression was evaluated that may have changed something. @param frame undefined: in none */
export async function expressionChanged(
  run: Run,
  expression: string,
  frame: Debugger.CallFrame | undefined,
): Promise<void> {
  await run.debuggee.ask('noteEvaluation', expression);
  await run.debuggee.ask<ChangeInput[]>('takeChanges');
  const { stop } = run.execution;
  if (stop === undefined) {
    if (isRunning(run))
      ends(run, message('an expression that may change something was evaluated while the machine ran'));
    return;
  }
  const below = frame && framesBelow(stop.paused.callFrames, frame);
  await note(run, { kind: 'expression', expression, below });
}

/** How a field was changed, where it takes an expression to do it again. */
export interface Assigned {
  /** How many of V8's frames are below the one in which the expressions hold; null: none is known. */
  below: number | null;
  /** An expression for the field; undefined: there is none. */
  name: string | undefined;
  /** An expression for its new value, if that is no plain one. */
  value?: string;
}

/** Fields or settings were changed. */
export async function inputsChanged(run: Run, assigned?: Assigned): Promise<void> {
  for (const input of await run.debuggee.ask<ChangeInput[]>('takeChanges')) {
    if (input.kind !== 'evaluation') await note(run, { kind: 'input', input });
    else if (!(await isAssigned(run, input.value, assigned)))
      cannotRepeat(run, message('a value was changed that no expression leads to'));
  }
}
/** Bytes were written, each time once. */
export async function bytesChanged(run: Run, written: readonly WrittenBytes[]): Promise<void> {
  const inputs = await run.debuggee.ask<ChangeInput[]>('takeChanges');
  for (const [index, input] of inputs.entries()) {
    const { expression, below } = written[index]!;
    if (input.kind !== 'evaluation') await note(run, { kind: 'input', input });
    else if (expression !== undefined) await note(run, { kind: 'expression', expression, below });
    else cannotRepeat(run, message('a value was changed that no expression leads to'));
  }
}
async function isAssigned(
  run: Run,
  plain: EditValue | undefined,
  { below, name, value }: Assigned = { below: null, name: undefined },
): Promise<boolean> {
  const text = plain === undefined ? value : JSON.stringify(plain);
  if (name === undefined || below === null || text === undefined) return false;
  await note(run, { kind: 'expression', expression: `${name} = (${text})`, below });
  return true;
}

async function note(run: Run, change: Change): Promise<void> {
  const { stop, trail } = run.execution;
  if (stop === undefined) return;
  if (run.pastChange !== undefined) return void run.pastChange.changes.push(change);
  await dropRecorded(run);
  tellEnd(run, () => trail.changed(change, rawPlace(run.debuggee, stop.paused)));
}
function cannotRepeat(run: Run, why: Message): void {
  if (run.pastChange !== undefined) run.pastChange.ends(why);
  else ends(run, why);
}
/** Nothing repeats the run any more, which is said at once. */
export function ends(run: Run, why: Message): void {
  tellEnd(run, () => run.execution.trail.ends(why));
}
function tellEnd(run: Run, note: () => void): void {
  const { execution, t } = run;
  const { trail } = execution;
  const isEnded = trail.end !== undefined;
  note();
  if (isEnded || trail.end === undefined) return;
  run.tell(t('This run can neither be gone back in nor be recorded any more: {0}.', say(t, trail.end)));
}
/** A recording was opened that has more than where it stands: with a change that does not come. */
export async function dropRecorded(run: Run, droppedInputs?: number): Promise<void> {
  const { launch, execution, debuggee, t } = run;
  if (launch.opened === undefined) return;
  const changes = (await execution.repetition?.drop()) ?? 0;
  execution.trail.drops(changes);
  const inputs = droppedInputs ?? (await debuggee.ask<number>('dropInputs'));
  if (changes + inputs > 0)
    run.tell(
      t(
        'The run goes on from here with your change. What the recording has for later is dropped: {0} changes, and {1} inputs from outside.',
        changes,
        inputs,
      ),
    );
}
