'use strict';
// A CommonJS module: its exports are found by their names.
exports.named = 'named';
exports.counter = 0;
exports.increment = () => ++exports.counter;
Object.defineProperty(exports, '__esModule', { value: false });
module.exports.later = __filename.endsWith('common.cjs') && __dirname.endsWith('modules');
exports.self = () => module.children.length + Number(require.main === module);
exports.imported = () => import('./answer.mjs').then(({ default: answer }) => answer);
