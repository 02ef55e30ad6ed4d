/** Evaluates expressions typed by the user. */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger, Runtime } from 'node:inspector';
import { messageOf, OWN, STOP_GROUP } from '../control/debuggee.ts';
import { isExpression, memberOf, withoutTypes } from '../control/expression.ts';
import { ENDED } from '../inspect/evaluation.ts';
import { TOOLS } from '../inspect/tools.ts';
import type { WireItem } from '../inspect/handles.ts';
import { primitiveText } from '../inspect/values/primitives.ts';
import { AGENT } from '../worker/channel.ts';
import { expressionChanged } from './changes.ts';
import type { Run } from './run.ts';
import { toVariable } from './variables.ts';

export type Result = Debugger.EvaluateOnCallFrameReturnType | Runtime.EvaluateReturnType;
type CallFrame = Debugger.CallFrame | undefined;
/** How V8 evaluates what the user has typed. */
interface UserExpression {
  expression: string;
  objectGroup: string;
  silent: boolean;
  throwOnSideEffect: boolean;
  /** In ms. */
  timeout: number;
}
/** A machine in which something is evaluated. */
export type Evaluator = Pick<Run, 'debuggee' | 'execution'> & Partial<Pick<Run, 'pastChange'>>;
/** Contexts in which an expression must have no side effects: the client evaluates in them unasked. */
const LOOKING = new Set(['watch', 'hover', 'variables', 'clipboard']);
/** An expression that takes longer is aborted. */
const EVALUATE_MS = 500;
/** An expression waits so long for the end of a step. */
const STEP_MS = 900;
/** Longer strings are truncated: in a list of many lines, in the console, and for the clipboard. */
const LONGEST_TEXT: Record<string, number> = { repl: 10_000, clipboard: 1_000_000 };
const LONGEST_LINE = 200;

export async function evaluate(
  run: Run,
  { expression: typed, frameId, context = '' }: DebugProtocol.EvaluateArguments,
): Promise<DebugProtocol.EvaluateResponse['body']> {
  const expression = withoutTypes(typed);
  if (expression === '') throw new UserError('there is nothing to evaluate');
  const frame = frameId === undefined ? run.frames.topFrame : run.frames.frame(frameId);
  const before = frame && (await run.frames.sleepers.evaluate(frame, expression, LONGEST_TEXT[context]));
  if (before !== undefined) return before;
  const callFrame = frame?.callFrame;
  if (LOOKING.has(context)) return shown(run, expression, callFrame, context);
  run.frames.forgetItems();
  if (!(await mayChange(run, expression, callFrame))) return shown(run, expression, callFrame, context);
  return run.changing(async () => {
    await expressionChanged(run, expression, callFrame);
    return shown(run, expression, callFrame, context);
  });
}
async function shown(
  run: Run,
  expression: string,
  callFrame: CallFrame,
  context: string,
): Promise<DebugProtocol.EvaluateResponse['body']> {
  const looks = LOOKING.has(context);
  const member = memberOf(expression);
  const item =
    (member && (await fieldOf(run, member.owner, member.field, expression, callFrame))) ??
    (await valueOf(run, expression, callFrame, looks, LONGEST_TEXT[context]));
  const { value, name: _, ...rest } = toVariable(item, run.debuggee.scripts);
  const doc = context === 'hover' ? (item.doc ?? (await constantDoc(run, expression, item))) : undefined;
  return { result: doc === undefined ? value : withDoc(value, doc, item.ref !== 0), ...rest };
}

/** The documentation of a number that has a kernel name. */
async function constantDoc(run: Run, name: string, { type, value }: WireItem): Promise<string | undefined> {
  if (type !== 'number' || !/^[A-Z_][A-Za-z0-9_]*$/.test(name)) return undefined;
  return (await run.debuggee.ask<string | null>('docOf', name, Number(value))) ?? undefined;
}
/** A value with children has a single line in a hover. */
function withDoc(value: string, doc: string, opens: boolean): string {
  return opens ? `${value} — ${doc.replaceAll('\n', ' ')}` : `${value}\n${doc}`;
}

/**
 * Whether V8 refuses the expression when side effects are forbidden. It is then an input of the run, and is
 * logged.
 */
async function mayChange(run: Run, expression: string, callFrame: CallFrame): Promise<boolean> {
  const { exceptionDetails } = await evaluateIn(run, expression, callFrame, true);
  return exceptionDetails !== undefined && isSideEffect(exceptionDetails);
}
/** Whether V8 has refused an expression because of what it does, and not for what it is. */
export function isSideEffect({ exception }: Runtime.ExceptionDetails): boolean {
  return exception?.description?.includes('side-effect') === true;
}

/** A member chain: displayed like the field, as long as reading it runs no program code. */
export async function fieldOf(
  run: Evaluator,
  owner: string,
  field: string,
  expression: string,
  callFrame: CallFrame,
): Promise<WireItem | undefined> {
  const { result, exceptionDetails } = await evaluateIn(run, owner, callFrame, true);
  if (exceptionDetails || result.objectId === undefined || result.type !== 'object') return undefined;
  const { debuggee } = run;
  const args = [field, expression];
  return (await debuggee.askAbout<WireItem | null>('presentField', args, [result.objectId])) ?? undefined;
}

export async function valueOf(
  run: Evaluator,
  expression: string,
  callFrame: CallFrame,
  looks: boolean,
  longestText = LONGEST_LINE,
): Promise<WireItem> {
  const { result, exceptionDetails } = await evaluateIn(run, expression, callFrame, looks);
  if (exceptionDetails) throw readable(messageOf(exceptionDetails), expression);
  if (result.objectId !== undefined) {
    const { objectId } = result;
    return run.debuggee.askAbout<WireItem>('presentAs', [expression, longestText], [objectId]);
  }
  const { type, unserializableValue } = result;
  const value =
    unserializableValue ?? primitiveText(result.subtype === 'null' ? null : result.value, longestText);
  return { name: expression, value, type: result.subtype === 'null' ? 'null' : type, ref: 0 };
}

export async function evaluateIn(
  run: Evaluator,
  expression: string,
  callFrame: CallFrame,
  looks: boolean,
): Promise<Result> {
  // V8 loses a step when it evaluates on the way what must not have side effects.
  if (!(await run.execution.stepEnds(STEP_MS)))
    throw new UserError('{0} was not evaluated: a step is under way', expression);
  const common: UserExpression = {
    expression: held(expression),
    objectGroup: STOP_GROUP,
    silent: true,
    throwOnSideEffect: looks,
    timeout: EVALUATE_MS,
  };
  run.execution.objectsHeld = true;
  const { client } = run.debuggee;
  // At a stop V8 applies the time limit only to what is evaluated in a frame: any will do, such as the outermost one.
  const at = callFrame ?? run.execution.stop?.paused.callFrames.at(-1);
  // All sent at once: V8 processes them in this order.
  const sent = Promise.all([
    run.debuggee.ask(looks ? 'scope.enter' : 'beginWriting'),
    (at === undefined
      ? evaluateGlobally(run, common)
      : client.send('Debugger.evaluateOnCallFrame', { ...common, callFrameId: at.callFrameId })
    ).catch((error: unknown) => {
      const { message: text } = error as Error;
      throw text === ENDED && !looks ? endedAmidWork(run, expression) : readable(text, expression);
    }),
    run.debuggee.ask(looks ? 'scope.leave' : 'endWriting'),
  ]);
  const [, answer] = await run.debuggee.evaluates(expression, sent);
  return answer;
}
/** The machine runs, but may have stopped when V8 comes to the expression. */
async function evaluateGlobally(
  { debuggee }: Evaluator,
  { expression, throwOnSideEffect, timeout }: UserExpression,
): Promise<Result> {
  const args = JSON.stringify([expression, throwOnSideEffect, timeout]);
  const answer = await debuggee.client.send('Runtime.evaluate', {
    expression: `JSON.stringify(globalThis[Symbol.for('${AGENT}')].evaluation.evaluate(...${args}))`,
    returnByValue: true,
    silent: true,
    disableBreaks: true,
  });
  if (answer.exceptionDetails) throw new Error(messageOf(answer.exceptionDetails));
  const own = JSON.parse(answer.result.value as string) as Result | null;
  if (own === null) throw new Error(ENDED);
  const { objectId } = own.result;
  return objectId === undefined ? own : { ...own, result: { ...own.result, objectId: OWN + objectId } };
}

/** The value of a lazy item, computed only if that has no side effects. */
export async function computed(
  run: Evaluator,
  name: string,
  ref: number,
  callFrame: CallFrame,
): Promise<WireItem> {
  try {
    return { ...(await valueOf(run, `${TOOLS}.compute(${ref})`, callFrame, true)), name };
  } catch (error) {
    const { message } = error as Error;
    return { name, value: `(${message.replaceAll(`${TOOLS}.compute(${ref})`, name)})`, ref: 0 };
  }
}

/** The agent wraps an expression's result. Statements are run unchanged. */
function held(expression: string): string {
  return isExpression(expression) ? `${TOOLS}.hold((${expression}\n))` : expression;
}

/** The expression may change something, and was only to look. */
export class SideEffectError extends UserError {
  override name = 'SideEffectError';
  constructor(expression: string) {
    super('{0} may change the machine: it is evaluated in the debug console only', expression);
  }
}

/** What it has changed by then is not known. In the past another machine takes the place of this one. */
function endedAmidWork({ execution: { trail }, pastChange }: Evaluator, expression: string): Error {
  if (pastChange !== undefined || trail.end !== undefined) return readable(ENDED, expression);
  trail.ends(message('an expression was ended amid its work'));
  return new UserError(
    '{0} was ended: it took longer than {1} ms. How much of its work was done is not known, so that this run can neither be gone back in nor be recorded any more',
    expression,
    EVALUATE_MS,
  );
}
function readable(message: string, expression: string): Error {
  if (/^EvalError: Possible side-effect/.test(message)) return new SideEffectError(expression);
  if (message === ENDED)
    return new UserError('{0} was ended: it took longer than {1} ms', expression, EVALUATE_MS);
  return new Error(message);
}
