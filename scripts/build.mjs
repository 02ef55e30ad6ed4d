// Builds dist/: blanks the types of the rooms that V8 runs as they are, bundles the two that it doesn't.
//   node scripts/build.mjs [--watch]
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { watch } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'amaro';
import * as esbuild from 'esbuild';
import { stackFunctions } from './lib/functions.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const BLANKED_ROOMS = ['stack', 'language', 'debug-adapter', 'extension', 'test', 'webviews'];

/**
 * Turns TypeScript into JavaScript of the same shape: types become spaces, `.ts` in an import becomes `.js`.
 * The last line tells V8 the file's name in the repository.
 */
function blank(source, name) {
  let code;
  try {
    ({ code } = transformSync(source, { mode: 'strip-only' }));
  } catch (error) {
    throw new Error(`${name}: ${error.message ?? error}`);
  }
  const specifiers = code.replace(/(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.[^'"\n]*)\.ts\2/g, '$1$2$3.js$2');
  return `${specifiers}\n//# sourceURL=${name}\n`;
}

async function* filesOf(folder) {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(file);
    else yield file;
  }
}

/** Blanks one file if it is newer than what stands in dist/. Files that are not TypeScript are copied. */
async function buildFile(file) {
  const name = path.relative(root, file).split(path.sep).join('/');
  if (name.endsWith('.d.ts') || name.endsWith('.tsx')) return false;
  const isTypeScript = name.endsWith('.ts');
  const target = path.join(dist, isTypeScript ? name.replace(/\.ts$/, '.js') : name);
  const [from, to] = await Promise.all([stat(file), stat(target).catch(() => null)]);
  if (to && to.mtimeMs >= from.mtimeMs) return false;
  await mkdir(path.dirname(target), { recursive: true });
  if (isTypeScript) await writeFile(target, blank(await readFile(file, 'utf8'), name));
  else await cp(file, target);
  return true;
}

/** What the bundler writes into dist/webviews. */
const BUNDLE_OUTPUT =
  /^webviews\/((packets|pictures|streams|compare|timeline)\.(js|css)(\.map)?|codicon-\w+\.ttf)$/;

/** Removes from dist/ what has no source any more, so that a deleted test does not run on. */
async function removeOrphans(room) {
  for await (const file of filesOf(path.join(dist, room))) {
    if (BUNDLE_OUTPUT.test(path.relative(dist, file).split(path.sep).join('/'))) continue;
    const source = path.join(root, path.relative(dist, file));
    const candidates = [source, source.replace(/\.js$/, '.ts')];
    const found = await Promise.all(candidates.map((name) => stat(name).catch(() => null)));
    if (found.every((entry) => entry === null)) await rm(file);
  }
}

async function blankRooms() {
  let count = 0;
  for (const room of BLANKED_ROOMS) {
    await removeOrphans(room);
    for await (const file of filesOf(path.join(root, room))) if (await buildFile(file)) count++;
  }
  return count;
}

const exists = (file) =>
  stat(path.join(root, file)).then(
    () => true,
    () => false,
  );

async function bundles() {
  const common = {
    bundle: true,
    logLevel: 'warning',
    absWorkingDir: root,
    sourcemap: 'linked',
    legalComments: 'none',
  };
  const list = [];
  if (await exists('extension/main.ts')) {
    list.push({
      ...common,
      entryPoints: ['extension/main.ts'],
      outfile: 'dist/extension.cjs',
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: ['vscode'],
      // The package may have 5 MB; names stay.
      minifyWhitespace: true,
    });
  }
  // Each run of an exploration loads the stack anew: as one file in a third of the time.
  list.push({
    ...common,
    entryPoints: ['debug-adapter/explore/runTrial.ts'],
    outfile: 'dist/explore-run.js',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['amaro', 'cjs-module-lexer'],
    sourcemap: false,
    // Names of functions and classes are in messages, and stacks are told apart by their files.
    keepNames: true,
    footer: { js: '//# sourceURL=debug-adapter/explore/run.ts' },
  });
  if (await exists('webviews/packets/main.ts')) {
    list.push({
      ...common,
      entryPoints: {
        packets: 'webviews/packets/main.ts',
        pictures: 'webviews/pictures/main.ts',
        streams: 'webviews/streams/main.ts',
        compare: 'webviews/compare/main.ts',
        timeline: 'webviews/timeline/main.ts',
      },
      outdir: 'dist/webviews',
      platform: 'browser',
      format: 'iife',
      target: 'es2022',
      minify: true,
      loader: { '.ttf': 'file' },
    });
  }
  return list;
}

async function buildAll() {
  const started = performance.now();
  const count = await blankRooms();
  await writeFile(path.join(dist, 'package.json'), '{ "type": "module" }\n');
  // For the debugger, which sets breakpoints on them by name.
  await writeFile(
    path.join(dist, 'functions.json'),
    JSON.stringify(await stackFunctions(path.join(dist, 'stack'))),
  );
  for (const options of await bundles()) await esbuild.build(options);
  console.log(
    `built dist/ (${count} files changed) in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}

await mkdir(dist, { recursive: true });
await buildAll();
if (process.argv.includes('--watch')) {
  let timer;
  for (const room of BLANKED_ROOMS) {
    watch(path.join(root, room), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => buildAll().catch((error) => console.error(error.message)), 50);
    });
  }
}
