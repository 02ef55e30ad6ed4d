module.exports = { kind: 'a CommonJS module by its ending' };
