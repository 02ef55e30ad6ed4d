// In the real VS Code: what an open scenario offers before anything is debugged.
import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

describe('a scenario in the editor', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({
      files: path.join(root, 'test/extension/fixtures/editor'),
      expect: 'hello.ts',
      typescript: true,
    });
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('has in a file that is no scenario only the commands that begin one, open a recording, or compare captures', async () => {
    await code.openFile('plain.ts');
    // VS Code trusts the workspace some time after it has opened it, and a recording may hold code.
    await code.debug.waitUntil('the command that needs trust', async () =>
      (await ours()).includes('Sockscope: Open Recording…') ? true : undefined,
    );
    assert.deepEqual(await ours(), [
      'Sockscope: Compare with Another Capture…',
      'Sockscope: Guided Tour…',
      'Sockscope: New Scenario',
      'Sockscope: Open Recording…',
      'Sockscope: Open Sample…',
    ]);
  });

  it('has a code lens above each process, and a command', async () => {
    await code.openFile('hello.ts');
    assert.deepEqual(await code.codeLenses(), ['Debug this scenario', 'Debug this scenario']);
    assert.deepEqual(await ours(), [
      'Sockscope: Break On…',
      'Sockscope: Compare with Another Capture…',
      'Sockscope: Debug this scenario',
      'Sockscope: Find a Failing Seed…',
      'Sockscope: Guided Tour…',
      'Sockscope: New Scenario',
      'Sockscope: Open Recording…',
      'Sockscope: Open Sample…',
    ]);
  });

  it('brings the trees into the Debug side bar, each saying what would fill it', async () => {
    await code.showSideBar('Run and Debug');
    assert.match(
      await welcomeOf('Sockets'),
      /Every socket of the machine.*Debug this scenario.*New Scenario/,
    );
    assert.match(await welcomeOf('Network Interfaces'), /rings, descriptor by descriptor/);
    assert.match(await welcomeOf('Kernel'), /Timers, routes, neighbours/);
    await code.screenshot('editor-welcome');
  });

  it('creates a new scenario with the types that completion needs', async () => {
    await code.openFile('plain.ts');
    await code.command('Sockscope: New Scenario');
    const input = code.quickInput.locator('input');
    await input.fill('plain.ts');
    await code.quickInput.getByText('plain.ts is there already').waitFor();
    await input.fill('mine.ts');
    await code.page.keyboard.press('Enter');
    await code.page.locator('.tab.active[data-resource-name="mine.ts"]').waitFor();
    await code.showSideBar('Explorer');
    for (const file of ['mine.ts', 'sockscope.d.ts', 'tsconfig.json'])
      await code.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${file}"]`).waitFor();
    assert.deepEqual(await code.codeLenses(), ['Debug this scenario', 'Debug this scenario']);
    // The language server knows the module: hovering listen() shows its doc.
    await code.goToLine(12, 10);
    await code.debug.waitUntil('the doc of listen()', async () => {
      await code.command('Show or Focus Hover');
      await code.page.waitForTimeout(500);
      const texts = await code.page.locator('.monaco-hover').allInnerTexts();
      return texts.some((text) => text.includes('Start to listen')) ? true : undefined;
    });
    await code.screenshot('editor-new-scenario');
  });

  async function ours(): Promise<string[]> {
    const offered = await code.offeredCommands('Sockscope:');
    return offered
      .filter((title) => title.startsWith('Sockscope:'))
      .map((title) => title.replace(/ (F5|recently used|other commands)\b.*$/, '').trim())
      .sort();
  }

  async function welcomeOf(title: 'Sockets' | 'Network Interfaces' | 'Kernel'): Promise<string> {
    await code.tree(title).show();
    return code.tree(title).welcome();
  }
});
