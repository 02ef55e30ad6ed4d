/** Changing what an expression stands for by an assignment, which V8 evaluates in a frame. */
import type { Debugger } from 'node:inspector';
import { messageOf } from '../control/debuggee.ts';
import { checkExpression, withoutTypes } from '../control/expression.ts';
import { parseIpv4 } from '../inspect/format.ts';
import type { WireItem } from '../inspect/handles.ts';
import { expressionChanged } from './changes.ts';
import { evaluateIn, isSideEffect, valueOf } from './evaluate.ts';
import type { Run } from './run.ts';

/** What is typed as a value, as an expression. @throws an error for the user if it is none */
export function valueExpression(text: string): string {
  const address = parseIpv4(text);
  // The displayed text can be entered again: `TCP_SYN_SENT (2)`.
  const expression =
    address === undefined ? withoutTypes(text.replace(/^(\w+) \([^)]*\)$/, '$1')) : String(address);
  checkExpression(expression, 'value');
  return expression;
}
/** @param target a variable, a field or an element */
export async function assign(
  run: Run,
  target: string,
  text: string,
  callFrame: Debugger.CallFrame | undefined,
): Promise<WireItem> {
  const value = valueExpression(text);
  const assignment = `${target} = (${value})`;
  // A wrong value is refused before anything is changed.
  const tried = await evaluateIn(run, value, callFrame, true);
  if (tried.exceptionDetails && !isSideEffect(tried.exceptionDetails))
    throw new Error(messageOf(tried.exceptionDetails));
  run.pastChange?.touches();
  const { exceptionDetails } = await evaluateIn(run, assignment, callFrame, false);
  if (exceptionDetails) throw new Error(messageOf(exceptionDetails));
  await expressionChanged(run, assignment, callFrame);
  return valueOf(run, target, callFrame, true);
}
