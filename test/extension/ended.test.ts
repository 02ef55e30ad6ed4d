// In the real VS Code, on the real machine: what stays to be looked at when a run has ended.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

const SCENARIO = 'first-handshake.ts';

describe('a run that has ended', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({ files: path.join(root, 'samples'), expect: SCENARIO });
    await code.page.setViewportSize({ width: 1280, height: 720 });
    await code.openFile(SCENARIO);
    // The lesson's text is longer than the window; the code lenses are below it.
    await code.goToLine(40);
    await code.debug.start();
    await code.debug.stopped();
    await code.debug.tickFilter('TCP state transition', 'SYN_RECV -> ESTABLISHED');
    await code.debug.press('continue');
    await code.debug.stopsOn(/SYN_RECV → ESTABLISHED/);
    await code.packets.list.filter({ hasText: '[ACK]' }).first().waitFor();
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('shows the code of a packet as its call stack, opened at the first frame of its protocol', async () => {
    await code.packets.list.filter({ hasText: '[SYN]' }).first().click();
    await code.packets.frame.getByText('Packet 1', { exact: true }).waitFor();
    await code.packets.frame.getByRole('button', { name: 'Sent by…' }).click();
    await code.quickInput.getByText('Packet 1 was sent by').waitFor();
    const active = code.page.locator('.quick-input-list .monaco-list-row.focused');
    assert.match(await active.innerText(), /^_*tcp_\w+\s*net\/ipv4\/tcp/);
    await code.page.locator('.tab.active').filter({ hasNotText: SCENARIO }).waitFor();
    await code.screenshot('ended-1-code');
    await code.page.keyboard.press('Escape');
    await code.quickInput.waitFor({ state: 'hidden' });
    await code.page.locator('.editor-instance .debug-top-stack-frame-line').first().waitFor();
  });

  it('keeps the packets and the sockets of the last stop, and says of when they are', async () => {
    // Long enough to be looked at.
    await code.page.waitForTimeout(1000);
    await code.debug.press('continue');
    await code.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await code.packets.frame.getByText(/packets · ended at t = \d+\.\d+ s/).waitFor();
    await code.packets.list.filter({ hasText: '[SYN]' }).first().click();
    assert.match(await code.packets.text(), /Transmission Control Protocol/);
    const sockets = code.tree('Sockets');
    await sockets.show({ alone: true });
    await sockets.waitFor(/LISTEN/);
    await sockets.expand(/LISTEN/);
    await code.page
      .getByText(/The run has ended at t = [\d.]+ s: as of its last stop/)
      .first()
      .waitFor();
    await code.screenshot('ended-2-after-the-end');
    await code.page.setViewportSize({ width: 1600, height: 1000 });
    await code.screenshot('ended-3-after-the-end-large');
  });

  it('filters, shows the code of, and exports what it keeps', async () => {
    const filter = code.packets.frame.getByRole('textbox', { name: 'Filter' });
    await filter.fill('tcp.flags.syn == 1');
    await code.packets.frame.getByText(/^2 of \d+ packets/).waitFor();
    await filter.fill('');
    await code.packets.list.filter({ hasText: '[SYN, ACK]' }).first().click();
    await code.packets.frame.getByText('Packet 2', { exact: true }).waitFor();
    await code.packets.frame.getByRole('button', { name: 'Received by…' }).click();
    await code.quickInput.getByText('Packet 2 was received by').waitFor();
    await code.page.keyboard.press('Escape');
    await code.quickInput.waitFor({ state: 'hidden' });
    await code.page.locator(`.tab.active[data-resource-name="${SCENARIO}"]`).waitFor();
    const story = code.packets.frame.getByRole('note');
    await story.getByText('Answers packet 1: the request is in the SYN queue now.').waitFor();
    await code.screenshot('ended-4-cause');
    await story.getByRole('button', { name: 'Show What Led to It…' }).click();
    await code.quickInput.getByText('What led to packet 2').waitFor();
    await code.quickInput
      .getByText(/^connect\(3, 127\.0\.0\.1:\d+\) of client .* opens a connection\.$/)
      .waitFor();
    await code.screenshot('ended-5-what-led-to-it');
    await code.page.keyboard.press('Escape');
    await story.getByRole('button', { name: 'Go to its cause: packet 1' }).click();
    await code.packets.frame.getByText('Packet 1', { exact: true }).waitFor();
    await story.getByRole('button', { name: 'Go to its cause: the code that decided to send it' }).click();
    await code.quickInput.getByText('Packet 1 was sent by').waitFor();
    await code.quickInput.locator('.monaco-list-row.focused', { hasText: 'tcp_connect' }).waitFor();
    await code.page.keyboard.press('Escape');
    const target = path.join(code.workspace, 'kept.pcapng');
    await code.startCommand('Sockscope: Export Packets…');
    await code.saveAs('capture.pcapng', target);
    await code.page.getByText(/Saved \d+ packets to kept\.pcapng/).waitFor();
    assert.ok((await stat(target)).size > 300);
  });

  it('is forgotten when the next begins, which stays in its turn when it is stopped', async () => {
    await code.command('Sockscope: Run Again');
    await code.debug.stopped();
    await code.packets.frame.getByText('No packets yet').waitFor();
    await code.debug.press('continue');
    await code.debug.stopsOn(/SYN_RECV → ESTABLISHED/);
    await code.debug.stop();
    await code.packets.frame.getByText(/packets · ended at t = /).waitFor();
    await code.packets.list.filter({ hasText: '[SYN]' }).first().waitFor();
    await code.tree('Sockets').waitFor(/LISTEN/);
  });
});
