import fs from 'node:fs/promises';

await fs.stat(import.meta.filename);
export const { lines } = await import('./reader.mjs');
