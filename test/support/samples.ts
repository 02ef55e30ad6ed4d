/** The samples, by their names without the number that says in which order they are read. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../../samples');

/** All of them, in the order of learning: `01-first-handshake.ts`, … */
export function sampleFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/** The path of a sample: `samplePath('first-handshake')`. */
export function samplePath(name: string): string {
  const found = sampleFiles().find((file) => file.replace(/^\d+-/, '') === `${name}.ts`);
  assert.ok(found, `there is no sample ${name}: ${sampleFiles().join(', ')}`);
  return path.join(FOLDER, found);
}
