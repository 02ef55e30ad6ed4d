// The packaged extension: small, whole, and nothing in it that does not belong there.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { packageScript, root } from './support/scripts.ts';

interface Vsce {
  listFiles(options: { cwd: string }): Promise<string[]>;
}

describe('the .vsix', function () {
  this.timeout(60_000);

  it('is smaller than 5 MB', async () => {
    const { packageExtension } = await packageScript();
    const { size } = await stat(process.env['SOCKSCOPE_VSIX'] ?? (await packageExtension()));
    assert.ok(size < 5e6, `${(size / 1e6).toFixed(1)} MB`);
  });

  it('holds what runs and what is shown, and no more', async () => {
    const { listFiles } = createRequire(import.meta.url)('@vscode/vsce') as Vsce;
    const files = await listFiles({ cwd: root });
    for (const file of [
      'package.json',
      'LICENSE',
      'dist/extension.cjs',
      'dist/functions.json',
      'dist/explore-run.js',
      'dist/debug-adapter/cli/failure.js',
      'dist/webviews/packets.js',
      'dist/webviews/packets.css',
      'dist/webviews/pictures.js',
      'dist/webviews/pictures.css',
      'dist/webviews/streams.js',
      'dist/webviews/streams.css',
      'dist/webviews/compare.js',
      'dist/webviews/compare.css',
      'dist/webviews/timeline.js',
      'dist/webviews/timeline.css',
      'stack/user/sockscope.d.ts',
      'samples/first-handshake.ts',
      'samples/keep-alive-reset/client.mjs',
      'samples/keep-alive-reset/.vscode/launch.json',
      'stack/net/socket/file.ts',
      'dist/stack/net/socket/file.js',
      'node_modules/amaro/dist/index.js',
      'node_modules/@vscode/debugadapter/lib/main.js',
    ])
      assert.ok(files.includes(file), `${file} is missing`);
    const wrong = files.filter((file) => /(^|\/)(test|tests|scripts|docs)\/|\.map$|\.vsix$/.test(file));
    assert.deepEqual(wrong, []);
  });

  it('holds each package that its modules import', async () => {
    const { listFiles } = createRequire(import.meta.url)('@vscode/vsce') as Vsce;
    const files = await listFiles({ cwd: root });
    const modules = files.filter((file) => /^dist\/(debug-adapter|stack)\/.*\.js$/.test(file));
    assert.ok(modules.length > 300, `${modules.length} modules`);
    const missing = new Set<string>();
    for (const module of modules) {
      const code = await readFile(path.join(root, module), 'utf8');
      for (const name of importedPackages(code))
        if (!files.includes(`node_modules/${name}/package.json`))
          missing.add(`${name}, imported by ${module}`);
      for (const file of requiredFiles(code))
        if (!files.includes(file)) missing.add(`${file}, required by ${module}`);
    }
    assert.deepEqual([...missing], []);
  });
});

/** The files of packages that require() finds for a module of the project. */
function requiredFiles(code: string): string[] {
  const { resolve } = createRequire(import.meta.url);
  return [...code.matchAll(/\brequire\('([\w@/-]+)'\)/g)]
    .map(([, name]) => name!)
    .filter((name) => !isBuiltin(name))
    .map((name) => path.relative(root, resolve(name)).split(path.sep).join('/'));
}
/** The packages that a module's import declarations name. */
function importedPackages(code: string): string[] {
  const imports = /^(?:(?:import|export)\b[^;'"]*?\bfrom\s+|import\s+)['"]([^'"]+)['"]/gm;
  const specifiers = [...code.matchAll(imports)].map(([, specifier]) => specifier!);
  return (
    specifiers
      // Scenarios get 'sockscope' from the world.
      .filter((name) => !name.startsWith('.') && name !== 'sockscope' && !isBuiltin(name))
      .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0])
  );
}
