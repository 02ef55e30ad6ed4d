/** Resolves a client's file name: it may be a URI, a link, or another spelling of the same file. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** The client's name, as a path. */
  given: string;
  /** The real path: the same for all names of a file. */
  real: string;
}

/** A file's path, given as such or as a URI. @throws an error about a URI that is not of a local file */
export function pathOf(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name) : name;
}
export function sourceFile(name: string): SourceFile {
  const given = path.resolve(pathOf(name));
  return { given, real: realPath(given) };
}

/** A file that does not exist (any more) keeps its given name. */
export function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}
