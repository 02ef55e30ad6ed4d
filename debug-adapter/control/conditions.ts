/** Conditions and log messages as the expressions that V8 evaluates at a breakpoint. */
import { UserError } from '../../language/userError.ts';
import { AGENT } from '../worker/channel.ts';
import { checkExpression, isExpression } from './expression.ts';

/** A parsed log message: text parts, and the expressions between them. */
export interface LogMessage {
  parts: string[];
  expressions: string[];
}

/**
 * `state of {sk}: {sk.sk_state}`; a backslash before a brace escapes it. @throws an error message for the
 * user
 */
export function logMessage(text: string): LogMessage {
  const parts = [''];
  const expressions: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\' && /[{}\\]/.test(text[at + 1] ?? '')) {
      parts[parts.length - 1] += text[++at]!;
    } else if (char === '{') {
      const end = closingBrace(text, at);
      if (end < 0) throw new UserError('The log message "{0}" has a { without its }.', text);
      const expression = text.slice(at + 1, end);
      checkExpression(expression, 'log message');
      expressions.push(expression);
      parts.push('');
      at = end;
    } else parts[parts.length - 1] += char;
  }
  return { parts, expressions };
}
/**
 * The first brace that makes the text before it an expression: one in a string, a template or an object does
 * not. Without such a brace, the matching one: the error is then about the text up to there. -1: none.
 */
function closingBrace(text: string, open: number): number {
  for (let at = text.indexOf('}', open); at >= 0; at = text.indexOf('}', at + 1))
    if (isExpression(text.slice(open + 1, at))) return at;
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

/**
 * The statement that V8 evaluates at the breakpoint; V8 stops if its value is true. The decision is made in
 * the machine's thread, without asking the adapter. The user's expressions appear in it unchanged, because
 * functions created there would not see all locals. V8 compiles it at each arrival and looks for each of its names
 * in all scopes there, so it has few of its own.
 *
 * @param place the number of the place, for a breakpoint at several
 */
export function ruleCondition(id: number, condition: string, log: LogMessage | undefined, place = 0): string {
  const rules = `globalThis[Symbol.for('${AGENT}')].rules`;
  if (condition.trim() === '' && log === undefined) return `${rules}.reached(${id}, ${place})`;
  const value = condition.trim() === '' ? 'true' : `(${condition}\n)`;
  let decision = `${rules}.decides(${id}, ${value})`;
  if (log !== undefined) {
    const values = log.expressions.map((expression) => `(${expression}\n)`).join(', ');
    const logs = `${rules}.logs(${id}, ${JSON.stringify(log.parts)}, [${values}])`;
    decision = `${value} && ${rules}.hit(${id}) ? ${logs} : ${rules}.passesBy(${id})`;
  }
  return `try { ${rules}.enter(${id}, ${place}) ? ${decision} : ${rules}.passesBy(${id}) } catch (error) { ${rules}.failed(${id}, error) }`;
}
