/** Texts that a test has written once and compares with from then on. `UPDATE_GOLDEN=1` writes them anew. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './paths.ts';

export function expectGolden(name: string, text: string): void {
  const file = path.join(ROOT, 'test', 'debug-adapter', 'golden', `${name}.txt`);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  assert.ok(existsSync(file), `${file} is not there yet: run the test once with UPDATE_GOLDEN=1`);
  assert.equal(
    text,
    readFileSync(file, 'utf8'),
    `differs from ${path.relative(ROOT, file)} (UPDATE_GOLDEN=1 rewrites it)`,
  );
}
