// `npm test`: installs, builds, checks, and runs every test.
//   npm test -- PATTERN    only the test files whose path contains PATTERN, without the checks
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { packageExtension } from './package.mjs';
import { build, install, root, step } from './steps.mjs';
import { installExtension, installServer } from './vscode-server.mjs';

const pattern = process.argv[2];
await install();
await build();
if (pattern === undefined) await step('checks of the code', process.execPath, ['scripts/check.mjs', 'code']);

const { default: Mocha } = await import('mocha');
const folder = path.join(root, 'dist/test');
const files = (await readdir(folder, { recursive: true }))
  .filter((name) => name.endsWith('.test.js'))
  .filter((name) => pattern === undefined || name.includes(pattern))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches "${pattern}"`);
  process.exit(1);
}

// A browser, and a VS Code in one, waits more than it computes: two at a time are enough for any machine, and nothing
// else runs beside them.
const isPage = (name) => /^webviews\b/.test(name);
const isWindow = (name) => /^extension\b/.test(name);
const BROWSERS = 2;
// What drives a real kernel takes the whole machine, and what follows the host's clock wants it undisturbed.
const isAlone = (name) => /^(outside|realKernel|stack\/world\/(outsideTime|hosts))\b/.test(name);
const total = { passes: 0, failures: 0, pending: 0 };
const failed = [];
// A test waits, too, for what it has asked: one more than there are processors keeps all of them at work.
const jobs = Math.min(4, availableParallelism() + 1);
// Node reads these certificates whenever it starts: a tenth of what it takes to begin a session, of which tests begin more
// than a thousand. Only what is installed for pages and windows asks a server.
const { NODE_EXTRA_CA_CERTS: certificates } = process.env;
delete process.env.NODE_EXTRA_CA_CERTS;
await runAll(
  files.filter((name) => !isAlone(name) && !isPage(name) && !isWindow(name)),
  jobs,
);
if (certificates !== undefined) process.env.NODE_EXTRA_CA_CERTS = certificates;
// The other checks take what these, and pages, which wait more than they compute, leave of the processors.
const checked =
  pattern === undefined
    ? step('checks of the rest', process.execPath, ['scripts/check.mjs', 'rest'])
    : undefined;
await runAll(files.filter(isAlone), 1);
const windows = files.filter(isWindow);
// Each window would package the extension for itself: minutes in all. Meanwhile pages wait more than they compute.
const prepared = windows.length > 0 ? prepareWindows() : undefined;
await runAll(files.filter(isPage), Math.min(BROWSERS, jobs));
await Promise.all([prepared, checked]);
// The longest files first: begun last, one would run alone at the end.
const LONGEST = ['chinese', 'handshake', 'runAgain', 'failingSeed', 'pictures', 'walkthroughs'];
const rank = (name) => LONGEST.indexOf(path.basename(name, '.test.js'));
windows.sort((a, b) => rank(b) - rank(a));
await runAll(windows, Math.min(BROWSERS, jobs));
if (windows.length > 0) await rm(process.env.SOCKSCOPE_USER, { recursive: true, force: true });
// A long output is often read, or kept, from its end only.
for (const each of failed) console.log(`\nfailed: ${each}`);
console.log(`\n${total.passes} passed, ${total.failures} failed, ${total.pending} skipped`);
process.exit(total.failures === 0 ? 0 : 1);

/** The package, and a VS Code user who has the extension: each window begins with a copy of the user's folder. */
async function prepareWindows() {
  process.env.SOCKSCOPE_VSIX = await packageExtension();
  const user = await mkdtemp(path.join(tmpdir(), 'sockscope-user-'));
  await installExtension(await installServer(), user, process.env.SOCKSCOPE_VSIX);
  process.env.SOCKSCOPE_USER = user;
}

/** Runs test files, several at a time. */
async function runAll(names, jobs) {
  if (names.length === 0) return;
  const mocha = new Mocha({ reporter: 'spec', timeout: 60_000, forbidOnly: true, parallel: jobs > 1, jobs });
  for (const name of names) mocha.addFile(path.join(folder, name));
  // Where several run at a time, each process loads its own.
  if (jobs > 1) mocha.lazyLoadFiles(true);
  else await mocha.loadFilesAsync();
  await new Promise((resolve) => {
    const runner = mocha.run(() => {
      for (const kind of Object.keys(total)) total[kind] += runner.stats[kind];
      resolve();
    });
    runner.on('fail', (test, error) => failed.push(`${test.fullTitle()}\n${error.stack ?? error.message}`));
  });
}
