/**
 * The files of a recorded run's programs. A run is repeated only with the same ones: where they are is looked for,
 * and each is compared.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProgramFile } from '../../stack/world/program_files.ts';
import type { RecordedFile, RunRecording } from './data.ts';
import { relativePath } from './moments.ts';
import { RecordingError, type Place } from './shape.ts';

/** So many characters of programs' own files go into a recording: enough for a bug report, and still small. */
const MOST_TEXT = 1024 * 1024;
/** How many files a message names. */
const MOST_NAMED = 3;

/** The program is not here, or is another one: the sources in the recording would help. */
export class OtherProgramError extends RecordingError {
  override name = 'OtherProgramError';
}

/**
 * The files for a recording. Packages are named by their contents only: there may be thousands of them, and
 * `npm install` brings them back.
 *
 * @returns the folder above all of them, and the files relative to it
 */
export function recordFiles(files: readonly ProgramFile[]): Pick<RunRecording, 'folder' | 'files'> {
  const folder = commonFolder(files.map((file) => path.dirname(file.path)));
  const own = files.filter((file) => !isPackage(file.path));
  const isSmall = own.reduce((length, { text }) => length + text.length, 0) <= MOST_TEXT;
  return {
    folder,
    files: files.map((file) => ({
      path: relativePath(folder, file.path),
      hash: hashOf(file.text),
      ...(isSmall && !isPackage(file.path) && { text: file.text }),
    })),
  };
}

function isPackage(file: string): boolean {
  return file.split(/[\\/]/).includes('node_modules');
}
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
function commonFolder([first, ...others]: readonly string[]): string {
  let folder = first ?? process.cwd();
  while (others.some((other) => path.relative(folder, other).startsWith('..'))) folder = path.dirname(folder);
  return folder;
}

/** A path that stays in its folder. @throws RecordingError */
export function readPath(place: Place): string {
  const text = place.text();
  const isInside =
    text !== '' &&
    !/^[a-zA-Z]:|\\|\0/.test(text) &&
    text.split('/').every((part) => !['', '.', '..'].includes(part));
  if (!isInside) throw new RecordingError('The recording is damaged: "{0}" is no path in a folder.', text);
  return text;
}

/**
 * The folder with the files of a recording: the first one that has its first file. All files there must be what they
 * were.
 *
 * @throws RecordingError if there is none, or a file has changed
 */
export function findFolder({ files }: RunRecording, folders: readonly string[]): string {
  const [first] = files;
  const folder =
    first === undefined ? folders[0] : folders.find((one) => existsSync(path.join(one, first.path)));
  if (folder === undefined)
    throw new OtherProgramError(
      'The program of the recording is not here: there is no {0} in {1}. Put the recording into the folder that has it, or run the sources in the recording itself.',
      first!.path,
      folders.join(', '),
    );
  const changed = files.filter((file) => !isSame(file, folder)).map((file) => path.join(folder, file.path));
  if (changed.length > 0)
    throw new OtherProgramError(
      'The program has changed since the recording was made: {0}. Go back to the version that it was made with, or run the sources in the recording itself.',
      changed.length > MOST_NAMED ? `${changed.slice(0, MOST_NAMED).join(', ')}, …` : changed.join(', '),
    );
  return folder;
}
function isSame({ path: name, hash }: RecordedFile, folder: string): boolean {
  const file = path.join(folder, name);
  return existsSync(file) && hashOf(readFileSync(file, 'utf8')) === hash;
}

/**
 * Write the sources in a recording into a new folder for temporary files.
 *
 * @throws RecordingError if some are not in it
 */
export function unpackSources({ files }: RunRecording): string {
  const missing = files.filter(({ text }) => text === undefined);
  if (missing.length > 0)
    throw new RecordingError(
      'The recording does not have all sources of its program: {0} and {1} others are missing. Open it where the program and its packages are.',
      missing[0]!.path,
      missing.length - 1,
    );
  const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-recording-'));
  for (const { path: name, text, hash } of files) {
    if (hashOf(text!) !== hash)
      throw new RecordingError('The recording is damaged: {0} is not what it was.', name);
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text!);
  }
  return folder;
}
