import fs from 'node:fs/promises';

const text = await fs.readFile(import.meta.filename, 'utf8');
export const lines = text.split('\n').length;
