/** What the user changes is noted, so that whoever repeats the run can change it again. */
import { message } from '../../language/message.ts';
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
  note(run, { kind: 'expression', expression, below });
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
    if (input.kind !== 'evaluation') note(run, { kind: 'input', input });
    else if (!isAssigned(run, input.value, assigned))
      run.execution.trail.ends(message('a value was changed that no expression leads to'));
  }
}
/** Bytes were written, each time once. */
export async function bytesChanged(run: Run, written: readonly WrittenBytes[]): Promise<void> {
  const inputs = await run.debuggee.ask<ChangeInput[]>('takeChanges');
  for (const [index, input] of inputs.entries()) {
    const { expression, below } = written[index]!;
    if (input.kind !== 'evaluation') note(run, { kind: 'input', input });
    else if (expression !== undefined) note(run, { kind: 'expression', expression, below });
    else run.execution.trail.ends(message('a value was changed that no expression leads to'));
  }
}
function isAssigned(
  run: Run,
  plain: EditValue | undefined,
  { below, name, value }: Assigned = { below: null, name: undefined },
): boolean {
  const text = plain === undefined ? value : JSON.stringify(plain);
  if (name === undefined || below === null || text === undefined) return false;
  note(run, { kind: 'expression', expression: `${name} = (${text})`, below });
  return true;
}

function note({ execution, debuggee }: Run, change: Change): void {
  const { stop, trail } = execution;
  if (stop !== undefined) trail.changed(change, rawPlace(debuggee, stop.paused));
}
