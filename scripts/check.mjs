// The checks that need no running: types, style, format, and the arrows between the rooms. Two at a time: most of
// them use one processor.
import { install, step } from './steps.mjs';

const CHECKS = [
  ['types', 'node_modules/.bin/tsc', ['-p', 'tsconfig.json']],
  ['lint', 'node_modules/.bin/eslint', ['--max-warnings=0', '.']],
  ['format', 'node_modules/.bin/prettier', ['--check', '--log-level=warn', '.']],
  ['types of the webviews', 'node_modules/.bin/tsc', ['-p', 'webviews/tsconfig.json']],
  [
    'rooms',
    'node_modules/.bin/depcruise',
    ['--config', '.dependency-cruiser.mjs', 'stack', 'language', 'debug-adapter', 'extension', 'webviews'],
  ],
  ['docs', process.execPath, ['scripts/docs.mjs', '--check']],
];
const AT_A_TIME = 2;

await install();
await Promise.all(Array.from({ length: AT_A_TIME }, work));

async function work() {
  for (let check = CHECKS.shift(); check; check = CHECKS.shift()) await step(...check);
}
