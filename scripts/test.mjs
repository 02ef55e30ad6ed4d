// `npm test`: installs, builds, checks, and runs every test.
//   npm test -- PATTERN    only the test files whose path contains PATTERN, without the checks
import path from 'node:path';
import { readdir } from 'node:fs/promises';
import { build, install, root, step } from './steps.mjs';

const pattern = process.argv[2];
await install();
await build();
if (pattern === undefined) await step('checks', process.execPath, ['scripts/check.mjs']);

const { default: Mocha } = await import('mocha');
const files = (await readdir(path.join(root, 'dist/test'), { recursive: true }))
  .filter((name) => name.endsWith('.test.js'))
  .filter((name) => pattern === undefined || name.includes(pattern))
  // What takes longest and stands on all the rest comes last.
  .sort(
    (a, b) => Number(a.startsWith('extension')) - Number(b.startsWith('extension')) || a.localeCompare(b),
  );
if (files.length === 0) {
  console.error(`no test file matches "${pattern}"`);
  process.exit(1);
}
const mocha = new Mocha({ reporter: 'spec', timeout: 20_000, forbidOnly: true });
for (const file of files) mocha.addFile(path.join(root, 'dist/test', file));
await mocha.loadFilesAsync();
const failures = await new Promise((resolve) => {
  const runner = mocha.run((count) => {
    const { passes, pending } = runner.stats;
    console.log(`\n${passes} passed, ${count} failed, ${pending} skipped`);
    resolve(count);
  });
});
process.exit(failures === 0 ? 0 : 1);
