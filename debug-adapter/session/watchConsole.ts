/**
 * Commands of the debug console for data breakpoints:
 *
 *     watch sk.snd_cwnd [r|w|rw] [if CONDITION] [hits N]
 *     watch, unwatch N, unwatch
 *
 * As in gdb, `rwatch` and `awatch` are for reads and for both.
 */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { Completion } from '../inspect/completion.ts';
import type { Watch } from '../protocol.ts';
import { fieldNamed, missingFor, offered } from './dataBreakpoints.ts';
import type { Run } from './run.ts';
import type { Watches, WatchHow } from './watches.ts';

export type WatchCommand =
  | { kind: 'list' }
  | ({ kind: 'begin'; expression: string } & WatchHow)
  /** Undefined: all end. */
  | { kind: 'end'; number: number | undefined };

const ACCESS = { r: 'read', w: 'write', rw: 'readWrite' } as const;
const EXAMPLE = 'watch sk.snd_cwnd if $value < 3';
const KEYWORDS = [...Object.keys(ACCESS), 'if', 'hits'];

/** Whether what is typed in the console is such a command: two words in a row are no expression. */
export function isWatchCommand(text: string): boolean {
  return /^\s*(?:[ra]?watch(?:\s*$|\s+(?!(?:in|instanceof|as|satisfies)\b)[\w$])|unwatch(?:\s+\S+)?\s*$)/.test(
    text,
  );
}

/** @throws an error for the user that says how it is written */
export function parseWatchCommand(text: string): WatchCommand {
  const [, command, rest] = /^\s*(\w+)\s*(.*?)\s*$/s.exec(text)!;
  if (command === 'unwatch') {
    if (rest !== '' && !/^\d+$/.test(rest!)) throw written('unwatch 1');
    return { kind: 'end', number: rest === '' ? undefined : Number(rest) };
  }
  if (rest === '') return { kind: 'list' };
  const { before, condition, hitCondition } = parseWhen(rest!);
  checkHits(before, condition);
  // What is watched has no space outside of its brackets, so that the way of access is a word of its own.
  const [, expression = before, word] = /^(.*\S)\s+(\w+)$/s.exec(before) ?? [];
  if (expression === '' || (word !== undefined && !Object.hasOwn(ACCESS, word))) throw written(EXAMPLE);
  const usual = { watch: 'w', rwatch: 'r', awatch: 'rw' }[command!] as keyof typeof ACCESS;
  const access = ACCESS[(word as keyof typeof ACCESS | undefined) ?? usual];
  return { kind: 'begin', expression, access, condition, hitCondition };
}
/** What follows `if` is a condition up to the end, or up to a `hits` with a number as the last words. */
function parseWhen(text: string): { before: string; condition: string; hitCondition: string } {
  const [, head = text, condition = ''] = /^(.*?)\sif\s+(.+)$/s.exec(text) ?? [];
  const part = condition === '' ? head : condition;
  const [, other = part, hitCondition = ''] = /^(.*)\shits\s+([^\w\s]*\s*\d+)$/s.exec(part) ?? [];
  return condition === ''
    ? { before: other.trim(), condition: '', hitCondition }
    : { before: head.trim(), condition: other.trim(), hitCondition };
}
/** @throws an error for the user about a `hits` that is left over: it has no number, or does not come last */
function checkHits(before: string, condition: string): void {
  if (condition !== '' && /\shits(?:\s|$)/.test(before))
    throw new UserError(
      '"hits" and its number come last, after the condition. Write for example {0}',
      'watch sk.snd_cwnd if $value < 3 hits 2',
    );
  // In a condition the word may be a name; two words in a row are no expression.
  const isOpen = condition === '' ? /\shits(?:\s|$)/.test(before) : /\shits\s+[\w$.]+$/.test(condition);
  if (isOpen)
    throw new UserError(
      'After "hits" comes a whole number, which may have an operator before it. Write for example {0}',
      'watch sk.snd_cwnd hits >= 2',
    );
}
const written = (example: string): UserError => new UserError('Write for example {0}', example);

/** @returns what was done. Rejects with a message for the user */
export async function obeyWatchCommand(
  run: Run,
  watches: Watches,
  text: string,
  frameId?: number,
): Promise<string> {
  const command = parseWatchCommand(text);
  if (command.kind === 'list') return listText(run, watches.list());
  if (command.kind === 'end') {
    const ended = await watches.end(command.number);
    return ended.map((watch) => run.t('{0} does not stop the machine any more.', watch.text)).join('\n');
  }
  const { fields } = watches;
  const field = await offered(run, fields, (next) => fieldNamed(run, next, command.expression, frameId));
  if (field === undefined) throw await noField(run, command.expression, frameId);
  const watch = await watches.begin(field, command);
  const told = run.t('{0} – "unwatch {1}" ends it.', watchText(run, watch), watch.number);
  if (field.range === undefined) return told;
  return `${told}\n${run.t('It stops at the first tracepoint after a change; from there Reverse goes to the statement that has made it.')}`;
}
async function noField(run: Run, expression: string, frameId: number | undefined): Promise<UserError> {
  const missing = await missingFor(run, expression, frameId);
  return missing === undefined
    ? new UserError(
        'There is no data breakpoint for {0}: it is no field of an object in which a value is stored. {1}',
        expression,
        message('Write for example {0}', EXAMPLE),
      )
    : new UserError('There is no data breakpoint for {0}: {1}.', expression, missing);
}
function listText(run: Run, all: readonly Watch[]): string {
  if (all.length === 0) return run.t('No field is watched. Write for example {0}', EXAMPLE);
  return all.map((watch) => watchText(run, watch)).join('\n');
}
/** `1: snd_cwnd of tcp_sock 127.0.0.1:8080 (write), if $value < 3` */
function watchText({ t }: Run, { number, text, access, condition, hitCondition, problem }: Watch): string {
  const how = { read: t('read'), write: t('write'), readWrite: t('read or write') }[access];
  let said = t('{0}: {1} ({2})', number, text, how);
  if (condition !== '') said = t('{0}, if {1}', said, condition);
  if (hitCondition !== '') said = t('{0}, hits {1}', said, hitCondition);
  return problem === undefined ? said : t('{0} – does not stop: {1}', said, problem);
}

/**
 * The words of these commands; the expressions in them are completed like any other.
 *
 * @param typed up to the cursor
 * @returns undefined if none of them belongs here
 */
export function completeWatchCommand(
  watches: readonly Watch[],
  typed: string,
): { prefix: string; found: Completion[] } | undefined {
  const [, command, rest = ''] = /^\s*([ra]?watch|unwatch)\s+(.*)$/s.exec(typed) ?? [];
  if (command === undefined) return undefined;
  const prefix = /\S*$/.exec(rest)![0];
  const before = rest.slice(0, rest.length - prefix.length).trim();
  const found = (labels: readonly Completion[]): { prefix: string; found: Completion[] } => ({
    prefix,
    found: labels.filter(({ label }) => label.startsWith(prefix)),
  });
  if (command === 'unwatch') {
    const numbers = watches.map(({ number, text }) => ({ label: String(number), detail: text }));
    return before === '' ? found(numbers.map((one) => ({ ...one, type: 'value', rank: 0 }))) : found([]);
  }
  if (before === '') return undefined;
  if (/(?:^|\s)if(?:\s|$)/.test(before))
    return prefix.startsWith('$') ? found(words(['$value', '$old'])) : undefined;
  return /\shits$/.test(before) ? found([]) : found(words(KEYWORDS));
}
const words = (labels: readonly string[]): Completion[] =>
  labels.map((label) => ({ label, type: 'value', rank: 0 }));
