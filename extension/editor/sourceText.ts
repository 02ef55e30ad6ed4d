// Finds expressions in TypeScript source, without a parser, that are worth showing as inline values.

/** A name or a member chain in a line: `skb`, `sk.sk_state`. Positions count from 0. */
export interface Mention {
  line: number;
  column: number;
  /** As written. */
  expression: string;
  isMember: boolean;
}

const CHAIN = /(?<![\w$.])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*(?![\w$]*\s*[(<]?\()/g;
const FUNCTION_START =
  /^(?:export\s+)?(?:default\s+)?(?:async\s+)?function\b|^(?:export\s+)?(?:const|let)\s+[\w$]+\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\()|^ {2}(?:override |static |private |async |get |set |\*|#)*[\w$]+\s*(?:<[^>]*>)?\(.*\{\s*$/;
const KEYWORDS = new Set(
  (
    'abstract any as async await boolean break case catch class const continue debugger declare default delete do else ' +
    'enum export extends false finally for from function get if implements import in infer instanceof interface is keyof ' +
    'let never new null number object of override private protected public readonly return satisfies set static string ' +
    'super switch symbol this throw true try type typeof undefined unknown using var void while with yield'
  ).split(' '),
);

/** The line where the function around `line` begins: the closest top-level function or method above it. */
export function functionStart(lines: readonly string[], line: number): number {
  for (let at = line; at >= 0; at--) if (FUNCTION_START.test(lines[at] ?? '')) return at;
  return Math.max(0, line - 50);
}

/** Names and member chains from line `first` to `last`, each once per line. */
export function mentions(lines: readonly string[], first: number, last: number): Mention[] {
  const found: Mention[] = [];
  let inComment = false;
  for (let line = first; line <= last; line++) {
    const source = lines[line] ?? '';
    if (inComment) {
      inComment = !source.includes('*/');
      continue;
    }
    inComment = source.includes('/*') && !source.includes('*/');
    const seen = new Set<string>();
    for (const match of withoutTypes(source).matchAll(CHAIN)) {
      const expression = match[0];
      if (seen.has(expression) || KEYWORDS.has(expression.split('.')[0] ?? '')) continue;
      seen.add(expression);
      found.push({ line, column: match.index, expression, isMember: expression.includes('.') });
    }
  }
  return found;
}

/** Blanks comments, the text of strings, type annotations and property names; columns stay. */
function withoutTypes(source: string): string {
  const blank = (text: string) => ' '.repeat(text.length);
  return source
    .replace(/\/\*.*?\*\/|\/\*.*$|\/\/.*$|^\s*\*.*$/g, blank)
    .replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, blank)
    .replace(
      /\bas\s+[\w$.<>[\]| ]+|(?<=[\w$)\]?])\s*:\s*[\w$.]+(?:<[^>]*>)?(?:\[\])*(?:\s*\|\s*[\w$.]+)*(?=\s*[,)={;]|\s*$)/g,
      (type) =>
        // A conditional's `a ? b : c` looks like an annotation too.
        source.includes('?') && !source.includes('?:') ? type : blank(type),
    )
    .replace(/[\w$]+(?=\s*:\s)/g, (name) => (source.includes('?') ? name : blank(name)));
}
