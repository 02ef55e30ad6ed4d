/** Evaluating what a person typed, and changing values. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger, Runtime } from 'node:inspector';
import { messageOf, STOP_GROUP } from '../control/debuggee.ts';
import type { WireItem } from '../inspect/handles.ts';
import { parseIpv4 } from '../inspect/format.ts';
import type { Run } from './run.ts';
import { toVariable } from './variables.ts';

type Result = Debugger.EvaluateOnCallFrameReturnType | Runtime.EvaluateReturnType;
/** Contexts in which an expression must not change anything: nobody asked for it to be carried out. */
const LOOKING = new Set(['watch', 'hover', 'variables', 'clipboard']);
/** An expression that takes longer is ended. */
const EVALUATE_MS = 500;
/** `sk.sk_state`: its owner says how the field is shown. */
const FIELD = /^([A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*)\s*\.\s*([A-Za-z_$][\w$]*)$/;

/** What the source says where the compiler must be told that something is there: `sock.sk!.sk_state`. */
function withoutTypes(expression: string): string {
  return expression.trim().replace(/(?<=[\w$\])])!(?=\s*(?:[.[)\],;]|$))/g, '');
}

export async function evaluate(
  run: Run,
  args: DebugProtocol.EvaluateArguments,
): Promise<DebugProtocol.EvaluateResponse['body']> {
  const expression = withoutTypes(args.expression);
  if (expression === '') throw new Error('there is nothing to evaluate');
  const frame = args.frameId === undefined ? run.frames.topFrame : run.frames.frame(args.frameId);
  const callFrame = frame?.callFrame;
  const looks = LOOKING.has(args.context ?? '');
  if (!looks) run.frames.forgetItems();
  const field = FIELD.exec(expression);
  const item =
    (field && (await fieldOf(run, field[1]!, field[2]!, expression, callFrame))) ??
    (await valueOf(run, expression, callFrame, looks));
  const { value, variablesReference, type, indexedVariables } = toVariable(item);
  return {
    result: value,
    variablesReference,
    ...(type === undefined ? {} : { type }),
    ...(indexedVariables === undefined ? {} : { indexedVariables }),
  };
}

/** A member chain: reading it changes nothing but through getters, which V8 checks. */
async function fieldOf(
  run: Run,
  owner: string,
  field: string,
  expression: string,
  callFrame?: Debugger.CallFrame,
): Promise<WireItem | undefined> {
  const { result, exceptionDetails } = await evaluateIn(run, owner, callFrame, true);
  if (exceptionDetails || result.objectId === undefined || result.type !== 'object') return undefined;
  const { result: presented, exceptionDetails: failed } = await run.debuggee.client.send(
    'Runtime.callFunctionOn',
    {
      functionDeclaration: `function (field, expression) {
      return globalThis[Symbol.for('sockscope.agent')].presentField(this, field, expression);
    }`,
      objectId: result.objectId,
      arguments: [{ value: field }, { value: expression }],
      returnByValue: true,
      silent: true,
    },
  );
  return failed ? undefined : (presented.value as WireItem);
}

async function valueOf(
  run: Run,
  expression: string,
  callFrame: Debugger.CallFrame | undefined,
  looks: boolean,
): Promise<WireItem> {
  const { result, exceptionDetails } = await evaluateIn(run, expression, callFrame, looks);
  if (exceptionDetails) throw new Error(readable(messageOf(exceptionDetails), expression));
  if (result.objectId !== undefined)
    return run.debuggee.askAbout<WireItem>('presentAs', [expression], [result.objectId]);
  const plain = 'value' in result ? result.value : undefined;
  if (result.unserializableValue !== undefined)
    return { name: expression, value: result.unserializableValue, type: result.type, ref: 0 };
  return run.debuggee.ask<WireItem>('present', plain, expression);
}

function evaluateIn(
  run: Run,
  expression: string,
  callFrame: Debugger.CallFrame | undefined,
  looks: boolean,
): Promise<Result> {
  const common = {
    expression: wrapped(expression),
    objectGroup: STOP_GROUP,
    silent: true,
    throwOnSideEffect: looks,
    timeout: EVALUATE_MS,
  };
  run.execution.objectsHeld = true;
  const { client } = run.debuggee;
  // V8 keeps the time limit of a global evaluation only while the machine runs: at a stop, the outermost frame serves.
  const at = callFrame ?? run.execution.stop?.paused.callFrames.at(-1);
  const answer: Promise<Result> =
    at === undefined
      ? client.send('Runtime.evaluate', { ...common, disableBreaks: true })
      : client.send('Debugger.evaluateOnCallFrame', { ...common, callFrameId: at.callFrameId });
  return answer.catch((error: unknown) => {
    throw new Error(readable((error as Error).message, expression));
  });
}

/** `{ a: 1 }` alone is meant as an object. */
function wrapped(expression: string): string {
  return expression.startsWith('{') && expression.endsWith('}') ? `(${expression})` : expression;
}

function readable(message: string, expression: string): string {
  if (/^EvalError: Possible side-effect/.test(message)) {
    return `${expression} may change the machine: it is evaluated in the debug console only`;
  }
  if (message === 'Execution was terminated')
    return `${expression} was ended: it took longer than ${EVALUATE_MS} ms`;
  return message;
}

/** Change a local variable, or a field of a struct. */
export async function setVariable(
  run: Run,
  args: DebugProtocol.SetVariableArguments,
): Promise<DebugProtocol.SetVariableResponse['body']> {
  const { variablesReference, name, value } = args;
  const frame = run.frames.localFrame(variablesReference);
  const item = frame?.callFrame
    ? await setLocal(run, frame.callFrame, name, value)
    : await run.debuggee.ask<WireItem>('set', variablesReference, name, value);
  run.frames.forgetItems();
  const { value: shown, type, variablesReference: ref } = toVariable(item);
  return { value: shown, variablesReference: ref, ...(type === undefined ? {} : { type }) };
}

async function setLocal(
  run: Run,
  callFrame: Debugger.CallFrame,
  name: string,
  text: string,
): Promise<WireItem> {
  const address = parseIpv4(text);
  const expression =
    address === undefined ? withoutTypes(text.replace(/^(\w+) \([^)]*\)$/, '$1')) : String(address);
  const { result, exceptionDetails } = await evaluateIn(run, expression, callFrame, false);
  if (exceptionDetails) throw new Error(messageOf(exceptionDetails));
  const { value, objectId, unserializableValue } = result as Runtime.RemoteObject;
  const newValue =
    objectId !== undefined
      ? { objectId }
      : unserializableValue !== undefined
        ? { unserializableValue }
        : { value: value as unknown };
  const { client } = run.debuggee;
  const { callFrameId, scopeChain } = callFrame;
  // Which of the frame's blocks has it is not known here: the innermost one that takes it.
  for (const [scopeNumber, { type }] of scopeChain.entries()) {
    if (type === 'global' || type === 'module' || type === 'script') break;
    const set = client.send('Debugger.setVariableValue', {
      scopeNumber,
      variableName: name,
      newValue,
      callFrameId,
    });
    if (
      await set.then(
        () => true,
        () => false,
      )
    )
      return valueOf(run, name, callFrame, true);
  }
  throw new Error(`${name} cannot be changed: it is a constant, or has no value yet`);
}
