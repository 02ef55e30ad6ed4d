/** The documentation of kernel names: the doc comments in the stack's source. */
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/**
 * @param url V8's URL of the module that exports it.
 * @returns its doc without the comment's stars, with its place in Linux
 */
export function nameDoc(url: string, name: string): string | undefined {
  let source: string;
  try {
    // The built files keep their comments.
    source = readFileSync(new URL(url.replace(/\.ts$/, '.js'), ROOT), 'utf8');
  } catch {
    return undefined;
  }
  const declared = new RegExp(
    `(/\\*\\*(?:[^*]|\\*(?!/))*\\*/)\\s*(?:(?:export|abstract|function\\*?|class|const|let) +)*\\s*${name}\\b`,
  ).exec(source);
  return declared === null ? undefined : wordsOf(declared[1]!);
}

function wordsOf(comment: string): string {
  return comment
    .replace(/^\/\*\*\s*|\s*\*\/$/g, '')
    .replace(/^ *\* ?/gm, '')
    .replace(/[ \t]*\n(?=\S)(?!@)/g, ' ')
    .trim();
}
