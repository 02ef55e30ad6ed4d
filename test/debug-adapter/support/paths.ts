/** Where things are in the checkout: the tests run from dist/. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
export const ADAPTER = path.join(ROOT, 'dist', 'debug-adapter', 'main.js');

export function fixture(name: string): string {
  return path.join(ROOT, 'test', 'debug-adapter', 'fixtures', `${name}.ts`);
}
export function stackFile(name: string): string {
  return path.join(ROOT, 'stack', ...name.split('/'));
}
