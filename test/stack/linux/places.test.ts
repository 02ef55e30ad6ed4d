/**
 * Every kernel function stands where Linux 6.1 has it, or where docs/architecture.md says, and its doc names the Linux
 * file. functions.tsv beside this test lists which file defines which function.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = new URL('../../../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** Function to the Linux files that define one of that name. */
const definedIn = new Map<string, string[]>();
for (const line of read('test/stack/linux/functions.tsv').split('\n')) {
  const [file, names] = line.split('\t');
  if (names === undefined || line.startsWith('#')) continue;
  for (const name of names.split(' ')) definedIn.set(name, [...(definedIn.get(name) ?? []), file!]);
}

const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
/** The items of the document's lists, each in one line. */
const items = [...read('docs/architecture.md').matchAll(/^- .*\n(?: {2}.*\n)*/gm)].map(([item]) =>
  item.replace(/\s+/g, ' '),
);
/** Linux file to the files and folders that it is split into, and what the document says of them. */
const splits = new Map<string, { here: string[]; what: string }>();
/** Functions that stand elsewhere. */
const exceptions: { name: string; linux: string; here: string }[] = [];
for (const item of items) {
  const split = /^- `(\S+\.[ch])` is ((?:`\S+`(?:, )?)+): (.*)/.exec(item);
  if (split !== null) splits.set(split[1]!, { here: codeIn(split[2]!), what: split[3]! });
  const exception = /^- ((?:`\w+`(?:, )?)+) of `(\S+)` in `(\S+)`:/.exec(item);
  if (exception !== null)
    for (const name of codeIn(exception[1]!))
      exceptions.push({ name, linux: exception[2]!, here: exception[3]! });
}

interface KernelFunction {
  name: string;
  /** Below stack/. */
  path: string;
  exported: boolean;
  /** What the doc's @linux says; null: no doc, or none in it. */
  linux: string | null;
}
function functionsOf(path: string): KernelFunction[] {
  const source = read(`stack/${path}`);
  return [...source.matchAll(/^(export )?function\*? (\w+)/gm)].map((match) => {
    const above = source.slice(0, match.index);
    const doc = above.endsWith('*/\n') ? above.slice(above.lastIndexOf('/**')) : '';
    return {
      name: match[2]!,
      path,
      exported: match[1] !== undefined,
      linux: /@linux ([^\s,]+)/.exec(doc)?.[1] ?? null,
    };
  });
}
const functions = ['net', 'kernel', 'fs', 'include', 'lib', 'security'].flatMap((room) =>
  (readdirSync(new URL(`stack/${room}`, root), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => functionsOf(`${room}/${name}`)),
);
const known = functions.filter(({ name, exported }) => exported && definedIn.has(name));

/** Is `path` where a function of that Linux file belongs? */
function fits(path: string, linux: string): boolean {
  const stem = linux.replace(/\.[ch]$/, '');
  const rooms = splits.get(linux)?.here ?? [`${stem}.ts`, `${stem}/`];
  return rooms.some((room) => (room.endsWith('/') ? path.startsWith(room) : path === room));
}

describe('the places of kernel functions', () => {
  it('are known for most of them', () => {
    assert.ok(known.length > 1000, `${known.length} functions`);
    assert.ok(
      splits.size > 20 && exceptions.length > 20,
      `${splits.size} files, ${exceptions.length} functions`,
    );
  });

  it('are those of Linux, or those that docs/architecture.md names', () => {
    const wrong = known
      .filter(({ name, path }) => !definedIn.get(name)!.some((linux) => fits(path, linux)))
      .filter(({ name, path }) => !exceptions.some((one) => one.name === name && one.here === path))
      .map(
        ({ name, path }) =>
          `${name} is in stack/${path}; in Linux it is in ${definedIn.get(name)!.join(', ')}`,
      );
    assert.deepEqual(wrong, []);
  });

  it('stand in the doc of each exported function', () => {
    const wrong = known
      .filter(({ name, linux }) => linux === null || !definedIn.get(name)!.includes(linux))
      .map(
        ({ name, path, linux }) =>
          `${name} (stack/${path}): ${linux === null ? 'no @linux' : `@linux ${linux}`}, Linux has it in ${definedIn.get(name)!.join(', ')}`,
      );
    assert.deepEqual(wrong, []);
  });

  it('are right in the docs of other functions, too', () => {
    const wrong = functions
      .filter(({ name, exported, linux }) => !exported && linux !== null && definedIn.has(name))
      .filter(({ name, linux }) => !definedIn.get(name)!.includes(linux!))
      .map(
        ({ name, path, linux }) =>
          `${name} (stack/${path}): @linux ${linux}, Linux has it in ${definedIn.get(name)!.join(', ')}`,
      );
    assert.deepEqual(wrong, []);
  });

  it('that docs/architecture.md names exist, and its exceptions are needed', () => {
    const gone = [...splits.values()]
      .flatMap(({ here }) => here)
      .filter((path) => !existsSync(new URL(`stack/${path}`, root)));
    const idle = exceptions
      .filter(
        ({ name, linux, here }) =>
          !functions.some((one) => one.name === name && one.path === here) ||
          !definedIn.get(name)?.includes(linux) ||
          fits(here, linux),
      )
      .map(({ name }) => name);
    assert.deepEqual([gone, idle], [[], []]);
  });

  it('have all the files of a split one named', () => {
    const unnamed: string[] = [];
    const gone: string[] = [];
    for (const [linux, { here, what }] of splits) {
      const folder = here[0]!;
      if (!linux.endsWith('.c') || !folder.endsWith('/')) continue;
      const files = readdirSync(new URL(`stack/${folder}`, root));
      const named = codeIn(what).filter((name) => /^\w+\.ts$/.test(name));
      for (const file of files) if (!named.includes(file)) unnamed.push(folder + file);
      for (const name of named)
        if (!files.includes(name) && !existsSync(new URL(`stack/${path.dirname(linux)}/${name}`, root)))
          gone.push(folder + name);
    }
    assert.deepEqual({ unnamed, gone }, { unnamed: [], gone: [] });
  });
});
