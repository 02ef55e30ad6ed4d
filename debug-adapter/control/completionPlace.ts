/** The text before the cursor, for completion: it is parsed, not evaluated. */
import { isChain } from './expression.ts';

/** Where text is being typed: the beginning of a name, and the expression whose member it is, if any. */
export interface CompletionPlace {
  prefix: string;
  /** A name or a function call, and the members that follow it. */
  owner?: { root: string; path: string[] };
}

/** @returns undefined where no name can be typed: in a string, in a comment, after a number */
export function completionPlace(before: string): CompletionPlace | undefined {
  if (isInLiteral(before)) return undefined;
  const prefix = /[A-Za-z_$][\w$]*$/.exec(before)?.[0] ?? '';
  const rest = before.slice(0, before.length - prefix.length).trimEnd();
  if (/\d$/.test(rest)) return undefined;
  const dot = /\??\.$/.exec(rest);
  if (dot === null) return { prefix };
  const chain = chainAtEnd(rest.slice(0, dot.index));
  const parts = /^([A-Za-z_$][\w$]*(?:\([^()]*\))?)((?:\s*\??\.\s*[A-Za-z_$][\w$]*|\[\d+\])*)$/.exec(chain);
  if (parts === null) return undefined;
  const path = [...parts[2]!.matchAll(/[A-Za-z_$][\w$]*|\d+/g)].map(([name]) => name);
  return { prefix, owner: { root: parts[1]!, path } };
}
/** Whether the end is inside a string or a comment. */
function isInLiteral(text: string): boolean {
  const rest = text.replace(
    /\\.|'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|`[^`\\]*(?:\\.[^`\\]*)*`|\/\*.*?\*\//g,
    ' ',
  );
  return /['"`]|\/\/|\/\*/.test(rest);
}
/** The chain of members and calls at the end of a text. */
function chainAtEnd(text: string): string {
  for (let start = 0; start < text.length; start++) {
    if (/[\w$.]/.test(text[start - 1] ?? '')) continue;
    const chain = text.slice(start);
    if (/^[A-Za-z_$]/.test(chain) && isChain(chain)) return chain;
  }
  return '';
}
