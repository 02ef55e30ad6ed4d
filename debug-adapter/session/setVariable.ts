/** Changing a local variable, or a field of a struct or an object. */
import { UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger, Runtime } from 'node:inspector';
import { messageOf } from '../control/debuggee.ts';
import type { WireItem } from '../inspect/handles.ts';
import { AGENT } from '../worker/channel.ts';
import { assign, valueExpression } from './assign.ts';
import { change, changeAbout, changeBy, expressionChanged, inputsChanged } from './changes.ts';
import { evaluateIn, isSideEffect, valueOf } from './evaluate.ts';
import { isGlance } from './numbers.ts';
import type { OuterScope } from '../control/pausedState.ts';
import type { Run } from './run.ts';
import { unchangeable } from './sleepers.ts';
import { toVariable } from './variables.ts';

export async function setVariable(
  run: Run,
  args: DebugProtocol.SetVariableArguments,
): Promise<DebugProtocol.SetVariableResponse['body']> {
  if (isGlance(args.variablesReference)) throw unchangeable(args.name);
  return run.changing(() => set(run, args));
}
async function set(
  run: Run,
  { variablesReference, name, value }: DebugProtocol.SetVariableArguments,
): Promise<DebugProtocol.SetVariableResponse['body']> {
  const callFrame = run.frames.localFrame(variablesReference)?.callFrame;
  const outer = run.frames.outerScope(variablesReference);
  const item =
    outer !== undefined
      ? await setOuter(run, variablesReference, outer, name, value)
      : callFrame === undefined
        ? await setField(run, variablesReference, name, value)
        : await setLocal(run, variablesReference, callFrame, name, value);
  run.frames.forgetItems();
  const { value: shown, name: _, ...rest } = toVariable(item, run.debuggee.scripts);
  return { value: shown, ...rest };
}

/**
 * A struct's field accepts the typed text: a name, an address, a time. Other objects accept the result of an
 * expression.
 */
async function setField(run: Run, ref: number, name: string, text: string): Promise<WireItem> {
  const { debuggee } = run;
  const below = await debuggee.ask<number | null>('handles.below', ref);
  if (!(await debuggee.ask<boolean>('takesValue', ref, name))) {
    const item = await change<WireItem>(run, 'set', ref, name, text);
    await inputsChanged(run, { below, name: item.evaluateName });
    return item;
  }
  const expression = valueExpression(text);
  const item = await setValue(run, ref, name, expression);
  await inputsChanged(run, { below, name: item.evaluateName, value: expression });
  return item;
}
async function setValue(run: Run, ref: number, name: string, expression: string): Promise<WireItem> {
  const { objectId, ...plain } = await newValue(run, run.frames.topFrame?.callFrame, expression);
  if (objectId !== undefined) return changeAbout<WireItem>(run, 'setValue', [ref, name], objectId);
  const literal = plain.unserializableValue ?? JSON.stringify(plain.value) ?? 'undefined';
  return changeBy<WireItem>(run, `setValue(${ref}, ${JSON.stringify(name)}, ${literal})`);
}

/** An expression's value, as an argument for V8. */
async function newValue(
  run: Run,
  callFrame: Debugger.CallFrame | undefined,
  expression: string,
): Promise<Runtime.CallArgument> {
  let { result, exceptionDetails } = await evaluateIn(run, expression, callFrame, true);
  if (exceptionDetails && isSideEffect(exceptionDetails)) {
    run.pastChange?.touches();
    // At a stop it is noted with what it is the value of.
    if (run.execution.stop === undefined) await expressionChanged(run, expression, undefined);
    ({ result, exceptionDetails } = await evaluateIn(run, expression, callFrame, false));
  }
  if (exceptionDetails) throw new Error(messageOf(exceptionDetails));
  const { value, objectId, unserializableValue } = result as Runtime.RemoteObject;
  if (objectId !== undefined) return { objectId };
  return unserializableValue === undefined ? { value: value as unknown } : { unserializableValue };
}
/** V8 stores the argument as it is, so it must be unwrapped. */
async function unpacked(run: Run, argument: Runtime.CallArgument): Promise<Runtime.CallArgument> {
  if (argument.objectId === undefined) return argument;
  const { result } = await run.debuggee.client.send('Runtime.callFunctionOn', {
    functionDeclaration: `function () { return globalThis[Symbol.for('${AGENT}')].unpack(this); }`,
    objectId: argument.objectId,
    silent: true,
  });
  return result.objectId === undefined ? { value: result.value as unknown } : { objectId: result.objectId };
}

async function setLocal(
  run: Run,
  ref: number,
  callFrame: Debugger.CallFrame,
  name: string,
  text: string,
): Promise<WireItem> {
  if (!(await run.debuggee.ask<boolean>('handles.has', ref, name)))
    throw new UserError('there is no {0} among the locals, or it has no value yet', name);
  const expression = valueExpression(text);
  const value = await unpacked(run, await newValue(run, callFrame, expression));
  const { client } = run.debuggee;
  const { callFrameId, scopeChain } = callFrame;
  // The block of the frame that declares it is unknown here: try the innermost first.
  for (const [scopeNumber, { type }] of scopeChain.entries()) {
    if (type === 'global' || type === 'module' || type === 'script') break;
    const set = client.send('Debugger.setVariableValue', {
      scopeNumber,
      variableName: name,
      newValue: value,
      callFrameId,
    });
    const isSet = await set.then(
      () => true,
      () => false,
    );
    if (!isSet) continue;
    await expressionChanged(run, `${name} = (${expression})`, callFrame);
    return valueOf(run, name, callFrame, true);
  }
  throw new UserError('{0} cannot be changed: it is a constant', name);
}
/** A variable of an enclosing function or of the module: V8 changes it by its name, where that is the one meant. */
async function setOuter(
  run: Run,
  ref: number,
  { callFrame, scope }: OuterScope,
  name: string,
  text: string,
): Promise<WireItem> {
  if (!(await run.debuggee.ask<boolean>('handles.has', ref, name)))
    throw new UserError('there is no {0} in this scope, or it has no value yet', name);
  const inner = callFrame.scopeChain.slice(0, callFrame.scopeChain.indexOf(scope));
  for (const { object } of inner)
    if (await onScope<boolean>(run, object, 'return Object.hasOwn(this, name)', [{ value: name }]))
      throw new UserError('{0} cannot be changed here: further in, another variable has the same name', name);
  const item = await assign(run, name, text, callFrame);
  // V8's object keeps the values of the stop.
  const { result } = await evaluateIn(run, name, callFrame, true);
  const value = await unpacked(
    run,
    result.objectId === undefined ? { value: result.value as unknown } : { objectId: result.objectId },
  );
  await onScope(run, scope.object, 'this[name] = value', [{ value: name }, value]);
  return item;
}
async function onScope<Value>(
  run: Run,
  { objectId }: Runtime.RemoteObject,
  body: string,
  args: Runtime.CallArgument[],
): Promise<Value | undefined> {
  if (objectId === undefined) return undefined;
  const { result } = await run.debuggee.client.send('Runtime.callFunctionOn', {
    functionDeclaration: `function (name, value) { ${body}; }`,
    objectId,
    arguments: args,
    silent: true,
  });
  return result.value as Value;
}
