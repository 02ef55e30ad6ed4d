// The main job in the real VS Code, on the real machine: one handshake, from connect() to the accept queue.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './support/scripts.ts';
import type { TreePane } from './support/treePane.ts';
import { webviewFrame } from './support/webviewFrame.ts';
import { Workbench } from './support/workbench.ts';

/** The smallest window that is tried; the side bar stays as VS Code opens it. */
const WINDOW = { width: 1280, height: 720 };

describe('a first handshake, step by step', function () {
  this.timeout(240_000);
  let code: Workbench;
  let sockets: TreePane;

  before(async () => {
    code = await Workbench.open({
      files: path.join(root, 'samples'),
      inPlace: true,
      expect: 'first-handshake.ts',
    });
    await code.page.setViewportSize(WINDOW);
    sockets = code.tree('Sockets');
    await code.openFile('first-handshake.ts');
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('stops at a breakpoint on connect()', async () => {
    const line = await lineOf('await connect(fd');
    await code.debug.setBreakpoint(line);
    await code.debug.start();
    assert.match(await code.debug.stopped(), /breakpoint/i);
    assert.match(await code.debug.top(), new RegExp(`^client first-handshake\\.ts ${line}:`));
    const rows = (await code.debug.rows()).join('\n');
    assert.match(rows, /client \[pid \d+\]/);
    assert.match(rows, /server \[pid \d+\]/);
    await code.screenshot('handshake-1-breakpoint');
    await sockets.show({ alone: true });
    await sockets.waitFor('orphans');
    const expected = [
      '  server pid 100',
      '    fd 3 :8000 LISTEN',
      '      accept queue 0 of 2+1',
      '      SYN queue 0',
      '      struct tcp_sock',
      '  client pid 101',
      '    fd 3 unbound CLOSE',
      '      queues empty',
      '      timers none',
      '      struct tcp_sock',
      '  time-wait none',
      '  orphans none',
    ]
      .map((line) => line.slice(2))
      .join('\n');
    // The rows come one after the other.
    for (let tries = 0; tries < 100 && (await sockets.text()) !== expected; tries++)
      await code.page.waitForTimeout(50);
    assert.equal(await sockets.text(), expected);
  });

  it('steps into __sys_connect, with values behind the lines', async () => {
    await code.showPane('Call Stack', { alone: true });
    let top = '';
    for (let steps = 0; !top.startsWith('__sys_connect') && steps < 5; steps++)
      top = await code.debug.step('into');
    assert.match(top, /^__sys_connect net\/socket\//);
    await code.debug.step('over');
    await code.page
      .locator('.editor-instance .view-line')
      .filter({ hasText: /fd\s=\s3/ })
      .first()
      .waitFor();
    await code.screenshot('handshake-2-sys-connect');
  });

  it("stops when the client has the SYN-ACK: the request is in the listener's SYN queue", async () => {
    await code.debug.tickFilter('TCP state transition');
    await goOn(/CLOSE → SYN_SENT/i);
    await goOn(/SYN_SENT → ESTABLISHED/i);
    await sockets.show({ alone: true });
    await sockets.waitFor(/SYN queue\W*1/);
    assert.match(
      await sockets.text(),
      /fd 3 :8000 LISTEN\n +accept queue 0 of 2\+1\n +SYN queue •1\n +← :\d+ SYN-ACK again in 1 s\n/,
    );
    assert.match(await sockets.text(), /fd 3 :\d+→:8000 •SYN_SENT\n/);
    assert.deepEqual(await sockets.cutRows(), []);
    await code.screenshot('handshake-3-syn-queue');
  });

  it('stops when the server has the ACK: the connection is in the accept queue, and the client waits', async () => {
    await goOn(/LISTEN → SYN_RECV/i);
    await sockets.show({ alone: true });
    await sockets.waitFor('being made');
    assert.match(await sockets.text(), /fd 3 :\d+→:8000 •ESTABLISHED\n/);
    assert.deepEqual(await sockets.cutRows(), []);
    await goOn(/SYN_RECV → ESTABLISHED of :8000 ← :\d+/i);
    // It opens where the change was decided, not in what carries it out.
    await code.page.locator('.tab.active[data-resource-name="rcv.ts"]').waitFor();
    // Only rows that can be seen are there to be read.
    await code.page.setViewportSize({ width: 1280, height: 1000 });
    const stack = await code.debug.wholeStack();
    await code.page.setViewportSize(WINDOW);
    await code.screenshot('handshake-4-call-stack');
    assert.doesNotMatch(stack, /^(?:inet_sk_state_store|tcp_set_state) /m);
    for (const name of ['synrecv_acked', 'tcp_rcv_state_process', 'tcp_v4_rcv', 'ip_rcv', 'vnic_poll'])
      assert.match(stack, new RegExp(`^${name} `, 'm'));
    await sockets.show({ alone: true });
    await sockets.waitFor(/accept queue\W*1 of 2\+1/);
    assert.match(
      await sockets.text(),
      /fd 3 :8000 LISTEN\n +accept queue •1 of 2\+1\n +← :\d+ SYN_RECV\n +SYN queue •0\n/,
    );
    assert.deepEqual(await sockets.cutRows(), []);
    await code.screenshot('handshake-5-accept-queue');
  });

  it('lists the three packets, marks the one being handled, and decodes it', async () => {
    await code.packets.show();
    await code.packets.list.filter({ hasText: '[ACK]' }).first().waitFor();
    const rows = await code.packets.rows();
    assert.match(
      rows.join('\n'),
      /→ 8000 TCP \d+ .*\[SYN\] Seq=0.*\n.*8000 → \d+ TCP \d+ .*\[SYN, ACK\] Seq=0 Ack=1.*\n.*→ 8000 TCP \d+ .*\[ACK\] Seq=1 Ack=1/,
    );
    assert.match(await code.packets.text(), /Internet Protocol Version 4[^]*Transmission Control Protocol/);
    await code.screenshot('handshake-6-packets');
  });

  it('shows call stack, sockets, packets, time and event in one window: the picture of the README', async () => {
    await code.page.setViewportSize({ width: 1600, height: 1000 });
    await code.widenSideBar(420);
    await sockets.show({ alone: true });
    await code.showPane('Call Stack');
    const moment = code.page.locator('.statusbar-item', { hasText: /t = 0\.000030 s · event \d+/ });
    await moment.waitFor();
    await code.image('first-handshake');
    await code.page.setViewportSize(WINDOW);
  });

  it('draws the whole handshake as a sequence diagram: another picture of the README', async () => {
    await code.command('View: Focus on Pictures View');
    // The panel has all of the window.
    await code.command('View: Toggle Maximized Panel');
    await code.command('View: Toggle Primary Side Bar Visibility');
    const view = await webviewFrame(code.page, 'Pictures');
    await view.getByRole('tab', { name: 'Sequence' }).click();
    const diagram = view.getByRole('group', { name: 'Sequence diagram' });
    for (const text of ['client [pid 101]', 'SYN-ACK', 'SYN_RECV'])
      await diagram.getByText(text).first().waitFor();
    const isWhole = await diagram.evaluate((place) => place.scrollHeight <= place.clientHeight);
    assert.ok(isWhole, 'it has to be scrolled');
    await code.image('sequence');
    await code.command('View: Toggle Primary Side Bar Visibility');
    await code.command('View: Toggle Maximized Panel');
  });

  it('changes a field of a socket in the tree, and says what is wrong with a value', async () => {
    await sockets.show({ alone: true });
    await sockets.expand(/^struct tcp_sock/);
    await sockets.expand(/^sock_common/);
    await sockets.choose(/^skc_reuse(?!port)/, 'Set Value…');
    const input = code.quickInput.locator('input');
    await input.fill('perhaps');
    await code.page.keyboard.press('Enter');
    await code.quickInput.getByText(/skc_reuse takes/).waitFor();
    await code.screenshot('handshake-8-set-value');
    await input.fill('1');
    await code.page.keyboard.press('Enter');
    await sockets.waitFor(/^skc_reuse(?!port)\W*1$/);
  });

  it('shows the descriptor of the RX ring that the wire has filled, before the driver takes it', async () => {
    await code.debug.tickFilter('TCP state transition', '-> CLOSE');
    await code.debug.breakOnFunction('vnic_poll');
    await code.debug.press('continue');
    await code.debug.stopsOn(/function breakpoint/i);
    const interfaces = code.tree('Network Interfaces');
    await interfaces.show({ alone: true });
    await interfaces.expand(/^lo/);
    await interfaces.expand(/^RX ring/);
    // Before the poll that finds frames received come two for frames sent, and the CLOSE of the listener.
    for (const sent of [3, 4, 5]) {
      await interfaces.waitFor(new RegExp(`counters\\W*RX 3 · TX ${sent}`));
      await code.debug.press('continue');
    }
    await interfaces.waitFor(/\[\d+\].*DD.*:8000/);
    await code.screenshot('handshake-9-rx-ring');
    await interfaces.choose(/\[\d+\].*DD.*:8000/, 'Drop Frame');
    await interfaces.waitFor(/\[\d+\].*DD EOP RXE.*:8000/);
    await code.screenshot('handshake-10-dropped');
  });

  it("stops where a ring's next_to_clean changes, which the status bar says and takes back", async () => {
    const interfaces = code.tree('Network Interfaces');
    await interfaces.choose(/^next_to_clean/, 'Break on Value Change');
    const status = code.page.locator('.statusbar-item[id$="sockscope.watches"]:not([style*="none"])');
    await status.filter({ hasText: 'next_to_clean' }).waitFor();
    await code.debug.press('continue');
    await code.debug.stopsOn(/next_to_clean/i);
    await code.screenshot('handshake-11-watched-field');
    await status.click();
    const listed = code.quickInput.locator('.monaco-list-row', { hasText: /^next_to_clean of / });
    await listed.getByText('When it is changed').waitFor();
    await code.screenshot('handshake-12-watched-fields');
    await code.quickInput.locator('.monaco-list-row').first().click();
    await code.quickInput.getByText(/^0 Selected/).waitFor();
    await code.page.keyboard.press('Enter');
    await status.waitFor({ state: 'detached' });
  });

  it('ends, and the sockets of its last stop stay to be looked at', async () => {
    await code.debug.stop();
    await code.tree('Sockets').show();
    await code.tree('Sockets').waitFor(/^fd 3 :/);
  });

  async function goOn(label: RegExp): Promise<void> {
    await code.debug.press('continue');
    await code.debug.stopsOn(label);
  }
  async function lineOf(text: string): Promise<number> {
    const source = await readFile(path.join(code.workspace, 'first-handshake.ts'), 'utf8');
    const index = source.split('\n').findIndex((line) => line.includes(text));
    assert.notEqual(index, -1, `first-handshake.ts has no line with ${text}`);
    return index + 1;
  }
});
