// Launch configurations: the programs they name, and the launch.json in a folder above a program that names it.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A configuration as written: nothing of it is checked yet. */
export interface WrittenConfiguration {
  type: string;
  name: string;
  request: string;
  [attribute: string]: unknown;
}

/** @throws SyntaxError */
export function parseLaunchFile(text: string): WrittenConfiguration[] {
  const file: unknown = JSON.parse(plainJson(text));
  const list = isTable(file) ? file['configurations'] : undefined;
  return (Array.isArray(list) ? list : []).filter(isConfiguration);
}

/** Without what launch.json may have and JSON may not: comments, and commas after the last one. */
function plainJson(text: string): string {
  const string = '"(?:[^"\\\\]|\\\\.)*"';
  const keepStrings = (_all: string, kept: string | undefined) => kept ?? '';
  return text
    .replace(new RegExp(`(${string})|//.*|/\\*[^]*?\\*/`, 'g'), keepStrings)
    .replace(new RegExp(`(${string})|,(?=\\s*[}\\]])`, 'g'), keepStrings);
}

/** The files of `program` or `programs`, as written. */
export function programFiles(configuration: Readonly<Record<string, unknown>>): string[] {
  const { program, programs } = configuration;
  const entries: unknown[] = Array.isArray(programs) ? programs : [program];
  return entries
    .map((entry) => (isTable(entry) ? entry['program'] : entry))
    .filter((file) => typeof file === 'string' && file !== '') as string[];
}

/**
 * The same configuration with absolute paths. A program's path refers to its working directory, and that to
 * the folder that launch.json is in; programs work there unless they have a directory of their own.
 */
export function withAbsolutePaths<T extends Record<string, unknown>>(configuration: T, folder: string): T {
  const from = (base: string, given: unknown) =>
    typeof given === 'string' && given !== '' ? path.resolve(base, given) : given;
  const located = <Entry extends Record<string, unknown>>(entry: Entry, base: string): Entry => {
    const cwd = from(base, entry['cwd']);
    const there = typeof cwd === 'string' ? cwd : base;
    return {
      ...entry,
      ...('cwd' in entry && { cwd }),
      ...('program' in entry && { program: from(there, entry['program']) }),
    };
  };
  const top = located({ ...configuration, cwd: configuration['cwd'] ?? folder }, folder);
  const base = typeof top['cwd'] === 'string' ? top['cwd'] : folder;
  const { programs } = top;
  return {
    ...top,
    ...('pcap' in top && { pcap: from(folder, top['pcap']) }),
    ...(Array.isArray(programs) && {
      programs: programs.map((entry: unknown) => (isTable(entry) ? located(entry, base) : from(base, entry))),
    }),
  };
}

/**
 * The configuration by which a launch.json has this file debugged: one of the given type that names it, in
 * the nearest folder above the file.
 *
 * @param type of the debugger
 * @param root the outermost folder to look in; left out: the root of the disk
 */
export function configurationNaming(
  file: string,
  type: string,
  root = path.parse(file).root,
): WrittenConfiguration | undefined {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    for (const written of configurationsIn(folder)) {
      if (written.type !== type || written.request !== 'launch') continue;
      const configuration = withAbsolutePaths(inFolder(written, folder), folder);
      if (programFiles(configuration).includes(file)) return configuration;
    }
    if (folder === root || folder === path.dirname(folder)) return undefined;
  }
}

/** What cannot be read names nothing: VS Code shows the faults of a launch.json in its editor. */
function configurationsIn(folder: string): WrittenConfiguration[] {
  try {
    return parseLaunchFile(readFileSync(path.join(folder, '.vscode', 'launch.json'), 'utf8'));
  } catch {
    return [];
  }
}

/** `${workspaceFolder}` is the folder that launch.json is in, whichever folder VS Code has open. */
function inFolder<T>(value: T, folder: string): T {
  if (typeof value === 'string') return value.replaceAll('${workspaceFolder}', folder) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => inFolder(one, folder)) as T;
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inFolder(one, folder)])) as T;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isConfiguration(value: unknown): value is WrittenConfiguration {
  return isTable(value) && ['type', 'name', 'request'].every((name) => typeof value[name] === 'string');
}
