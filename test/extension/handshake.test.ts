// The main job in the real VS Code, on the real machine: one handshake, from connect() to the accept queue.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

describe('a first handshake, step by step', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({
      files: path.join(root, 'samples'),
      inPlace: true,
      expect: '01-first-handshake.ts',
    });
    await code.widenSideBar(520);
    await code.openFile('01-first-handshake.ts');
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.screenshot(`failed-${this.currentTest.title}`);
  });

  it('stops at a breakpoint on connect()', async () => {
    const line = await lineOf('await connect(fd');
    await code.debug.setBreakpoint(line);
    await code.debug.start();
    assert.match(await code.debug.stopped(), /breakpoint/i);
    assert.match(await code.debug.top(), new RegExp(`^client 01-first-handshake\\.ts ${line}:`));
    const rows = (await code.debug.rows()).join('\n');
    assert.match(rows, /client \[pid \d+\]/);
    assert.match(rows, /server \[pid \d+\]/);
    await code.screenshot('handshake-1-breakpoint');
  });

  it('steps into __sys_connect, with values behind the lines', async () => {
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
    await code.debug.tickFilter('TCP state transition', 'SYN_SENT -> ESTABLISHED');
    await code.debug.press('continue');
    await code.debug.stopsOn(/paused on SYN_SENT → ESTABLISHED/i);
    await code.tree('Sockets').show({ alone: true });
    await code.tree('Sockets').waitFor(/LISTEN.*accept queue 0 of \d+.*SYN queue 1/);
    await code.screenshot('handshake-3-syn-queue');
  });

  it('stops at SYN_RECV -> ESTABLISHED: the connection is in the accept queue', async () => {
    await code.debug.tickFilter('TCP state transition', 'SYN_RECV -> ESTABLISHED');
    await code.debug.press('continue');
    await code.debug.stopsOn(/paused on SYN_RECV → ESTABLISHED/i);
    const stack = await code.debug.wholeStack();
    await code.screenshot('handshake-4-call-stack');
    for (const name of ['tcp_rcv_state_process', 'tcp_v4_rcv', 'ip_rcv', 'vnic_poll'])
      assert.match(stack, new RegExp(`^${name} `, 'm'));
    const sockets = code.tree('Sockets');
    await sockets.show({ alone: true });
    await sockets.waitFor(/LISTEN.*accept queue 1 of \d+.*SYN queue 0/);
    await sockets.expand(/LISTEN/);
    await sockets.expand(/^accept queue/);
    await sockets.waitFor(/127\.0\.0\.1:\d+.*ESTABLISHED|SYN_RECV/);
    await code.screenshot('handshake-5-accept-queue');
  });

  it('lists the three packets, marks the one being handled, and decodes it', async () => {
    await code.packets.show();
    await code.packets.list.filter({ hasText: '[ACK]' }).first().waitFor();
    const rows = await code.packets.rows();
    assert.match(
      rows.join('\n'),
      /→ 8080 \[SYN\] Seq=0.*\n.*8080 → \d+ \[SYN, ACK\] Seq=0 Ack=1.*\n.*→ 8080 \[ACK\] Seq=1 Ack=1/,
    );
    assert.match(await code.packets.text(), /Internet Protocol Version 4[^]*Transmission Control Protocol/);
    await code.tree('Sockets').show({ alone: true });
    await code.showPane('Call Stack');
    // The panes glide to their places.
    await code.page.waitForTimeout(500);
    await code.screenshot('handshake-6-packets');
  });

  it('changes a field of a socket in the tree, and says what is wrong with a value', async () => {
    const sockets = code.tree('Sockets');
    await sockets.show({ alone: true });
    await sockets.expand(/^sock_common/);
    await sockets.choose(/^skc_reuse(?!port)/, 'Set Value…');
    const input = code.quickInput.locator('input');
    await input.fill('perhaps');
    await code.page.keyboard.press('Enter');
    await code.quickInput.getByText(/skc_reuse takes/).waitFor();
    await code.screenshot('handshake-7-set-value');
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
    // The driver also polls for frames that were sent: go on to a poll that finds one received.
    const filled = interfaces.row(/\[\d+\].*DD.*127\.0\.0\.1/);
    await code.debug.waitUntil('a filled descriptor', async () => {
      const seen = await filled.waitFor({ timeout: 2000 }).then(
        () => true,
        () => undefined,
      );
      if (!seen) await code.debug.press('continue');
      return seen;
    });
    await code.screenshot('handshake-8-rx-ring');
  });

  it('ends, and leaves nothing running', async () => {
    await code.debug.stop();
    await code.tree('Sockets').show();
    await code.debug.waitUntil('the welcome text', async () =>
      (await code.tree('Sockets').welcome()).startsWith('Every socket of the machine') ? true : undefined,
    );
  });

  async function lineOf(text: string): Promise<number> {
    const source = await readFile(path.join(code.workspace, '01-first-handshake.ts'), 'utf8');
    const index = source.split('\n').findIndex((line) => line.includes(text));
    assert.notEqual(index, -1, `01-first-handshake.ts has no line with ${text}`);
    return index + 1;
  }
});
