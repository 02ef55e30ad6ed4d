/** Finds what an expression assigns to by itself, without the functions that it calls. */

const ASSIGNMENT =
  /\+\+|--|>>>=|<<=|>>=|\*\*=|&&=|\|\|=|\?\?=|[+\-*/%&|^]=(?!=)|(?<![=!<>])=(?![=>])|(?<!\.\s*)\bdelete\b/;
/** After one of these a slash begins a regular expression. */
const BEFORE_OPERAND =
  /(?:^|[([{,;:?=!<>&|+\-*/%^~]|\b(?:return|typeof|void|in|of|instanceof|new|delete))\s*$/;

/** @returns the operator; undefined: nothing is assigned to */
export function assignmentIn(expression: string): string | undefined {
  return ASSIGNMENT.exec(codeOf(expression))?.[0];
}

/** The text without what is in strings, templates, regular expressions and comments; code in templates stays. */
function codeOf(text: string): string {
  let code = '';
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    const comment = /^(?:\/\/[^\n]*|\/\*[^]*?\*\/)/.exec(text.slice(at));
    const regex = char === '/' && BEFORE_OPERAND.test(code) ? REGEX.exec(text.slice(at)) : null;
    const skipped = comment ?? regex ?? (char === '"' || char === "'" ? STRING.exec(text.slice(at)) : null);
    if (skipped !== null) {
      // What stands for an operand is one.
      code += comment === null ? '0' : ' ';
      at += skipped[0].length;
    } else if (char === '`') {
      const { inside, end } = template(text, at);
      code += `0${inside.map((one) => `(${codeOf(one)})`).join('')}`;
      at = end;
    } else {
      code += char;
      at++;
    }
  }
  return code;
}
const STRING = /^(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*')/;
const REGEX = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/;

/** The expressions in a template, and where it ends. */
function template(text: string, begin: number): { inside: string[]; end: number } {
  const inside: string[] = [];
  let at = begin + 1;
  while (at < text.length && text[at] !== '`') {
    if (text[at] === '\\') at += 2;
    else if (text.startsWith('${', at)) {
      const end = closing(text, at + 2);
      inside.push(text.slice(at + 2, end));
      at = end + 1;
    } else at++;
  }
  return { inside, end: at + 1 };
}
/** The brace that closes the code which begins here. */
function closing(text: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < text.length; at++) {
    const char = text[at]!;
    const string = STRING.exec(text.slice(at));
    if (string !== null) at += string[0].length - 1;
    else if (char === '`') at = template(text, at).end - 1;
    else if (char === '{') depth++;
    else if (char === '}' && depth-- === 0) return at;
  }
  return text.length;
}
