/** The samples, by their names. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../../samples');

/** All of them: `echo.ts`, … Their first lines say in which order they are read. */
export function sampleFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/** The path of a sample: `samplePath('first-handshake')`. */
export function samplePath(name: string): string {
  return path.join(FOLDER, `${name}.ts`);
}
