// In the real VS Code, on the real machine: the pictures of the second lesson.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { chooseFromMenu } from './support/contextMenu.ts';
import { HexEditor } from './support/hexEditor.ts';
import { root } from './support/scripts.ts';
import { webviewFrame } from './support/webviewFrame.ts';
import { Workbench } from './support/workbench.ts';

const SCENARIO = 'accept-queue-overflow.ts';
const STAYS =
  "client3's request stays in the SYN queue: the accept queue is full (2 of 2), and its ACK is dropped.";

/** Where an IPv4 header behind an Ethernet header has its time to live. */
const TTL = 22;

/** A piece of a Linux tree. */
const linuxSource = (name: string): string => `/* A declaration comes first. */
int ${name}(void);

int ${name}(void)
{
}
`;

describe('the pictures of an accept queue that overflows', function () {
  this.timeout(240_000);
  let code: Workbench;
  let view: FrameLocator;
  let linux: string;
  let hex: HexEditor;

  before(async () => {
    linux = await mkdtemp(path.join(tmpdir(), 'sockscope-linux-'));
    await mkdir(path.join(linux, 'net'));
    await writeFile(path.join(linux, 'net/socket.c'), linuxSource('move_addr_to_kernel'));
    await mkdir(path.join(linux, 'net/ipv4'));
    await writeFile(path.join(linux, 'net/ipv4/tcp_ipv4.c'), linuxSource('tcp_v4_syn_recv_sock'));
    code = await Workbench.open({
      files: path.join(root, 'samples'),
      inPlace: true,
      expect: SCENARIO,
      machineSettings: { 'sockscope.linuxSource': linux },
      // The hex editor is saved by its own key only.
      settings: { 'files.autoSave': 'off' },
      hexEditor: true,
    });
    hex = new HexEditor(code);
    await code.page.setViewportSize({ width: 1280, height: 720 });
    await code.openFile(SCENARIO);
    await code.goToLine(60);
    await code.debug.start();
    await code.debug.stopped();
    await code.debug.tickFilter('Queue overflow');
  });
  after(async () => {
    await code?.close();
    await rm(linux, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('say at the stop what has just changed in the queues', async () => {
    await code.command('View: Focus on Pictures View');
    view = await webviewFrame(code.page, 'Pictures');
    await code.debug.press('continue');
    await view.getByRole('status').filter({ hasText: STAYS }).waitFor();
    await view.getByText('accept queue 2 of 2').waitFor();
    await view.getByRole('status').hover();
    await code.screenshot('pictures-1-queues');
  });

  it('lead from a chip to the socket and to its packets', async () => {
    const chip = view.getByRole('link', { name: /^client3, .* in the SYN queue/ });
    await chip.click();
    const sockets = code.page.locator('.sidebar .pane:has(> .pane-header[aria-label^="Sockets"])');
    const selected = sockets.locator('.monaco-list-row.selected');
    await selected.waitFor();
    assert.match(await selected.innerText(), /← :\d+/);
    await code.screenshot('pictures-2-socket');
    await view.getByRole('link', { name: 'Packets of client3' }).click();
    const packets = await webviewFrame(code.page, 'Packets');
    await packets.locator('[role=row]', { hasText: '[SYN, ACK]' }).first().waitFor();
    await code.screenshot('pictures-3-packets');
  });

  it('show the queues of the listener that is chosen in the Sockets tree', async () => {
    await code.tree('Sockets').show({ alone: true });
    await code.tree('Sockets').choose(/fd 3 :8000/, 'Show Its Queues');
    await view.getByRole('tab', { name: 'Queues', selected: true }).waitFor();
    await view.getByText('accept queue 2 of 2').waitFor();
  });

  it('lead from the sequence diagram to the code of a sleep', async () => {
    await view.getByRole('tab', { name: 'Sequence' }).click();
    const diagram = view.getByRole('group', { name: 'Sequence diagram' });
    await diagram.locator('.sleep').first().click();
    await view
      .getByRole('status')
      .filter({ hasText: /sleeps in \w+\(\)/ })
      .waitFor();
    await view.getByRole('button', { name: 'Show Code' }).click();
    await code.quickInput.getByText(/sleeps in nanosleep\(\)/).waitFor();
    await code.quickInput.getByText(`${SCENARIO}:43`).waitFor();
    await code.screenshot('pictures-code');
    await code.page.keyboard.press('Escape');
  });

  it('lead from a system call to its function graph, and from there to the code', async () => {
    const diagram = view.getByRole('group', { name: 'Sequence diagram' });
    await diagram
      .getByText(/^connect\(/)
      .first()
      .click();
    await view.getByRole('button', { name: 'Function Graph' }).click();
    const call = (name: string) =>
      code.page.getByRole('treeitem', { name: new RegExp(`^${name}\\(\\)`) }).first();
    await call('__sys_connect').waitFor();
    await code.screenshot('function-graph');
    await call('move_addr_to_kernel').click();
    await code.page
      .getByRole('tab', { name: /^\w+\.ts/ })
      .first()
      .waitFor();
    // The C function that this one mirrors.
    await code.command('Sockscope: Show in Linux');
    await code.page.getByRole('tab', { name: /^socket\.c/ }).waitFor();
    await code.page.locator('.view-line', { hasText: 'int move_addr_to_kernel' }).last().waitFor();
    await code.page.locator('.statusbar-item', { hasText: 'Ln 4,' }).waitFor();
    await code.screenshot('show-in-linux');
    await code.command('View: Close All Editor Groups');
    await code.command('Sockscope: Open as Text');
    await code.page.locator('.view-line', { hasText: '__sys_connect() {' }).first().waitFor();
    await code.screenshot('function-graph-text');
    await code.command('View: Revert and Close Editor');
    await code.command('View: Focus on Pictures View');
  });

  it('stand beside the call stack and the variables, which lead to Linux and to the bytes of a packet', async () => {
    const frames = await code.showPane('Call Stack', { alone: true });
    await chooseFromMenu(code, 'Show in Linux', () =>
      frames.locator('.stack-frame', { hasText: 'tcp_v4_syn_recv_sock' }).first().click({ button: 'right' }),
    );
    await code.page.getByRole('tab', { name: /^tcp_ipv4\.c/ }).waitFor();
    await code.page.locator('.statusbar-item', { hasText: 'Ln 4,' }).waitFor();
    await code.screenshot('show-in-linux-frame');
    await code.command('View: Close All Editor Groups');
    await frames.locator('.stack-frame').first().click();
    const source = code.page.locator('.tab.active[data-resource-name="request.ts"]');
    await source.waitFor();
    const variables = await code.showPane('Variables', { alone: true });
    const skb = variables.locator('.monaco-list-row', { hasText: /^skb/ }).first();
    await skb.hover();
    await skb.locator('[aria-label="View Binary Data"]').click();
    // Time to live 64, TCP.
    await hex.shows(/ 40 06 /);
    await hex.write(TTL, '3f');
    await chooseFromMenu(code, 'Recompute Checksums', () => skb.click({ button: 'right' }));
    const said = code.page.locator('.statusbar-item', { hasText: 'IPv4 checksum: 0x' });
    const text = await said.innerText();
    const [, before, now] =
      /IPv4 checksum: 0x(\w{4}) → 0x(\w{4}), TCP checksum: 0x\w{4} → 0x/.exec(text) ?? [];
    // RFC 1624: a sum that is less by 0x100 has a checksum that is more by it.
    assert.equal(parseInt(now ?? '', 16) - parseInt(before ?? '', 16), 0x100, text);
    await hex.shows(` 3f 06 ${now!.slice(0, 2)} ${now!.slice(2)} `);
    await code.screenshot('hex-editor');
    // Another moment opens beside the bytes, not in front of them.
    await source.click();
  });

  it('stand beside the timeline, which leads to another moment and back', async () => {
    await code.command('View: Focus on Timeline View');
    const timeline = await webviewFrame(code.page, 'Timeline');
    const slider = timeline.getByRole('slider', { name: 'Timeline' });
    await slider.waitFor();
    await code.settledScreenshot('timeline-1');
    await timeline.getByRole('combobox', { name: 'Axis' }).selectOption('events');
    const here = Number(await slider.getAttribute('aria-valuenow'));
    await slider.focus();
    await code.page.keyboard.press('ArrowLeft');
    await code.page.keyboard.press('ArrowLeft');
    const status = code.page.locator('.statusbar-item', { hasText: /event \d+/ });
    const event = async () => Number(/event (\d+)/.exec(await status.innerText())?.[1]);
    await code.debug.waitUntil('the moment before', async () => ((await event()) < here ? true : undefined));
    await hex.shows('no bytes');
    await code.screenshot('timeline-2-past');
    await code.debug.press('continue');
    await code.debug.waitUntil('the end of the past', async () =>
      (await event()) === here ? true : undefined,
    );
    await hex.shows(/ 3f 06 /);
    await code.page.locator('.tab[data-resource-name="memory.bin"]').click({ button: 'middle' });
    await code.command('View: Focus on Pictures View');
  });

  it('stop at the transition whose arrow was clicked, and no more when it is clicked again', async () => {
    await code.command('View: Focus on Pictures View');
    await view.getByRole('tab', { name: 'States' }).click();
    const arrow = view.getByRole('button', { name: /^ESTABLISHED → FIN_WAIT1/ });
    await arrow.click();
    await view.getByRole('button', { name: /^ESTABLISHED → FIN_WAIT1.* stops here/ }).waitFor();
    const chosen = code.page.locator('.statusbar-item', { hasText: 'TCP state transition' });
    assert.match(await chosen.innerText(), /ESTABLISHED -> FIN/);
    // client4's SYN overflows the queue first.
    await code.debug.press('continue');
    await view
      .getByText(/client4/)
      .first()
      .waitFor();
    await code.debug.press('continue');
    await code.debug.stopsOn(/ESTABLISHED → FIN_WAIT1/);
    const sentence = /^server :8000→:\d+: ESTABLISHED → FIN_WAIT1, right now/;
    await view.getByRole('status').filter({ hasText: sentence }).waitFor();
    await code.screenshot('pictures-4-states');
    await arrow.click();
    await chosen.waitFor({ state: 'hidden' });
  });

  it('stay when the run has ended, and say of when they are', async () => {
    await code.page.waitForTimeout(600);
    await code.debug.press('stop');
    await code.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await view.getByText(/ended · last stop at t = [\d.]+ s/).waitFor();
    await view.getByRole('tab', { name: 'Queues' }).click();
    await view.getByText('accept queue 1 of 2').waitFor();
    await code.page.setViewportSize({ width: 1600, height: 1000 });
    await view.getByRole('tab', { name: 'States' }).click();
    await code.settledScreenshot('pictures-5-ended-large');
  });
});
