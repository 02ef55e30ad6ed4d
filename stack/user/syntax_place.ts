/** Where a module has a syntax error. V8 does not tell the program that loads it, but it tells a user of `node --check`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** @returns line and column from 1; undefined if Node finds no error, or cannot be started */
export function syntax_place(code: string): { line: number; column: number } | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-'));
  try {
    const file = path.join(folder, 'module.mjs');
    writeFileSync(file, code);
    const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
    // `FILE:LINE`, the line, and carets below the place.
    const found = /module\.mjs:(\d+)\n.*\n( *)\^/.exec(stderr ?? '');
    return found === null ? undefined : { line: Number(found[1]), column: found[2]!.length + 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
