// What the commands for frames in transit ask the user and the adapter. In as much of VS Code as they need.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './support/scripts.ts';

/** Notes what is asked and said; what is typed or chosen stands in `answers`, and is refused as the box would. */
const FAKE = `export const done = [];
export const answers = [];
const registered = new Map();
export const run = (name, ...args) => registered.get(name)(...args);
export const commands = {
  registerCommand: (name, run) => (registered.set(name, run), { dispose() {} }),
  executeCommand: async (name, { variable }) => void done.push(name + ' ' + variable.memoryReference),
};
export class EventEmitter {}
export class TreeItem {}
export const TreeItemCollapsibleState = {};
export const Disposable = { from: () => ({ dispose() {} }) };
export const l10n = { t: (text, ...args) => text.replace(/\\{(\\d)\\}/g, (_, at) => args[at]) };
export const window = {
  showInputBox: async ({ title, value, validateInput }) => {
    done.push(title + ': ' + value);
    for (;;) {
      const answer = answers.shift();
      const problem = answer === undefined ? undefined : validateInput(answer);
      if (problem === undefined) return answer;
      done.push(problem);
    }
  },
  showQuickPick: async (items, { title }) => (done.push(title + ': ' + items), answers.shift()),
  setStatusBarMessage: (text) => void done.push(text),
  showErrorMessage: (text) => void done.push('error: ' + text),
  showInformationMessage: (text) => void done.push('information: ' + text),
};
`;

interface Session {
  id: string;
  request(command: string, args: object): Promise<unknown>;
}
interface Bundled {
  registerInjectFrame(sessions: { current: Session | undefined }): void;
  registerTreeCommands(trees: readonly { refresh(): void }[], views: object): void;
  editFrame(session: Session, packet: number): Promise<void>;
  injectCopy(session: Session, packet: number): Promise<void>;
  vscode: {
    done: string[];
    answers: (string | undefined)[];
    run(name: string, ...args: unknown[]): Promise<void>;
  };
}

describe('the commands for frames in transit', () => {
  let folder: string;
  let bundled: Bundled;
  let links = ['lo'];
  const session: Session = {
    id: 'session',
    request: async (command, args) => {
      bundled.vscode.done.push(`${command} ${JSON.stringify(args)}`);
      return (
        {
          'sockscope/frames': { links },
          'sockscope/frameMemory': { memoryReference: 'memory:5' },
          'sockscope/packet': { sources: [{ base64: Buffer.from('0a0b', 'hex').toString('base64') }] },
          'sockscope/packets': { located: 3, rows: [{ values: { 'frame.interface_name': 'eth1' } }] },
        }[command] ?? { text: 'Done.' }
      );
    },
  };
  /** What is done and said by that. */
  async function doing(what: () => Promise<void>, ...answers: (string | undefined)[]): Promise<string[]> {
    const { vscode } = bundled;
    vscode.done.length = 0;
    vscode.answers.splice(0, Infinity, ...answers);
    await what();
    return [...vscode.done];
  }
  let refreshes = 0;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-frames-'));
    const fake = path.join(folder, 'fakeVscode.mjs');
    await writeFile(fake, FAKE);
    const exported = ['extension/frames/frameChanges.ts', 'extension/trees/treeCommands.ts'].map(
      (file) => `export * from ${JSON.stringify(path.join(root, file))};`,
    );
    const { outputFiles } = await build({
      stdin: { contents: `${exported.join('\n')} export * as vscode from 'vscode';`, resolveDir: root },
      alias: { vscode: fake },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
      logLevel: 'error',
    });
    const file = path.join(folder, 'frames.mjs');
    await writeFile(file, outputFiles[0]!.contents);
    bundled = (await import(pathToFileURL(file).href)) as Bundled;
    bundled.registerInjectFrame({ current: session });
    bundled.registerTreeCommands([{ refresh: () => void refreshes++ }], {});
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const onTree = (name: string, item: object) => () =>
    bundled.vscode.run(`sockscope.${name}`, { session, item: { label: 'frame', ...item } });

  for (const [name, how] of [
    ['dropFrame', 'drop'],
    ['duplicateFrame', 'duplicate'],
    ['reorderFrame', 'reorder'],
    ['corruptFrame', 'corrupt'],
  ] as const)
    it(`${name} of a tree is for the packet, or its place in a ring`, async () => {
      const before = refreshes;
      assert.deepEqual(await doing(onTree(name, { packetNumber: 7 })), [
        `sockscope/changeFrame {"packet":7,"how":"${how}"}`,
        'Done.',
      ]);
      const descriptor = { link: 'lo', descriptor: 3 };
      assert.deepEqual(await doing(onTree(name, { descriptor, packetNumber: 7 })), [
        `sockscope/changeFrame {"link":"lo","descriptor":3,"how":"${how}"}`,
        'Done.',
      ]);
      assert.equal(refreshes - before, 2);
    });

  it('delayFrame asks for a time with its unit, and does nothing without one', async () => {
    assert.deepEqual(await doing(onTree('delayFrame', { packetNumber: 7 }), '5', '7 ms'), [
      'Delay the Frame: 5ms',
      'Write a time with its unit: ns, us, ms or s.',
      'sockscope/changeFrame {"packet":7,"how":"delay","delay":"7ms"}',
      'Done.',
    ]);
    assert.deepEqual(await doing(onTree('delayFrame', { packetNumber: 7 }), undefined), [
      'Delay the Frame: 5ms',
    ]);
  });

  it('Edit Bytes opens the bytes of the frame in the hex editor', async () => {
    assert.deepEqual(await doing(() => bundled.editFrame(session, 5)), [
      'sockscope/frameMemory {"packet":5}',
      'workbench.debug.viewlet.action.viewMemory memory:5',
    ]);
  });

  it('Inject a Frame asks for the bytes, and for the link where there are several', async () => {
    const inject = () => bundled.vscode.run('sockscope.injectFrame');
    links = ['lo'];
    assert.deepEqual(await doing(inject, '0', '00 ff'), [
      'sockscope/frames {}',
      'Inject a Frame into lo: ',
      'Write two hexadecimal digits for each byte.',
      'sockscope/injectFrame {"link":"lo","hex":"00 ff"}',
      'Done.',
    ]);
    links = ['eth0', 'eth1'];
    assert.deepEqual(await doing(inject, 'eth1', undefined), [
      'sockscope/frames {}',
      'Inject a Frame: eth0,eth1',
      'Inject a Frame into eth1: ',
    ]);
  });

  it('Inject an Edited Copy begins with the bytes of the packet, on the link that it has come from', async () => {
    links = ['eth0', 'eth1'];
    assert.deepEqual((await doing(() => bundled.injectCopy(session, 4), '0a0c')).slice(-4), [
      'sockscope/frames {}',
      'Inject a Frame into eth1: 0a0b',
      'sockscope/injectFrame {"link":"eth1","hex":"0a0c"}',
      'Done.',
    ]);
  });
});
