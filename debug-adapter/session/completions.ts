/** Completions for the debug console. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from 'node:inspector';
import { completionPlace } from '../control/completionPlace.ts';
import type { Completion } from '../inspect/completion.ts';
import { completeTrace } from '../tracing/completion.ts';
import { evaluateIn } from './evaluate.ts';
import { completeFrameCommand } from './frameConsole.ts';
import type { Watch } from '../protocol.ts';
import type { Run } from './run.ts';
import { completeWatchCommand } from './watchConsole.ts';

type CallFrame = Debugger.CallFrame | undefined;

export async function completions(
  run: Run,
  watches: readonly Watch[],
  { text, column, line = 1, frameId }: DebugProtocol.CompletionsArguments,
): Promise<DebugProtocol.CompletionsResponse['body']> {
  const typed = text.split('\n')[line - 1]?.slice(0, column - 1) ?? '';
  const trace = completeTrace(typed);
  if (trace !== undefined) return { targets: targetsOf(trace.found, typed, trace.prefix) };
  const frame = await completeFrameCommand(run, typed);
  if (frame !== undefined) return { targets: targetsOf(frame.found, typed, frame.prefix) };
  const watch = completeWatchCommand(watches, typed);
  if (watch !== undefined) return { targets: targetsOf(watch.found, typed, watch.prefix) };
  const place = completionPlace(typed);
  if (place === undefined) return { targets: [] };
  const callFrame = (frameId === undefined ? run.frames.topFrame : run.frames.frame(frameId))?.callFrame;
  const { owner, prefix } = place;
  const found =
    owner === undefined ? await names(run, prefix, callFrame) : await members(run, owner, prefix, callFrame);
  return { targets: targetsOf(found, typed, prefix) };
}

function targetsOf(
  found: readonly Completion[],
  typed: string,
  prefix: string,
): DebugProtocol.CompletionItem[] {
  const start = typed.length - prefix.length;
  return found.map(({ label, type, detail, rank }) => ({
    label,
    type,
    sortText: `${rank}${label.startsWith('_') ? '~' : ''}${label}`,
    start,
    length: prefix.length,
    ...(detail === undefined ? {} : { detail }),
  }));
}

function names(run: Run, prefix: string, callFrame: CallFrame): Promise<Completion[]> {
  const scopes = (callFrame?.scopeChain ?? []).filter(({ type }) => type !== 'global');
  const objectIds = scopes.flatMap(({ object }) => object.objectId ?? []);
  return run.debuggee.askAbout<Completion[]>('namesInScopes', [prefix], objectIds);
}

/** Only the first name of the chain, or a call of a kernel function, is evaluated; the rest is inspected. */
async function members(
  run: Run,
  { root, path }: { root: string; path: string[] },
  prefix: string,
  callFrame: CallFrame,
): Promise<Completion[]> {
  const called = /^([\w$]+)\(/.exec(root)?.[1];
  if (called !== undefined && !(await run.debuggee.ask<boolean>('knows', called))) return [];
  const { result, exceptionDetails } = await evaluateIn(run, root, callFrame, true);
  if (exceptionDetails) return [];
  if (result.objectId !== undefined)
    return run.debuggee.askAbout<Completion[]>('membersOf', [path.join('.'), prefix], [result.objectId]);
  return run.debuggee.ask<Completion[]>('completer.members', path, prefix, result.value);
}
