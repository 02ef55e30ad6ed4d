/** What of an expression does not exist, where it names no field. */
import { message, type Part } from '../../language/message.ts';
import type { Debugger } from 'node:inspector';
import { messageOf } from '../control/debuggee.ts';
import { memberOf } from '../control/expression.ts';
import { evaluateIn, isSideEffect } from './evaluate.ts';
import type { Run } from './run.ts';

/**
 * The first part of a chain such as `sockets[2].sk_state` that is not there.
 *
 * @returns what there is to say of it; undefined: all of it is there
 */
export async function missingPart(
  run: Run,
  expression: string,
  callFrame: Debugger.CallFrame | undefined,
  isOwner = false,
): Promise<Part | undefined> {
  const member = memberOf(expression);
  const before = member && (await missingPart(run, member.owner, callFrame, true));
  if (before !== undefined) return before;
  const { result, exceptionDetails } = await evaluateIn(run, expression, callFrame, true);
  if (exceptionDetails)
    return isSideEffect(exceptionDetails)
      ? undefined
      : messageOf(exceptionDetails).replace(/^(?:Uncaught )?\w*Error: /, '');
  if (result.type === 'undefined')
    return member === undefined
      ? message('{0} is undefined', expression)
      : message('{0} has no field {1}', member.owner, member.field);
  // A field that has nothing in it is one all the same.
  return isOwner && result.subtype === 'null' ? message('{0} is null', expression) : undefined;
}
