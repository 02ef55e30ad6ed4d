// "Open Sample…" in the real VS Code, in a window without a folder: a lesson, copied to where the user wants it, that runs.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { samplePath } from '../support/samples.ts';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

describe('samples', function () {
  this.timeout(240_000);
  let code: Workbench;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-samples-'));
    code = await Workbench.open({ files: path.join(root, 'test/extension/fixtures/editor') });
  });
  after(async () => {
    await code?.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await code?.failed(this.currentTest.title);
    // What it has left open would be in the way of the next one.
    const open = code.page.locator('.quick-input-widget:visible, .monaco-dialog-box');
    for (let most = 3; most > 0 && (await open.count()) > 0; most--) await code.page.keyboard.press('Escape');
    if (await code.page.locator('.debug-toolbar').isVisible()) await code.debug.stop();
  });

  it('are offered in the order of learning, each with what it is about', async () => {
    const rows = await offered();
    const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    assert.match(texts[0]!, /^1\. A first handshake ?first-handshake\.ts how a client's connect\(\) becomes/);
    assert.match(texts[1]!, /^2\. An accept queue that overflows ?accept-queue-overflow\.ts/);
    await code.screenshot('samples-offered');
    await code.page.keyboard.press('Escape');
  });

  it('are copied with their types to a folder of the choice, and opened', async () => {
    await copied();
    assert.deepEqual((await readdir(folder)).sort(), [
      'first-handshake.ts',
      'sockscope.d.ts',
      'tsconfig.json',
    ]);
    const text = await readFile(path.join(folder, 'first-handshake.ts'), 'utf8');
    const original = await readFile(samplePath('first-handshake'), 'utf8');
    assert.equal(text.replace('/// <reference path="./sockscope.d.ts" />\n', ''), original);
  });

  it('run without a workspace folder; the status bar says at which moment they stand', async () => {
    await copied();
    await code.debug.start();
    await code.debug.stopsOn(/paused on entry/i);
    const moment = code.page.locator('.statusbar-item[id="sockscope.sockscope.sockscope.moment"]');
    await moment.filter({ hasText: /t = 0\.000000 s · event \d+/ }).waitFor();
    await code.screenshot('samples-running');
    await code.debug.press('continue');
    await moment.waitFor({ state: 'hidden' });
  });

  it('do not overwrite what the user has written unless they say so', async () => {
    const file = path.join(folder, 'first-handshake.ts');
    await writeFile(file, '// my own\n');
    await (await offered()).first().click();
    await chooseFolder();
    const dialog = code.page.locator('.monaco-dialog-box');
    await dialog.filter({ hasText: 'first-handshake.ts is there already' }).waitFor();
    await code.screenshot('samples-there-already');
    await dialog.locator('.monaco-button', { hasText: 'Open It' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await readFile(file, 'utf8'), '// my own\n');
  });

  it('of Node programs are folders, whose two programs are started together by F5', async () => {
    const rows = await offered();
    // The list shows as many rows as there is room for.
    await code.quickInput.locator('input').first().fill('keep-alive');
    await rows.filter({ hasText: '11. A keep-alive connection' }).click();
    await chooseFolder('keep-alive-reset');
    await code.page.locator('.tab.active[data-resource-name="client.mjs"]').waitFor();
    const programs = path.join(folder, 'keep-alive-reset');
    assert.deepEqual((await readdir(programs)).sort(), ['.vscode', 'client.mjs', 'server.mjs']);
    const lines = (await readFile(path.join(programs, 'client.mjs'), 'utf8')).split('\n');
    const failing = lines.findIndex((line) => line.includes('const kind =')) + 1;

    // Below the comment.
    await code.goToLine(failing);
    assert.deepEqual(await code.codeLenses(), ['Debug this Node program']);
    await code.screenshot('samples-node-program');
    await code.debug.setBreakpoint(failing);
    await code.page.keyboard.press('F5');
    await code.debug.stopped();
    assert.match(await code.debug.wholeStack(), new RegExp(`^failed client\\.mjs.*${failing}:`));
    const threads = (await code.debug.rows()).join('\n');
    assert.match(threads, /server \[pid 100\].*sleeping in ep_poll/);
    assert.match(threads, /client \[pid 101\]/);
    await code.packets.frame.getByText('[FIN, ACK]').first().waitFor();
    await code.screenshot('samples-node-program-stopped');
    await code.debug.press('continue');
    await code.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });

  /** The command's list of samples. */
  async function offered(): Promise<Locator> {
    await code.startList('Sockscope: Open Sample', '1. A first handshake');
    return code.quickInput.locator('.monaco-list-row');
  }
  /** The first sample is in the folder, and in the active editor; one test is enough to have brought it there. */
  async function copied(): Promise<void> {
    const tab = code.page.locator('.tab.active[data-resource-name="first-handshake.ts"]');
    if (await tab.isVisible()) return;
    await (await offered()).filter({ hasText: '1. A first handshake' }).click();
    await chooseFolder();
    await tab.waitFor();
  }
  async function chooseFolder(sample = 'first-handshake.ts'): Promise<void> {
    const { quickInput } = code;
    await quickInput.locator('.quick-input-title', { hasText: `Where shall ${sample} go?` }).waitFor();
    // The dialog sets its input when it has read the folder that it begins with.
    await quickInput.locator('.monaco-list-row').first().waitFor();
    await quickInput.locator('input').first().fill(`${folder}/`);
    await code.acceptFileDialog((options) =>
      quickInput.locator('.monaco-button', { hasText: 'Copy Here' }).click(options),
    );
  }
});
