/** What the user changes is noted, so that whoever repeats the run can change it again. */
import { message, type Message } from '../../language/message.ts';
import type { Debugger } from 'node:inspector';
import type { Change } from '../control/moment.ts';
import { framesBelow } from '../control/pausedState.ts';
import type { EditValue } from '../../stack/world/edit.ts';
import type { ChangeInput } from '../inspect/changeInput.ts';
import type { WrittenBytes } from '../inspect/memory.ts';
import { rawPlace } from '../travel/here.ts';
import type { Run } from './run.ts';

/** An expression was evaluated that may have changed something. @param frame undefined: in none */
export async function expressionChanged(
  run: Run,
  expression: string,
  frame: Debugger.CallFrame | undefined,
): Promise<void> {
  await run.debuggee.ask('noteEvaluation', expression);
  await run.debuggee.ask<ChangeInput[]>('takeChanges');
  const { stop, trail } = run.execution;
  if (stop === undefined) return trail.ends(message('a value was changed while the machine ran'));
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
  trail.changed(change, rawPlace(run.debuggee, stop.paused));
}
function cannotRepeat({ pastChange, execution }: Run, why: Message): void {
  (pastChange ?? execution.trail).ends(why);
}
/** A recording was opened that has more than where it stands: with a change that does not come. */
async function dropRecorded(run: Run): Promise<void> {
  const { launch, execution, debuggee, t } = run;
  if (launch.opened === undefined) return;
  const changes = (await execution.repetition?.drop()) ?? 0;
  execution.trail.drops(changes);
  const inputs = await debuggee.ask<number>('dropInputs');
  if (changes + inputs > 0)
    run.tell(
      t(
        'The run goes on from here with your change. What the recording has for later is dropped: {0} changes, and {1} inputs from outside.',
        changes,
        inputs,
      ),
    );
}
