// The checks that need no running: types, style, format, and the arrows between the rooms.
import { install, step } from './steps.mjs';

await install();
await step('types', 'node_modules/.bin/tsc', ['-p', 'tsconfig.json']);
await step('types of the webviews', 'node_modules/.bin/tsc', ['-p', 'webviews/tsconfig.json']);
await step('lint', 'node_modules/.bin/eslint', ['--max-warnings=0', '.']);
await step('format', 'node_modules/.bin/prettier', ['--check', '--log-level=warn', '.']);
await step('rooms', 'node_modules/.bin/depcruise', [
  '--config',
  '.dependency-cruiser.mjs',
  'stack',
  'language',
  'debug-adapter',
  'extension',
  'webviews',
]);
await step('docs', process.execPath, ['scripts/docs.mjs', '--check']);
