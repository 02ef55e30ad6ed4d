/** What a stop is about: an uncaught error with all that it says, or the filter that has stopped the machine. */
import { say } from '../../language/message.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { PausedState } from '../control/pausedState.ts';
import { UNCAUGHT_FILTER } from '../filters/all.ts';
import type { ExceptionDetails } from '../inspect/exceptionDetails.ts';
import type { Run } from './run.ts';

export async function exceptionInfo(
  run: Run,
  { snapshot, description }: PausedState,
): Promise<DebugProtocol.ExceptionInfoResponse['body']> {
  const { reason } = await snapshot;
  const said = description && say(run.t, description);
  const told = {
    exceptionId: reason?.label ?? said ?? 'stop',
    description: reason?.description ?? said ?? '',
  };
  if (reason?.filter !== UNCAUGHT_FILTER) return { ...told, breakMode: 'always' };
  const details = await run.debuggee.ask<ExceptionDetails | null>('exceptionDetails');
  if (details === null) return { ...told, breakMode: 'unhandled' };
  const { code, typeName } = details;
  return {
    exceptionId: code ?? typeName,
    description: told.description,
    breakMode: 'unhandled',
    details: toDetails(run, details),
  };
}

function toDetails(
  run: Run,
  { typeName, message, places, inner }: ExceptionDetails,
): DebugProtocol.ExceptionDetails {
  const stack = places.map(
    ({ name, url, line, column }) =>
      `    at ${name} (${run.debuggee.scripts.pathOf(url) ?? url}:${line}:${column})`,
  );
  return {
    typeName,
    fullTypeName: typeName,
    message,
    ...(stack.length === 0 ? {} : { stackTrace: stack.join('\n') }),
    ...(inner.length === 0 ? {} : { innerException: inner.map((one) => toDetails(run, one)) }),
  };
}
