// In the real VS Code, on the real machine: choosing what to stop at, before the first run and in it.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

const SCENARIO = 'first-handshake.ts';

describe('what to stop at', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({ files: path.join(root, 'samples'), expect: SCENARIO });
    await code.page.setViewportSize({ width: 1280, height: 720 });
    await code.openFile(SCENARIO);
    // The lesson's text is longer than the window; the code lenses are below it.
    await code.goToLine(40);
    await code.codeLenses();
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('is chosen before there has been any run, with a condition', async () => {
    await code.startCommand('Sockscope: Break On…');
    await setCondition('Packet sent', 'syn && ack');
    await kind('Packet sent').filter({ hasText: 'when syn && ack' }).waitFor();
    await code.screenshot('break-on-1-choice');
    await code.page.keyboard.press('Enter');
    await code.quickInput.waitFor({ state: 'hidden' });
    await code.debug.start();
    await code.debug.stopped();
    await code.debug.press('continue');
    await code.debug.stopsOn(/SYN, ACK|sent/i);
  });

  it('stands in the status bar, which leads back to the choice', async () => {
    await onStatus('Packet sent: syn && ack').click();
    await kind('Packet sent').filter({ hasText: 'when syn && ack' }).waitFor();
    await code.page.keyboard.press('Escape');
    await code.quickInput.waitFor({ state: 'hidden' });
  });

  it('leaves the Breakpoints view short: the input of "+" can be seen', async () => {
    const pane = await code.showPane('Breakpoints');
    assert.equal(await pane.locator('.monaco-list-row').count(), 5);
    await pane.locator('.pane-header').hover();
    await pane.locator('.pane-header a[aria-label^="Add Function Breakpoint"]').click();
    const input = pane.locator('.monaco-inputbox input').last();
    await input.waitFor();
    await code.page.waitForTimeout(300);
    await code.screenshot('break-on-2-function-breakpoint');
    const [box, around] = [await input.boundingBox(), await pane.boundingBox()];
    assert.ok(box && around && box.y + box.height <= around.y + around.height, 'the input is below the fold');
    await input.press('Escape');
  });

  it('is an access to a field of a tree: which one, when, and at which hit is asked; what is wrong is said there', async () => {
    const sockets = code.tree('Sockets');
    await sockets.show({ alone: true });
    await sockets.expand(/^struct tcp_sock/);
    // Of the listener, which is the first socket.
    await sockets.findBelow(/^sock\W*\d+ fields/, 'sk_ack_backlog');
    await sockets.choose(/^sk_ack_backlog/, 'Break on Value Access…');
    await code.quickInput.getByText('Break on Access of sk_ack_backlog').waitFor();
    await kind('When it is changed').click();
    await typed('$value >', /"\$value >" is not a JavaScript expression/);
    await typed('$value > 0', /Only at these of the accesses/);
    await typed('often', /The hit count "often" is not understood/);
    await code.screenshot('break-on-4-hits');
    await code.quickInput.locator('input').first().fill('1');
    await code.page.keyboard.press('Enter');
    const status = code.page.locator('.statusbar-item[id$="sockscope.watches"]:not([style*="none"])');
    await status.filter({ hasText: 'sk_ack_backlog' }).waitFor();
    await code.debug.press('continue');
    await code.debug.stopsOn(/sk_ack_backlog/i);
    await code.screenshot('break-on-5-access');
    await status.click();
    const listed = code.quickInput.locator('.monaco-list-row', { hasText: /^sk_ack_backlog of / });
    await listed.getByText('When it is changed · if $value > 0 · hit count 1').waitFor();
    await code.page.keyboard.press('Escape');
  });

  it('is changed while it stands, from the Breakpoints view; a condition that is none is said so', async () => {
    const pane = await code.showPane('Breakpoints');
    await pane.locator('.pane-header').hover();
    await pane.locator('.pane-header a[aria-label^="Break On"]').click();
    await setCondition('TCP state transition', 'NOWHERE ->');
    await code.page.keyboard.press('Enter');
    await code.quickInput.getByText(/Expected \* or a state/).waitFor();
    await code.screenshot('break-on-3-wrong');
    await code.quickInput.locator('input').first().fill('SYN_RECV -> ESTABLISHED');
    await code.page.keyboard.press('Enter');
    await kind('TCP state transition').filter({ hasText: 'when SYN_RECV' }).waitFor();
    await code.page.keyboard.press('Enter');
    await code.quickInput.waitFor({ state: 'hidden' });
    await code.debug.press('continue');
    await code.debug.stopsOn(/SYN_RECV → ESTABLISHED/);
    await onStatus('TCP state transition: SYN_RECV -> ESTABLISHED +1').waitFor();
    await code.debug.stop();
    await onStatus('').waitFor({ state: 'detached' });
  });

  const onStatus = (text: string): Locator =>
    code.page.locator('.statusbar-item[id$="sockscope.breakOn"]:not([style*="none"])', { hasText: text });
  const kind = (label: string): Locator =>
    code.page.locator('.quick-input-list .monaco-list-row', { hasText: label });

  /** @param then what is read after it was entered */
  async function typed(text: string, then: RegExp): Promise<void> {
    await code.quickInput.locator('input').first().fill(text);
    await code.page.keyboard.press('Enter');
    await code.quickInput.getByText(then).waitFor();
  }

  async function setCondition(label: string, condition: string): Promise<void> {
    await kind(label).hover();
    await kind(label).locator('.codicon-edit').click();
    await code.quickInput.getByText(`Break On: ${label}`).waitFor();
    await code.quickInput.locator('input').first().fill(condition);
    await code.page.keyboard.press('Enter');
    await code.quickInput
      .getByText('Tick what the machine stops at', { exact: false })
      .or(kind(label))
      .first()
      .waitFor();
  }
});
