'use strict';
// A CommonJS program.
const path = require('path');
console.log(require.main === module, module.id, path.basename(__filename), this === exports, module.loaded);
console.log(module.paths[0].endsWith('node_modules'), module.parent, typeof require.resolve);
process.nextTick(() => console.log('tick'));
Promise.resolve().then(() => console.log('promise'));
console.log(require('./data').some[1], require('./lib/required.cjs').kind);
(async () => {
  console.log((await import('./common.cjs')).named);
  console.log((await import('./sync.mjs')).word, module.loaded);
})();
return;
console.log('never');
