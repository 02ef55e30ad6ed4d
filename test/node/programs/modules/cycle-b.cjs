'use strict';
const a = require('./cycle-a.cjs');
exports.seen = `${a.early} ${a.seen}`;
