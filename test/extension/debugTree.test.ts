// A tree's requests, as VS Code makes them, to an adapter that refuses or is late.
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { build } from 'esbuild';
import type { TreeItem } from '../../debug-adapter/protocol.ts';
import type { DebugTree } from '../../extension/trees/debugTree.ts';
import { root } from './support/scripts.ts';
import { EventEmitter, type TreeView } from './support/fakeVscode.ts';

type Ask = (parent: string | undefined) => Promise<TreeItem[]>;

const item = (id: string, collapsible: TreeItem['collapsible']): TreeItem => ({
  id,
  label: id.split('/').at(-1)!,
  collapsible,
  context: [],
});
/** Two processes, each expanded, with a socket each. */
const TREE: Record<string, TreeItem[]> = {
  '': [item('sockets/server', 'expanded'), item('sockets/client', 'expanded')],
  'sockets/server': [item('sockets/server/fd 3', 'none')],
  'sockets/client': [item('sockets/client/fd 3', 'none')],
};
const WHOLE = ['server', '  fd 3', 'client', '  fd 3'];

describe('a tree of the Debug side bar', () => {
  let folder: string;
  let Tree: typeof DebugTree;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-tree-'));
    const fake = path.join(root, 'test/extension/support/fakeVscode.ts');
    const { outputFiles } = await build({
      entryPoints: [path.join(root, 'extension/trees/debugTree.ts')],
      alias: { vscode: fake },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
    });
    const file = path.join(folder, 'debugTree.mjs');
    await writeFile(file, outputFiles[0]!.contents);
    Tree = ((await import(pathToFileURL(file).href)) as { DebugTree: typeof DebugTree }).DebugTree;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /**
   * A tree of a machine that stands, once it is shown; `ask` answers in place of the adapter.
   *
   * @param early called while VS Code's first question about the roots is on its way
   */
  async function withTree(
    ask: Ask,
    use: (view: TreeView, stop: () => void) => Promise<void>,
    early: (stop: () => void) => void = () => {},
  ): Promise<void> {
    const changed = new EventEmitter<string>();
    const session = {
      running: false,
      request: async (_name: string, { parent }: { parent?: string }) => ({ items: await ask(parent) }),
    };
    const tree = new Tree(
      'sockets',
      { current: session, onDidChange: changed.event } as never,
      { error: () => {} } as never,
    );
    const view = tree.view as unknown as TreeView;
    const stop = () => changed.fire('stopped');
    try {
      const shown = view.show();
      early(stop);
      await shown;
      await use(view, stop);
    } finally {
      tree.dispose();
    }
  }
  async function untilWhole(view: TreeView): Promise<void> {
    for (let tries = 0; tries < 40 && view.rows.join() !== WHOLE.join(); tries++) await sleep(50);
    assert.deepEqual(view.rows, WHOLE);
  }

  it('shows what is below the nodes that are open', () =>
    withTree(async (parent = '') => TREE[parent]!, untilWhole));

  for (const refused of ['', 'sockets/server', 'sockets/client'])
    it(`asks again when the adapter has refused ${refused === '' ? 'the roots' : refused}, twice`, () => {
      let refusals = 2;
      return withTree(async (parent = '') => {
        if (parent === refused && refusals-- > 0) throw new Error('the machine is busy');
        return TREE[parent]!;
      }, untilWhole);
    });

  it('gives up in the end when every request is refused, until the next stop', () => {
    let asked = 0;
    return withTree(
      async () => {
        asked++;
        throw new Error('the machine is busy');
      },
      async (view, stop) => {
        await sleep(1800);
        const first = asked;
        assert.ok(first > 1 && first < 10, `asked ${first} times`);
        assert.equal(view.message, 'the machine is busy');
        await sleep(400);
        assert.equal(asked, first);
        stop();
        await sleep(100);
        assert.ok(asked > first);
      },
    );
  });

  it('does not have an answer discarded by a stop that came while it was awaited', () => {
    let stopNow = () => {};
    return withTree(
      async (parent = '') => {
        if (parent !== 'sockets/server') return TREE[parent]!;
        stopNow();
        // Longer than the tree waits between two updates.
        await sleep(250);
        return TREE[parent]!;
      },
      async (view, stop) => {
        stopNow = () => {
          stopNow = () => {};
          stop();
        };
        stop();
        await sleep(1000);
        assert.deepEqual(view.lost, []);
        await untilWhole(view);
      },
    );
  });

  it('makes a refresh again that VS Code has lost while it showed the tree for the first time', () =>
    withTree(
      async (parent = '') => TREE[parent]!,
      async (view) => {
        assert.deepEqual(view.lost, ['a refresh']);
        assert.deepEqual(view.rows, ['server', '  fd 3', 'client']);
        await untilWhole(view);
      },
      (stop) => stop(),
    ));
});
