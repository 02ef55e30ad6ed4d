/** The calls in the rest of a statement: the possible targets of a step-in. */

export interface Callee {
  /** The expression of the function: `inet_csk_accept`, `sock.ops.connect`. */
  expression: string;
  /** Called with `yield*`: a kernel function that may sleep. */
  isGenerator: boolean;
  /** From 0. */
  line: number;
  column: number;
}

/** Maximum length of a statement, in lines. */
const MOST_LINES = 40;
const CALL = /(yield\s*\*\s*)?([A-Za-z_$][\w$]*(?:\s*\??\.\s*#?[A-Za-z_$][\w$]*)*)\s*(?:\?\.)?\s*\(/g;
const CHAIN_BEFORE = /(?:yield\s*\*\s*)?(?:[\w$]+\s*\??\.\s*)*[\w$]*$/;
const KEYWORDS = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'function',
  'await',
  'typeof',
  'yield',
  'super',
  'new',
  'import',
  'async',
  'of',
  'in',
  'void',
  'delete',
  'throw',
]);

/** The text from a position to the end of its statement, with strings and comments blanked. */
function statementFrom(lines: readonly string[], line: number, column: number): string {
  let text = '';
  let depth = 0;
  for (let at = line; at < Math.min(lines.length, line + MOST_LINES); at++) {
    const from = at === line ? column : 0;
    const source = blankLiterals(lines[at]!).slice(from);
    for (let index = 0; index < source.length; index++) {
      const char = source[index]!;
      if (char === '(' || char === '[') depth++;
      else if (char === ')' || char === ']') depth--;
      // A brace opens a block, whose statements have their own positions; inside parentheses it is an object
      // literal.
      else if ((char === ';' || char === '{' || char === '}') && depth <= 0)
        return text + source.slice(0, index);
    }
    text += `${source}\n`;
  }
  return text;
}
function blankLiterals(line: string): string {
  const blank = (match: string) => match.replace(/[^\n]/g, ' ');
  return line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\/.*$|\/\*.*?\*\//g, blank);
}

/** @param lines the code as V8 runs it; line and column count from 0 */
export function calleesFrom(lines: readonly string[], line: number, column: number): Callee[] {
  // V8's position may be in the middle of a chain: sock|.ops.connect(…).
  column -= CHAIN_BEFORE.exec((lines[line] ?? '').slice(0, column))![0].length;
  const text = statementFrom(lines, line, column);
  const callees: Callee[] = [];
  for (const match of text.matchAll(CALL)) {
    const path = match[2]!.replace(/\s+/g, '').replaceAll('?.', '.');
    if (KEYWORDS.has(path)) continue;
    const before = text.slice(0, match.index);
    if (/\b(?:function\s*\*?|new)\s*$/.test(before)) continue;
    const lineOffset = before.split('\n').length - 1;
    const lastBreak = before.lastIndexOf('\n');
    callees.push({
      expression: path,
      isGenerator: match[1] !== undefined,
      line: line + lineOffset,
      column: lastBreak < 0 ? column + match.index : match.index - lastBreak - 1,
    });
  }
  return callees;
}
