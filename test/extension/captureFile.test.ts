// In the real VS Code: capture files from elsewhere, in an editor.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { STORIES } from '../support/packetStories.ts';
import { writeCapture } from '../support/pdml.ts';
import { chooseFromMenu } from './support/contextMenu.ts';
import { webviewFrame } from './support/webviewFrame.ts';
import { Workbench } from './support/workbench.ts';

describe('a capture file', function () {
  this.timeout(240_000);
  let code: Workbench;
  let folder: string;
  let wireshark: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-captures-'));
    const whole = path.join(folder, 'whole.pcapng');
    await writeCapture(whole, STORIES['duplicate ACKs and fast retransmission']!());
    const bytes = await readFile(whole);
    await writeFile(path.join(folder, 'cut.pcapng'), bytes.subarray(0, bytes.length - 30));
    // All but the fast retransmission.
    const frames = STORIES['duplicate ACKs and fast retransmission']!();
    await writeCapture(path.join(folder, 'without.pcapng'), [...frames.slice(0, 9), ...frames.slice(10)]);
    await writeFile(path.join(folder, 'not.pcap'), 'these are no packets');
    // Not in the workspace: it writes down what it is started with, a line each.
    wireshark = await mkdtemp(path.join(tmpdir(), 'sockscope-fake-'));
    const program = path.join(wireshark, 'wireshark');
    await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" > "${wireshark}/started"\n`);
    await chmod(program, 0o755);
    code = await Workbench.open({
      files: folder,
      expect: 'whole.pcapng',
      machineSettings: { 'sockscope.wireshark': program },
    });
    await code.page.setViewportSize({ width: 1280, height: 720 });
  });
  after(async () => {
    await code?.close();
    for (const one of [folder, wireshark]) await rm(one, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  async function open(name: string): Promise<FrameLocator> {
    const { page } = code;
    const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    const asText = page.getByText('not displayed in the text editor');
    // A window that has just begun may not know yet which editor is for such files: it takes the one for text.
    await code.debug.waitUntil(`the editor for ${name}`, async () => {
      await code.command('View: Close All Editors');
      await code.showSideBar('Explorer');
      await row.dblclick();
      await page.locator('iframe.webview.ready').or(asText).first().waitFor({ state: 'attached' });
      return (await asText.isVisible()) ? undefined : true;
    });
    return webviewFrame(page, 'Packets');
  }

  it('opens in the Packets panel as an editor, without what needs a machine', async () => {
    const frame = await open('whole.pcapng');
    const rows = frame.locator('.list [role=row]:not([hidden])');
    await rows.filter({ hasText: '[TCP Fast Retransmission]' }).first().click();
    await frame.getByRole('treeitem', { name: /^Transmission Control Protocol/ }).waitFor();
    assert.equal(await frame.getByRole('button', { name: 'Sent by…' }).isVisible(), false);
    assert.equal(await frame.getByRole('checkbox', { name: 'Follow the stop' }).isVisible(), false);
    await code.screenshot('capture-file-1');
    await frame.getByRole('textbox').first().fill('tcp.analysis.duplicate_ack');
    await frame.getByText(/2 of \d+ packets/).waitFor();
    await code.screenshot('capture-file-2-filtered');
  });

  it('is opened in Wireshark at the selected packet, with the filter', async () => {
    const frame = await webviewFrame(code.page, 'Packets');
    // What could be typed next is listed over the packets.
    await frame.getByRole('textbox').first().press('Enter');
    await frame.locator('.list .row:not([hidden])').nth(1).click();
    await frame.getByRole('button', { name: 'Open in Wireshark' }).click();
    const args = await code.debug.waitUntil('Wireshark', () =>
      readFile(path.join(wireshark, 'started'), 'utf8').catch(() => undefined),
    );
    const number = await frame.locator('.list .row.selected:not([hidden]) .number').innerText();
    assert.deepEqual(args.trimEnd().split('\n'), [
      '-r',
      path.join(code.workspace, 'whole.pcapng'),
      '-g',
      number,
      '-Y',
      'tcp.analysis.duplicate_ack',
    ]);
  });

  it('has streams, which open in editors of their own', async () => {
    const list = await webviewFrame(code.page, 'Packets');
    await list.getByRole('textbox').first().press('Escape');
    await list.locator('.list .row:not([hidden])').first().click();
    await code.page.keyboard.press('Shift+F10');
    await list.getByRole('menuitem', { name: /^Follow Stream/ }).click();
    const stream = await webviewFrame(code.page, 'TCP stream 0');
    await stream.getByText(/▶ Client .*: 400 bytes in 6 packets/).waitFor();
    await list.getByText(/\d+ of \d+ packets/).waitFor();
    assert.match(await list.getByRole('textbox').first().inputValue(), /^tcp\.stream eq 0$/);
    await code.screenshot('capture-file-4-stream');
  });

  it('is compared with another one, and the first difference is shown', async () => {
    await code.command('View: Close All Editors');
    await code.showSideBar('Explorer');
    const file = (name: string) =>
      code.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    // The selection follows an editor that opens late, to one file.
    await chooseFromMenu(code, 'Compare Captures', async () => {
      await file('whole.pcapng').click();
      await file('without.pcapng').click({ modifiers: ['ControlOrMeta'] });
      await file('without.pcapng').click({ button: 'right' });
    });
    const frame = await webviewFrame(code.page, 'Comparison of captures');
    await frame.getByRole('heading', { name: /^Packet 10 is only in whole\.pcapng/ }).waitFor();
    await code.screenshot('capture-file-5-compared');
    await frame.getByRole('button', { name: 'Show Packet 10 in whole.pcapng' }).click();
    const list = await webviewFrame(code.page, 'Packets');
    await list.locator('.list .row.selected', { hasText: '[TCP Fast Retransmission]' }).waitFor();
  });

  it('that is cut off shows what stands before, and says where it breaks', async () => {
    const frame = await open('cut.pcapng');
    await frame.getByText(/The file breaks at byte [\d,]+: the file ends in the middle of/).waitFor();
    assert.ok((await frame.locator('.list [role=row]:not([hidden])').count()) > 5);
    await code.screenshot('capture-file-3-cut');
  });

  it('that is none says what it is instead', async () => {
    const frame = await open('not.pcap');
    await frame.getByText(/begins with 74 68 65 73: it is neither a pcap nor a pcapng file/).waitFor();
  });
});
