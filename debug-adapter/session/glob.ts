/** Globs as patterns for V8: `stack/net/core/**` also matches at the end of an absolute path. */
export function globPattern(glob: string): string {
  let pattern = '';
  const text = glob
    .replaceAll('\\', '/')
    .replace(/^\.\//, '')
    .replace(/^<node_internals>/, 'node:');
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '*' && text[at + 1] === '*') {
      at += text[at + 2] === '/' ? 2 : 1;
      pattern += '.*';
    } else if (char === '*') pattern += '[^/]*';
    else if (char === '?') pattern += '[^/]';
    else pattern += /[.+^${}()|[\]\\]/.test(char) ? `\\${char}` : char;
  }
  return `(^|/)${pattern}$`;
}
