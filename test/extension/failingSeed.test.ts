// In the real VS Code: a seed with which a program fails is found, and from the failure it is gone back to its cause.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { root } from './support/scripts.ts';
import { webviewFrame } from './support/webviewFrame.ts';
import { Workbench } from './support/workbench.ts';

describe('a payment that is made twice when a packet is lost', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({ files: path.join(root, 'samples/paid-twice'), expect: 'client.mjs' });
    await code.openFile('client.mjs');
    code.page.setDefaultTimeout(30_000);
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('is looked for until that is cancelled, which is said; nothing goes on then', async () => {
    await look(async () => {
      // Without faults nothing fails.
      const faults = code.quickInput.locator('.monaco-list-row', { hasText: 'Packets' });
      for (const fault of await faults.all()) await fault.click();
      await code.quickInput.getByText('0 Selected').waitFor();
    });
    // With its test driver VS Code pops nothing up: what would is in the list.
    await code.page.locator('.statusbar-item[id="status.notifications"]').click();
    const center = code.page.locator('.notifications-center');
    const work = center.locator('.notification-list-item', { hasText: /of 200 seeds/ });
    await work.waitFor();
    assert.equal((await explorers()).length, 1);
    await code.screenshot('failing-seed-0-cancel');
    await work.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await work.waitFor({ state: 'detached' });
    await code.page.locator('.statusbar', { hasText: /Cancelled after \d+ of 200 seeds/ }).waitFor();
    await code.debug.waitUntil('the end of what explores', async () =>
      (await explorers()).length === 0 ? true : undefined,
    );
    assert.ok(!(await code.page.locator('.debug-toolbar').isVisible()));
  });

  it('is found, and opened where it fails', async () => {
    await look();
    // Some twenty runs, beside whatever else runs here.
    await code.page.locator('.debug-toolbar').waitFor({ timeout: 150_000 });
    assert.match(await code.debug.stopped(), /paused on uncaught error/i);
    await code.screenshot('failing-seed-1-opened');
  });

  it('has its cause where the bytes of the second payment were written: by reverse on a data breakpoint', async () => {
    const variables = code.tree('Variables');
    await variables.show({ alone: true });
    await variables.expand('Machine');
    await variables.expand('sockets = ');
    await variables.expand(/→ 127\.0\.0\.1:8080/);
    await variables.findBelow(/tcp_sock\s*=\s*\d+ fields/, 'write_seq');
    await variables.choose(/write_seq\s*=/, 'Break on Value Change');
    await code.debug.press('reverse');
    await code.debug.stopsOn(/paused on data breakpoint/i);
    assert.match(await code.debug.top(), /^tcp_sendmsg_locked/);
    await code.debug.press('reverse');
    await code.debug.waitUntil('askAgain() on the stack', async () =>
      (await code.debug.frames()).some((frame) => frame.startsWith('askAgain client.mjs')) ? true : undefined,
    );
    await code.screenshot('failing-seed-3-cause');
  });

  it('leads back to the line before, and shows in the timeline where that is', async () => {
    const before = await code.debug.top();
    await code.debug.press('back');
    await code.debug.waitUntil('the line before', async () => {
      const top = await code.debug.top();
      return top !== before && top.startsWith('tcp_sendmsg_locked') ? true : undefined;
    });
    await code.command('View: Focus on Timeline View');
    const timeline = await webviewFrame(code.page, 'Timeline');
    await timeline.getByRole('slider', { name: 'Timeline' }).waitFor();
    await code.screenshot('failing-seed-4-line-before');
  });

  it('goes to where a line of output was written, from the list of them', async () => {
    await code.startList('Sockscope: Go to Line of Output', 'paid once');
    await code.quickInput.getByText('client: 90 are left').click();
    await code.debug.waitUntil('the line that writes it', async () =>
      (await code.debug.top()).startsWith('(module) client.mjs 55:') ? true : undefined,
    );
    await code.screenshot('failing-seed-6-output');
  });

  it('tells why TCP had sent the first one again', async () => {
    await code.command('View: Focus on Packets View');
    const packets = await webviewFrame(code.page, 'Packets');
    await packets.locator('[role=row]', { hasText: 'TCP Retransmission' }).first().click();
    await packets.getByText('has arrived, as packet 6 tells (RACK)').first().waitFor();
    await code.screenshot('failing-seed-5-why');
  });

  it('tells why a value is what it is: each step of what led to it is a place to go to', async () => {
    const steps = await why();
    assert.match(
      await steps.first().innerText(),
      /icsk_ca_state Recovery → Open\s*event \d+\s+Packet 8 acknowledges/,
    );
    await code.screenshot('failing-seed-7-chain');
    await steps.filter({ hasText: 'TCP Retransmission' }).click();
    const packets = await webviewFrame(code.page, 'Packets');
    await packets.locator('[role=row].selected', { hasText: 'TCP Retransmission' }).waitFor();

    await why();
    const last = steps.filter({ hasText: 'The moment that led to packet 5' });
    const [event] = /event \d+/.exec(await last.innerText())!;
    await last.click();
    await code.page.locator('.statusbar-item', { hasText: new RegExp(`${event}$`) }).waitFor();
    // Where the loss probe is about to be sent.
    await code.page.locator('.tab.active[data-resource-name="retransmit.ts"]').waitFor();
  });

  /** Chooses "Why This Value?" for the state of the client's congestion control. @returns the steps */
  async function why(): Promise<Locator> {
    const variables = code.tree('Variables');
    await variables.show({ alone: true });
    await variables.expand('Machine');
    await variables.expand('sockets = ');
    await variables.expand(/→ 127\.0\.0\.1:8080/);
    await variables.findBelow(/inet_connection_sock\s*=\s*\d+ fields/, 'icsk_ca_state');
    await variables.choose(/icsk_ca_state\s*=/, 'Why This Value?');
    await code.quickInput.getByText('Why icsk_ca_state of').waitFor();
    return code.quickInput.locator('.monaco-list-row');
  }

  /** Begins to look for a seed. @param choose changes what happens to the programs */
  async function look(choose: () => Promise<void> = async () => {}): Promise<void> {
    await code.startList('Sockscope: Find a Failing Seed', 'Packets are lost');
    await choose();
    await code.quickInput.getByText('OK', { exact: true }).click();
    await code.quickInput.getByText('The seeds of the random numbers').waitFor();
    await code.quickInput.locator('.quick-input-box input').press('Enter');
  }
  /** The processes that explore. */
  async function explorers(): Promise<string[]> {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    return stdout.split('\n').filter((args) => /\/explore\/main\.js /.test(args));
  }
});
