// The checks that need no running: types, style, format, and the arrows between the rooms.
//   node scripts/check.mjs          all of them, two at a time: most of them use one processor
//   node scripts/check.mjs code     the first half: what is wrong there, tests would only show in other words
//   node scripts/check.mjs rest     the others, one at a time, on what other programs leave of the processors
import { constants, setPriority } from 'node:os';
import { install, step } from './steps.mjs';

const CODE = [
  ['types', 'node_modules/.bin/tsc', ['-p', 'tsconfig.json']],
  ['lint', 'node_modules/.bin/eslint', ['--max-warnings=0', '.']],
  ['types of the webviews', 'node_modules/.bin/tsc', ['-p', 'webviews/tsconfig.json']],
];
const REST = [
  ['format', 'node_modules/.bin/prettier', ['--check', '--log-level=warn', '.']],
  [
    'rooms',
    'node_modules/.bin/depcruise',
    ['--config', '.dependency-cruiser.mjs', 'stack', 'language', 'debug-adapter', 'extension', 'webviews'],
  ],
  ['docs', process.execPath, ['scripts/docs.mjs', '--check']],
];

const half = process.argv[2];
const checks = half === 'code' ? CODE : half === 'rest' ? REST : [...CODE, ...REST];
const atATime = half === 'rest' ? 1 : 2;
// What it starts has the same priority.
if (half === 'rest') setPriority(constants.priority.PRIORITY_LOW);

await install();
await Promise.all(Array.from({ length: atATime }, work));

async function work() {
  for (let check = checks.shift(); check; check = checks.shift()) await step(...check);
}
