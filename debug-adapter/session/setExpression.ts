/** Changing what an expression stands for: a field, an element, a variable. */
import { UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from 'node:inspector';
import { isChain, memberOf, withoutTypes } from '../control/expression.ts';
import { framesBelow } from '../control/pausedState.ts';
import type { WireItem } from '../inspect/handles.ts';
import { assign } from './assign.ts';
import { changeAbout, inputsChanged } from './changes.ts';
import { evaluateIn } from './evaluate.ts';
import type { Run } from './run.ts';
import { unchangeable } from './sleepers.ts';
import { toVariable } from './variables.ts';

type CallFrame = Debugger.CallFrame | undefined;

/** A struct's field takes what the Variables view takes: a name, an address, a time. Anything else takes an expression. */
export function setExpression(
  run: Run,
  args: DebugProtocol.SetExpressionArguments,
): Promise<DebugProtocol.SetExpressionResponse['body']> {
  return run.changing(() => set(run, args));
}
async function set(
  run: Run,
  { expression: typed, value: text, frameId }: DebugProtocol.SetExpressionArguments,
): Promise<DebugProtocol.SetExpressionResponse['body']> {
  const expression = withoutTypes(typed);
  if (!isChain(expression) || expression.endsWith(')'))
    throw new UserError('{0} cannot be changed: it is no variable, field or element', typed);
  const frame = frameId === undefined ? run.frames.topFrame : run.frames.frame(frameId);
  if (frame !== undefined && (await run.frames.sleepers.concerns(frame, expression)))
    throw unchangeable(expression);
  const callFrame = frame?.callFrame;
  const item =
    (await setField(run, expression, text, callFrame)) ?? (await assign(run, expression, text, callFrame));
  run.frames.forgetItems();
  const { value, name: _, ...rest } = toVariable(item, run.debuggee.scripts);
  return { value, ...rest };
}

/** @returns undefined if the expression is no field that takes texts */
async function setField(
  run: Run,
  expression: string,
  text: string,
  callFrame: CallFrame,
): Promise<WireItem | undefined> {
  const member = memberOf(expression);
  if (member === undefined) return undefined;
  const { result, exceptionDetails } = await evaluateIn(run, member.owner, callFrame, true);
  if (exceptionDetails || result.objectId === undefined || result.type !== 'object') return undefined;
  const args = [member.field, text, expression];
  const item = await changeAbout<WireItem | null>(run, 'setField', args, result.objectId);
  if (item === null) return undefined;
  const { stop } = run.execution;
  const below = stop && callFrame && framesBelow(stop.paused.callFrames, callFrame);
  await inputsChanged(run, { name: expression, below: below ?? null });
  return item;
}
