/** Which file a client means: it may name one by a URI, through a link, or in another spelling. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** As the client names it, as a path. */
  given: string;
  /** The file itself: the same for all its names. */
  real: string;
}

export function sourceFile(name: string): SourceFile {
  const given = path.resolve(name.startsWith('file:') ? fileURLToPath(name) : name);
  return { given, real: realPath(given) };
}

/** A file that is not there (any more) is known by its name. */
export function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}
