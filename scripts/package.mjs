// Packages the extension: dist/sockscope.vsix. Expects a build.
//   node scripts/package.mjs
import path from 'node:path';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { run } from './lib/cache.mjs';
import { step } from './lib/progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @returns the path of the .vsix */
export async function packageExtension(vsix = path.join(root, 'dist/sockscope.vsix')) {
  await step('packaging the extension', () =>
    run(
      process.execPath,
      [
        path.join(root, 'node_modules/@vscode/vsce/vsce'),
        'package',
        '--allow-missing-repository',
        '--no-rewrite-relative-links',
        '-o',
        vsix,
      ],
      { cwd: root },
    ),
  );
  return vsix;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const vsix = await packageExtension();
  console.log(`${vsix} (${((await stat(vsix)).size / 1e6).toFixed(1)} MB)`);
}
