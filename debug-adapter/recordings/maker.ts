/** Which code a run depends on beside its programs: another stack may take another way. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Maker } from './data.ts';
import { RecordingError } from './shape.ts';

/** The stack as V8 runs it. */
const STACK = fileURLToPath(new URL('../../stack/', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../../package.json', import.meta.url));
const HASH_LETTERS = 16;

export function thisMaker(): Maker {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  return { version, stack: hashOfStack(), node: process.version };
}

/** Of all its files, in an order that is the same on each host. */
function hashOfStack(): string {
  const hash = createHash('sha256');
  const files = readdirSync(STACK, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  );
  for (const file of files.sort()) hash.update(readFileSync(path.join(STACK, file)));
  return hash.digest('hex').slice(0, HASH_LETTERS);
}

/** @throws RecordingError if a recording was made with another stack */
export function checkMaker({ version, stack }: Maker): void {
  const own = thisMaker();
  if (stack === own.stack) return;
  throw new RecordingError(
    version === own.version
      ? 'The recording was made with another build of Sockscope {0} (its stack is {1}, this one is {2}): runs of the two differ. Open it with the build that made it.'
      : 'The recording was made with Sockscope {0} (its stack is {1}, this one is {2}): runs of the two differ. Open it with that version.',
    version,
    stack,
    own.stack,
  );
}
