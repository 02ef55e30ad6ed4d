import fs from 'node:fs/promises';

await fs.stat(import.meta.filename);
throw new Error('it fails');
