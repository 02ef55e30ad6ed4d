'use strict';
// Two CommonJS modules that require each other.
exports.early = 'early';
const b = require('./cycle-b.cjs');
exports.seen = b.seen;
