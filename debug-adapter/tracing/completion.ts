/** Completion of a trace command: tracepoints, then arguments and actions. */
import { TRACEPOINT_NAMES, type TracepointName } from '../../stack/trace/table.ts';
import type { Completion } from '../inspect/completion.ts';
import { ACTIONS } from './syntax.ts';
import { BUILTINS, parametersOf } from './tracing.ts';

/**
 * @param typed up to the cursor
 * @returns undefined if it is no trace command
 */
export function completeTrace(typed: string): { prefix: string; found: Completion[] } | undefined {
  const head = /^\s*trace\s+(?:[\w*]+:[\w*]+\s*,\s*)*/.exec(typed)?.[0];
  if (head === undefined) return undefined;
  const rest = typed.slice(head.length);
  if (/^[\w*:]*$/.test(rest)) {
    const found = TRACEPOINT_NAMES.filter((name) => name.startsWith(rest) || name.includes(`:${rest}`));
    return { prefix: rest, found: found.map((label) => ({ label, type: 'value', rank: 0 })) };
  }
  const name = /[\w]+:[\w]+/.exec(typed)?.[0];
  const prefix = /[\w$]*$/.exec(rest)![0];
  const isMember = rest.slice(0, rest.length - prefix.length).endsWith('.');
  if (isMember) return { prefix, found: [] };
  const isInActions = rest.includes('{');
  const args = TRACEPOINT_NAMES.includes(name as TracepointName) ? parametersOf(name as TracepointName) : [];
  const labels: Completion[] = [
    ...args.map((label): Completion => ({ label, type: 'variable', rank: 0 })),
    ...(isInActions ? ACTIONS.map((label): Completion => ({ label, type: 'function', rank: 1 })) : []),
    ...BUILTINS.map((label): Completion => ({ label, type: 'variable', rank: 2 })),
  ];
  return { prefix, found: labels.filter(({ label }) => label.startsWith(prefix)) };
}
