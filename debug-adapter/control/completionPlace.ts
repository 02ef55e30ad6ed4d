/** What stands before the cursor, for completion: read, not evaluated. */
import { isChain } from './expression.ts';

/** Where text is typed: the beginning of a name, and the value that it is to be a member of, if it is one. */
export interface CompletionPlace {
  prefix: string;
  /** A name, or a call of a function; and the members that lead on from it. */
  owner?: { root: string; path: string[] };
}

/** @returns undefined where no name can be typed: in a text, in a comment, after a number */
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
/** Is there an odd quote, or a comment, before the end? */
function isInLiteral(text: string): boolean {
  const rest = text.replace(
    /\\.|'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|`[^`\\]*(?:\\.[^`\\]*)*`|\/\*.*?\*\//g,
    ' ',
  );
  return /['"`]|\/\/|\/\*/.test(rest);
}
/** The chain of members and calls that a text ends with. */
function chainAtEnd(text: string): string {
  for (let start = 0; start < text.length; start++) {
    if (/[\w$.]/.test(text[start - 1] ?? '')) continue;
    const chain = text.slice(start);
    if (/^[A-Za-z_$]/.test(chain) && isChain(chain)) return chain;
  }
  return '';
}
