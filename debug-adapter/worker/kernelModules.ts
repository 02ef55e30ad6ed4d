/** Which of the loaded modules are the kernel's, and under what names V8 knows them. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KernelModule } from '../inspect/kernelNames.ts';

/** Above `stack/`, where the built files stand. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The library calls the kernel; of its modules only the constants are the kernel's. */
const LIBRARY = /^stack\/user\/(?!constants\.)/;

export function kernelModules(exports: ReadonlyMap<string, object>): KernelModule[] {
  const modules: KernelModule[] = [];
  for (const [file, namespace] of exports) {
    const url = path.relative(ROOT, file).split(path.sep).join('/').replace(/\.js$/, '.ts');
    if (url.startsWith('stack/') && !LIBRARY.test(url))
      modules.push({ url, exports: namespace as Readonly<Record<string, unknown>> });
  }
  return modules;
}
