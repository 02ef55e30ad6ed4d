/** Splits a condition into words, numbers, addresses and operators. */
export interface Token {
  text: string;
  /** From 0. */
  position: number;
}

const TOKEN = /\s*(->|→|&&|\|\||==|!=|<=|>=|[<>!()*=]|"[^"]*"|'[^']*'|[\w.:/-]+?(?=->|[\s=!<>()&|"'*→]|$))/y;

/** @returns undefined for `tokens` when the text is invalid; `rest` is then the position */
export function tokenize(text: string): { tokens: Token[]; rest: number } {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) break;
    tokens.push({ text: match[1]!, position: at + match[0].length - match[1]!.length });
    at = TOKEN.lastIndex;
  }
  const rest = text.slice(at).trim() === '' ? text.length : at + /^\s*/.exec(text.slice(at))![0].length;
  return { tokens, rest };
}
