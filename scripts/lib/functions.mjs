// The functions of the stack: where they are, and which file of Linux has them.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A function that only looks something up: `return` and an expression that calls nothing. */
const ACCESSOR = /^(?:export )?function\s+[\w$]+\s*\([^{}]*\)\s*\{\s*return\s+([^;{}]*);\s*\}/;
const CALL = /[\w$\])]\s*\(|\?\.\(/;
/** Hooks, arithmetic, look-ups: who follows a packet does not want to be led through them. */
const HELPER_FILES = /^stack\/(?:security|lib)\//;
const HELPERS = new Set(['fdget', 'fget', 'fput', 'sockfd_lookup_light', 'flowi4_init_output']);
const FUNCTION = /^(?:export )?function\*?\s*([A-Za-z_$][\w$]*)[^(]*\(/gm;

/**
 * @typedef {object} StackFunction
 * @property {string} name
 * @property {string} url As V8 names the script: `stack/net/ipv4/tcp_input/ack.ts`.
 * @property {number} line Of the parenthesis after the name, from 0: where V8 says a function begins.
 * @property {number} column
 * @property {true} [accessor] It only looks something up, as tcp_sk() does, or helps, as fdget() does: steps pass over it unless
 *   told otherwise.
 * @property {string} [linux] The file that has it in Linux 6.1, as its doc says (`@linux net/ipv4/tcp_input.c`).
 */

/**
 * Reads them from a folder of blanked files. Types are blanks there, and lines and columns are those of the source.
 *
 * @param {string} folder dist/stack
 * @returns {Promise<StackFunction[]>} by file and line
 */
export async function stackFunctions(folder) {
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.js'))
    .map((name) => name.split(path.sep).join('/'))
    .sort();
  const files = await Promise.all(
    names.map(async (name) =>
      functionsOf(await readFile(path.join(folder, name), 'utf8'), `stack/${name.replace(/\.js$/, '.ts')}`),
    ),
  );
  return files.flat();
}

function functionsOf(source, url) {
  return [...source.matchAll(FUNCTION)].map((match) => {
    const end = match.index + match[0].length - 1;
    const before = source.slice(0, end);
    const above = source.slice(0, match.index);
    const doc = above.endsWith('*/\n') ? above.slice(above.lastIndexOf('/**')) : '';
    const [, looked] = ACCESSOR.exec(source.slice(match.index)) ?? [];
    const isHelper = HELPERS.has(match[1]) || HELPER_FILES.test(url);
    const isAccessor = isHelper || (looked !== undefined && !CALL.test(looked));
    const linux = /@linux ([^\s,]+)/.exec(doc)?.[1];
    return {
      name: match[1],
      url,
      line: before.split('\n').length - 1,
      column: end - (before.lastIndexOf('\n') + 1),
      ...(isAccessor && { accessor: true }),
      ...(linux !== undefined && { linux }),
    };
  });
}
