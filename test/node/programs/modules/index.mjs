// How modules find and see each other.
import { createRequire, isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import path, { basename } from 'node:path';
import * as namespace from './common.cjs';
import common, { counter, increment, later, named } from './common.cjs';
import { both } from './one.mjs';
import { kind } from 'modules/lib';
import { kind as byImports } from '#lib/module';
import data from './data.json' with { type: 'json' };
import greet, { word } from './sync.mjs';

console.log(named, counter, increment(), common.counter, counter, later);
console.log(Object.keys(namespace).sort().join(' '), namespace.default === common);
console.log(common.self());
console.log(both(), kind, byImports === kind, JSON.stringify(data), greet(), word);

console.log(
  basename(import.meta.url),
  import.meta.filename === fileURLToPath(import.meta.url),
  import.meta.main,
);
console.log(
  path.basename(import.meta.dirname),
  basename(import.meta.resolve('./one.mjs')),
  import.meta.resolve('node:fs'),
);

const require = createRequire(import.meta.url);
console.log(
  require('./data.json').some[0],
  require('./common.cjs') === common,
  require('node:path') === path,
);
console.log(require('modules/lib').kind, basename(require.resolve('./common.cjs')), isBuiltin('fs'));
console.log(
  Object.keys(require.cache)
    .map((file) => basename(file))
    .sort()
    .join(' '),
);
console.log(require('./cycle-a.cjs').seen);
const required = require('./sync.mjs');
console.log(required.word, required.default(), required[Symbol.toStringTag]);

console.log((await import('./answer.mjs')).default, await common.imported());
console.log((await import('./data.json', { with: { type: 'json' } })).default.some.length);
const { both: bothAgain } = await import(new URL('./one.mjs?again', import.meta.url));
console.log(bothAgain(), bothAgain === both, (await import('node:os')).EOL === '\n');
for (const wrong of ['./nothing.mjs', 'no-such-package', './thrower.mjs', './common.cjs/x'])
  await import(wrong).catch((error) => console.log(wrong, error.code ?? error.message));
await import('./thrower.mjs').catch((error) => console.log('again:', error.message));
for (const wrong of ['./nothing.cjs', './answer.mjs', 'no-such-package', ''])
  try {
    require(wrong);
  } catch (error) {
    console.log(wrong, error.code ?? error.name);
  }
Reflect.deleteProperty(require.cache, require.resolve('./cycle-a.cjs'));
console.log(require('./cycle-a.cjs').seen);
console.log(new Function('return typeof require + typeof module')(), typeof globalThis.global, this);
console.log(await eval("import('node:path').then(({ sep }) => sep)"), (0, eval)('typeof process'));
