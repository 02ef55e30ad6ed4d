/**
 * The files of a world's programs as they are read: a run is repeated only with the same ones. A machine that repeats a run
 * of this session reads what that run has read, whatever has become of the files since.
 */
import { readFileSync } from 'node:fs';

/** A file of a program. */
export interface ProgramFile {
  path: string;
  text: string;
  /** Its JavaScript, if types were blanked in it. */
  code?: string | undefined;
}

export class ProgramFiles {
  readonly #read = new Map<string, ProgramFile>();
  /** Of the run that is repeated. */
  #given: ReadonlyMap<string, ProgramFile> = new Map();

  /** Let these be read as they are given here. */
  give(files: readonly ProgramFile[]): void {
    this.#given = new Map(files.map((file) => [file.path, file]));
  }

  /** The text of a file. @throws the file system's error */
  text(path: string): string {
    const text = this.#given.get(path)?.text ?? readFileSync(path, 'utf8');
    this.#read.set(path, { path, text });
    return text;
  }
  /** The JavaScript of a file that was read. @param blank replaces types by spaces */
  code(path: string, text: string, blank: (source: string) => string): string {
    const given = this.#given.get(path);
    const code = given?.text === text ? (given.code ?? blank(text)) : blank(text);
    this.#read.set(path, { path, text, code });
    return code;
  }

  /** In the order in which they were read first. */
  get all(): ProgramFile[] {
    return [...this.#read.values()];
  }
  get count(): number {
    return this.#read.size;
  }
}
