// import() at run time of modules that ask the host while they are evaluated, alone and at the same time.
import { once } from 'node:events';

const now = new EventTarget();
setTimeout(() => now.dispatchEvent(new Event('now')), 10);
await once(now, 'now');
const { lines } = await import('./modules/reader.mjs');
console.log(lines > 0);
const [importer, reader] = await Promise.all([
  import('./modules/importer.mjs'),
  import('./modules/reader.mjs'),
]);
console.log(importer.lines === reader.lines);
await import('./modules/nowhere.mjs').catch((error) => console.log(error.code));
await import('./modules/failing.mjs').catch((error) => console.log(error.message));
