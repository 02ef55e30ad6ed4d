/** Expressions typed by the user: syntax checks, and removing TypeScript-only syntax. */
import { message, type Part } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import vm from 'node:vm';
import { assignmentIn } from './assignments.ts';

/** A syntax error; `isAfter`: it is in the code after the text. */
interface Problem {
  message: string;
  isAfter: boolean;
}
/** The function in which a text is checked: in a plain one, nothing waits and nothing yields. */
type Context = 'function' | 'async function*';
const FILE = 'typed';

function parse(before: string, text: string, after: string): Problem | undefined {
  try {
    // The text has lines of its own, which tell its errors from those of the code around it.
    new vm.Script(`${before}\n${text}\n${after}`, { filename: FILE });
    return undefined;
  } catch (error) {
    const { message, stack = '' } = error as Error;
    const [, line] = new RegExp(`^${FILE}:(\\d+)`).exec(stack) ?? [];
    const lines = text.split(/\r\n|[\n\r\u2028\u2029]/).length;
    return { message, isAfter: Number(line) > lines + 1 };
  }
}

/**
 * The syntax error in a text as a single expression; undefined: none. Parentheses reject statements, and
 * brackets reject text that closes the parentheses itself.
 */
function problemIn(context: Context, text: string): Problem | undefined {
  const inside = (open: string, close: string) =>
    parse(`'use strict'; (${context} () { ${open}`, text, `${close}; })`);
  const problems = [inside('(', ')'), inside('[', ']')].filter((problem) => problem !== undefined);
  return problems.find(({ isAfter }) => !isAfter) ?? problems[0];
}

/** What is wrong with a text as a single expression, in the user's terms; undefined: nothing. */
function problemOf(text: string): Part | undefined {
  const problem = problemIn('function', text);
  if (problem === undefined) return undefined;
  if (text.trim() === '') return message('it is empty');
  // V8 evaluates it at a stop, where no other code can run until it is finished.
  if (problemIn('async function*', text) === undefined)
    return message('await and yield are not possible here');
  return problem.isAfter ? message('it ends too early') : problem.message;
}

/** Whether the text is one expression: not a statement, not several, not empty. */
export function isExpression(text: string): boolean {
  return problemOf(text) === undefined;
}
/** @throws an error that explains what is wrong with the expression */
export function checkExpression(text: string, what: 'value' | 'condition' | 'log message'): void {
  const problem = problemOf(text);
  if (problem === undefined) return what === 'value' ? undefined : checkAssignments(text);
  if (what === 'value')
    throw new UserError('The value "{0}" is not a JavaScript expression: {1}', text, problem);
  if (what === 'condition')
    throw new UserError('The condition "{0}" is not a JavaScript expression: {1}', text, problem);
  throw new UserError('In the log message, "{0}" is not a JavaScript expression: {1}', text, problem);
}

/** What is evaluated at each visit of a place changes nothing: a run that is repeated does not evaluate it. */
function checkAssignments(text: string): void {
  const operator = assignmentIn(text);
  if (operator === undefined) return;
  throw new UserError(
    '"{0}" cannot be evaluated at each visit: it changes something ({1}), which going back could not repeat',
    text,
    operator,
  );
}

/** Remove TypeScript's non-null assertions: `sock.sk!.sk_state`. */
export function withoutTypes(expression: string): string {
  return expression.trim().replace(/(?<=[\w$\])])!(?=\s*(?:[.[)\],;]|$))/g, '');
}

const NAME = /^\s*[A-Za-z_$][\w$]*/;
const CLOSING: Record<string, string> = { '(': ')', '[': ']' };

/** `tcp_sk(sk).snd_una`: the owner and the field; undefined for an expression of another form. */
export function memberOf(expression: string): { owner: string; field: string } | undefined {
  const match = /^(.*[^.?\s])\s*\.\s*([A-Za-z_$][\w$]*)$/s.exec(expression);
  return match && isChain(match[1]!) ? { owner: match[1]!, field: match[2]! } : undefined;
}
/**
 * Whether the text is a name with members, elements and calls: nothing that binds less tightly than a dot.
 */
export function isChain(text: string): boolean {
  let rest = text.replace(NAME, '');
  if (rest === text) return false;
  while (rest.trim() !== '') {
    rest = rest.trimStart();
    const member = /^(?:\?\.|\.)\s*(?=[A-Za-z_$])/.exec(rest);
    if (member !== null) rest = rest.slice(member[0].length).replace(NAME, '');
    else {
      const end = endOfBrackets(rest);
      if (end < 0) return false;
      rest = rest.slice(end);
    }
  }
  return true;
}
/** The end of the brackets that the text begins with; -1: it begins with none, or they are not closed. */
function endOfBrackets(text: string): number {
  const open: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char in CLOSING) open.push(CLOSING[char]!);
    else if (char === ')' || char === ']') {
      if (open.pop() !== char) return -1;
      if (open.length === 0) return at + 1;
    } else if (open.length === 0) return -1;
    else if (char === '"' || char === "'") {
      at = text.indexOf(char, at + 1);
      if (at < 0 || text[at - 1] === '\\') return -1;
    }
  }
  return -1;
}
