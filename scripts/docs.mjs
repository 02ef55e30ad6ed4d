// The parts of the documentation that are lists: written from the code, so that they stay true.
//   node scripts/docs.mjs            writes docs/linux-map.md and the table of rooms in docs/architecture.md
//   node scripts/docs.mjs --check    fails if they are not as it would write them, or if a link names what is not there
// It reads what was built: run `npm run build` first.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { stackFunctions } from './lib/functions.mjs';
import { rooms } from './lib/rooms.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAP = 'docs/linux-map.md';
const ARCHITECTURE = 'docs/architecture.md';
const read = (file) => readFile(path.join(root, file), 'utf8');

/** Where each function of Linux is. */
function linuxMap(functions) {
  const byLinux = new Map();
  for (const { name, url, linux } of functions) {
    // Some docs name a macro or a struct instead.
    if (linux === undefined || !linux.includes('/')) continue;
    const files = byLinux.get(linux) ?? new Map();
    byLinux.set(linux, files.set(url, [...(files.get(url) ?? []), name]));
  }
  const sections = [...byLinux]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([linux, files]) => {
      const lines = [...files].map(
        ([url, names]) => `- [${url}](../${url}): ${names.map((name) => `\`${name}\``).join(', ')}`,
      );
      return `## ${linux}\n\n${lines.join('\n')}\n`;
    });
  return [
    '# Where Linux’s functions are',
    'Each file of Linux 6.1 that has a counterpart here, the files of `stack/` that hold its functions, and which. Written by `node scripts/docs.mjs` from the `@linux` tags.',
    ...sections,
  ].join('\n\n');
}

function roomTable() {
  const rows = rooms.map(({ name, what }, index) => `| ${index + 1} | ${name} | ${what} |`);
  return ['| | room | what |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Puts `text` between the marks of `name`. */
function replacePart(document, name, text) {
  const [begin, end] = [`<!-- ${name}: written by scripts/docs.mjs -->`, `<!-- /${name} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${ARCHITECTURE} lacks ${begin} … ${end}`);
  return `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`;
}

/** Links like [`tcp_ack`](../stack/…/ack.ts) whose file has no function of that name. */
async function brokenLinks(functions) {
  const broken = [];
  for (const file of (await readdir(path.join(root, 'docs'))).filter((name) => name.endsWith('.md'))) {
    for (const [link, name, url] of (await read(`docs/${file}`)).matchAll(
      /\[`([A-Za-z_]\w*)(?:\(\))?`\]\(\.\.\/(stack\/[^)#]+)\)/g,
    )) {
      const found = functions.some((one) => one.name === name && one.url === url);
      if (!found) broken.push(`docs/${file}: ${link}: no such function there`);
    }
  }
  return broken;
}

const functions = await stackFunctions(path.join(root, 'dist/stack'));
const wanted = new Map([
  [MAP, linuxMap(functions)],
  [ARCHITECTURE, replacePart(await read(ARCHITECTURE), 'rooms', roomTable())],
]);
const problems = await brokenLinks(functions);
for (const [file, text] of wanted) {
  const options = await prettier.resolveConfig(path.join(root, file));
  const formatted = await prettier.format(text, { ...options, filepath: file });
  if (!process.argv.includes('--check')) await writeFile(path.join(root, file), formatted);
  else if ((await read(file).catch(() => '')) !== formatted)
    problems.push(`${file} is stale: npm run build && node scripts/docs.mjs`);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
