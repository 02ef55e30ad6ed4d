/** The loaded modules that belong to the kernel, and their URLs in V8. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CODE, isIn, isStack, LIBRARY_CONSTANTS } from '../../stack/debugger/places.ts';
import type { KernelModule } from '../inspect/kernelNames.ts';

/** The folder above `stack/` that contains the built files. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How V8 calls a module of the project. */
export function moduleUrl(file: string): string {
  return path.relative(ROOT, file).split(path.sep).join('/').replace(/\.js$/, '.ts');
}

export function kernelModules(exports: ReadonlyMap<string, object>): KernelModule[] {
  const modules: KernelModule[] = [];
  for (const [file, namespace] of exports) {
    const url = moduleUrl(file);
    // The library calls the kernel; of its modules only the constants count as kernel code.
    const isKernels = isStack(url) && (url === LIBRARY_CONSTANTS || !isIn(CODE.library, url));
    if (isKernels) modules.push({ url, exports: namespace as Readonly<Record<string, unknown>> });
  }
  return modules;
}
