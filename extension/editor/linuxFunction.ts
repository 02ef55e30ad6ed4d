// Which function of Linux a function of the stack mirrors, and where Linux's source defines it. Without VS Code.

/** A function of the stack's source, as far as its documentation says what it mirrors. */
export interface LinuxFunction {
  name: string;
  /** In the kernel's tree: `net/ipv4/tcp_input.c`. */
  file: string;
  /** The documentation names the function's own file; else the name is a helper's of this stack. */
  isOwn: boolean;
}

const FUNCTION = /^(?:export )?function\*? *([\w$]+)/;
const TAG = /@linux ((?!\/)(?:[\w-]+\/)*[\w.-]+\.[chS])\b/;

/**
 * The counterpart of the function at a line of a file of the stack.
 *
 * @param line counted from 0
 * @returns undefined if the file mirrors none of Linux's
 */
export function linuxFunctionAt(lines: readonly string[], line: number): LinuxFunction | undefined {
  // A function's documentation counts as the function.
  let at = line;
  while (/^(?:\/\*\*| \*)/.test(lines[at] ?? '')) at++;
  while (at >= 0 && !FUNCTION.test(lines[at] ?? '')) at--;
  const name = FUNCTION.exec(lines[at] ?? '')?.[1] ?? '';
  const own = at < 0 ? undefined : TAG.exec(docAbove(lines, at));
  const file = own ?? TAG.exec(headOf(lines));
  return file === null ? undefined : { name, file: file[1]!, isOwn: own !== null && own !== undefined };
}
function docAbove(lines: readonly string[], at: number): string {
  if (!lines[at - 1]?.trimEnd().endsWith('*/')) return '';
  let begin = at - 1;
  while (begin > 0 && !lines[begin]!.startsWith('/**')) begin--;
  return lines.slice(begin, at).join('\n');
}
/** The first comment of a file says what lives in it. */
function headOf(lines: readonly string[]): string {
  const end = lines.findIndex((line) => line.trimEnd().endsWith('*/'));
  return lines.slice(0, end + 1).join('\n');
}

/** Linux 6.1, which the stack mirrors, with its references. */
const CROSS_REFERENCE = 'https://elixir.bootlin.com/linux/v6.1';

/** Where a function is on the web: its definitions and uses; of a helper of this stack the file that has what it does. */
export function crossReference({ name, file, isOwn }: LinuxFunction): string {
  if (!isOwn) return `${CROSS_REFERENCE}/source/${file}`;
  const family = file.endsWith('.S') ? 'A' : 'C';
  return `${CROSS_REFERENCE}/${family}/ident/${name}`;
}

/** The line of C source, counted from 0, that defines a function, a macro or a system call; undefined: none does. */
export function definitionLine(source: string, name: string): number | undefined {
  const lines = source.split('\n');
  const syscall = new RegExp(`^(?:COMPAT_)?SYSCALL_DEFINE\\d\\(${name.replace(/^(?:__)?(?:sys_)?/, '')}\\b`);
  const macro = new RegExp(`^#\\s*define\\s+${name}\\b`);
  const mention = new RegExp(`(?:^|[\\s*])${name}\\s*\\(`);
  const found = lines.findIndex(
    (line, at) => macro.test(line) || (/^[A-Za-z_]/.test(line) && mention.test(line) && opensBody(lines, at)),
  );
  const line = found >= 0 ? found : lines.findIndex((text) => syscall.test(text));
  return line < 0 ? undefined : line;
}
/** A declaration ends with a semicolon before any brace. */
function opensBody(lines: readonly string[], at: number): boolean {
  for (const line of lines.slice(at)) {
    const [end] = /[;{]/.exec(line) ?? [];
    if (end !== undefined) return end === '{';
  }
  return false;
}
