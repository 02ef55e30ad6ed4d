export const kind = 'an ES module by its package';
