// In the real VS Code, on the real machine: the second run of a scenario, and what the first stop of each brings to view.
import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

const SCENARIO = 'first-handshake.ts';
/** The line in which its client is connected. */
const CONNECTED = 62;

describe('a scenario that is run again', function () {
  this.timeout(240_000);
  let code: Workbench;
  /** Name of the stack's file in which the first run was left. */
  let stackFile = '';

  before(async () => {
    code = await Workbench.open({
      files: path.join(root, 'samples'),
      expect: SCENARIO,
      // Else VS Code itself takes the keyboard to the editor at each stop.
      settings: { 'debug.focusEditorOnBreak': false },
    });
    await code.openFile(SCENARIO);
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('opens the panel on Packets at its first stop, and leaves the keyboard in the editor', async () => {
    await code.debug.start();
    await code.debug.stopped();
    await panelTab('Packets').waitFor();
    await code.packets.frame.getByText('No packets yet').waitFor();
    await code.debug.waitUntil('the focus in the editor', async () =>
      (await code.page.locator('.editor-instance .monaco-editor.focused').count()) > 0 ? true : undefined,
    );
    await code.screenshot('again-1-first-stop');
  });

  it("ends in the program's own tab, though it was stopped in a file of the stack", async () => {
    stackFile = await stepIntoTheStack();
    await code.debug.stop();
    await activeTab(SCENARIO).waitFor();
  });

  it('starts with F5 in a file of the stack, without a question', async () => {
    await code.page.locator(`.tab[data-resource-name="${stackFile}"]`).click();
    await activeTab(stackFile).waitFor();
    await code.screenshot('again-2-stack-file');
    await code.page.keyboard.press('F5');
    await code.debug.stopped();
    assert.match(await code.debug.top(), /^server first-handshake\.ts/);
  });

  it('takes the keyboard at its first stop from no view', async () => {
    await code.debug.stop();
    const breakpoints = await code.showPane('Breakpoints');
    await breakpoints.locator('.monaco-list').focus();
    await code.page.keyboard.press('F5');
    await code.debug.stopped();
    // What the extension does at the stop takes a moment.
    await code.page.waitForTimeout(1000);
    await breakpoints.locator('.monaco-list:focus').waitFor();
  });

  it('leaves the panel where the user has put it', async () => {
    await code.page.locator('.panel .composite-bar .action-item', { hasText: 'Debug Console' }).click();
    await panelTab('Debug Console').waitFor();
    await code.debug.stop();
    await code.command('Sockscope: Run Again');
    await code.debug.stopped();
    await code.page.waitForTimeout(500);
    await panelTab('Debug Console').waitFor();
    await code.screenshot('again-3-console');
  });

  it('goes to an event and back; a packet on its way is delayed, which what is due next shows', async () => {
    await activeTab(SCENARIO).waitFor();
    await code.debug.setBreakpoint(CONNECTED);
    await code.debug.press('continue');
    await code.debug.stopsOn(/paused on breakpoint/i);
    await code.startCommand('Sockscope: Go to Event…');
    await code.quickInput.getByText('The number of a moment of this run').waitFor();
    await code.quickInput.locator('input').fill('60');
    await code.page.keyboard.press('Enter');
    await code.page.locator('.statusbar-item', { hasText: /event 60$/ }).waitFor();
    await code.debug.press('continue');
    await code.debug.stopsOn(/paused at the end of the past/i);
    await code.packets.show();
    const item = (name: RegExp) => code.packets.frame.getByRole('menuitem', { name });
    await code.packets.choose('[in flight]', 'Change It on Its Way');
    await item(/^Delay/).click();
    await code.quickInput.locator('input').fill('2ms');
    await code.page.keyboard.press('Enter');
    await code.page.locator('.statusbar', { hasText: 'Done: packet 3 arrives 2 ms later.' }).waitFor();
    const due = await code.startList('Sockscope: Advance Time…', 'packet 3 arrives');
    await due.getByText(/^in 2[.\d]* ms/).waitFor();
    await code.screenshot('again-4-due');
    await code.page.keyboard.press('Escape');
  });

  it('goes on with one change in a run of its own; both stay, and the first difference is shown', async () => {
    await code.packets.show();
    await code.packets.choose('[SYN, ACK]', 'What If…');
    await code.quickInput.locator('.monaco-list-row', { hasText: 'packet 2 is lost' }).click();
    const session = code.page
      .locator('.debug-call-stack .monaco-list-row')
      .filter({ hasText: 'What if packet 2 is lost' });
    await session
      .filter({ hasText: /paused where the recording stands/i })
      .first()
      .waitFor();
    await code.screenshot('again-5-what-if');
    await code.debug.press('continue');
    await session
      .filter({ hasText: /paused on breakpoint/i })
      .first()
      .waitFor();
    await code.packets.list.filter({ hasText: 'Retransmission' }).first().waitFor();
    await code.command('Sockscope: Compare with the Other Run');
    const difference = code.page.locator('.monaco-diff-editor .view-line', {
      hasText: /packet.2.is.lost.on.its.wire/,
    });
    await difference.first().waitFor();
    await code.command('Notifications: Show Notifications');
    await code.page
      .locator('.notifications-center .notification-list-item', {
        hasText: 'the first difference. Before, at t = ',
      })
      .waitFor();
    await code.screenshot('again-6-first-difference');
  });

  const activeTab = (name: string) => code.page.locator(`.tab.active[data-resource-name="${name}"]`);
  const panelTab = (name: string) =>
    code.page.locator('.panel .composite-bar .action-item.checked', { hasText: name });

  /** @returns the name of the file in which it stands then */
  async function stepIntoTheStack(): Promise<string> {
    let top = '';
    for (let steps = 0; !top.startsWith('__sys_socket') && steps < 5; steps++)
      top = await code.debug.step('into');
    const file = /^__sys_socket\w* (net\/\S+\.ts)/.exec(top)?.[1];
    assert.ok(file, `stands in ${top}`);
    return path.basename(file);
  }
});
