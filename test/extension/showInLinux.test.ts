// Show in Linux, without a Linux tree: which page of the web it opens. In as much of VS Code as it needs.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { crossReference } from '../../extension/editor/linuxFunction.ts';
import { root } from './support/scripts.ts';

/** Notes what is opened and said. */
const FAKE = `import { readFileSync } from 'node:fs';
export const done = [];
const registered = new Map();
export const run = (name, ...args) => registered.get(name)(...args);
export const commands = { registerCommand: (name, run) => (registered.set(name, run), { dispose() {} }) };
export const window = { showErrorMessage: (text) => void done.push('error: ' + text) };
export const env = { openExternal: async (uri) => void done.push(uri.text) };
export const l10n = { t: (text, ...args) => text.replace(/\\{(\\d)\\}/g, (_, at) => args[at]) };
export const Uri = { file: (fsPath) => ({ fsPath }), parse: (text) => ({ text }) };
export const workspace = {
  getConfiguration: () => ({ get: (_name, byDefault) => byDefault }),
  openTextDocument: async ({ fsPath }) => ({ getText: () => readFileSync(fsPath, 'utf8') }),
};
`;

interface Bundled {
  registerShowInLinux(sources: { has(): boolean; nameOf(file: string): string }): void;
  vscode: { done: string[]; run(name: string, ...args: unknown[]): Promise<void> };
}

describe('Show in Linux without a Linux tree', () => {
  let folder: string;
  let bundled: Bundled;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-linux-'));
    const fake = path.join(folder, 'fakeVscode.mjs');
    await writeFile(fake, FAKE);
    const showInLinux = path.join(root, 'extension/editor/showInLinux.ts');
    const { outputFiles } = await build({
      stdin: {
        contents: `export * from ${JSON.stringify(showInLinux)}; export * as vscode from 'vscode';`,
        resolveDir: root,
      },
      alias: { vscode: fake },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
      logLevel: 'error',
    });
    const file = path.join(folder, 'showInLinux.mjs');
    await writeFile(file, outputFiles[0]!.contents);
    bundled = (await import(pathToFileURL(file).href)) as Bundled;
    bundled.registerShowInLinux({ has: () => true, nameOf: (name) => name });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('opens the page of the name that a frame has; for a helper of this stack the file', async () => {
    const source = path.join(root, 'stack/net/ipv4/tcp_ipv4/rcv.ts');
    const lines = readFileSync(source, 'utf8').split('\n');
    const show = (text: string): Promise<void> => {
      const startLineNumber = lines.findIndex((line) => line.includes(text)) + 2;
      const frameLocation = { range: { startLineNumber }, source: { path: source } };
      return bundled.vscode.run('sockscope.showInLinux', source, { frameLocation });
    };
    await show('export function tcp_v4_rcv(');
    await show('function discard(');
    assert.deepEqual(bundled.vscode.done, [
      'https://elixir.bootlin.com/linux/v6.1/C/ident/tcp_v4_rcv',
      'https://elixir.bootlin.com/linux/v6.1/source/net/ipv4/tcp_ipv4.c',
    ]);
  });

  it('knows that assembly has names of its own', () => {
    assert.equal(
      crossReference({ name: 'entry_SYSCALL_64', file: 'arch/x86/entry/entry_64.S', isOwn: true }),
      'https://elixir.bootlin.com/linux/v6.1/A/ident/entry_SYSCALL_64',
    );
  });
});
