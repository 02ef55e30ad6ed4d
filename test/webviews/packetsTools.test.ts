import assert from 'node:assert/strict';
import { PanelPage, type PanelOptions } from './support/panelPage.ts';
import { traffic } from './support/traffic.ts';
import { ViewTests } from './support/viewTests.ts';

describe('working with packets in the Packets panel, in a browser', function () {
  this.timeout(120_000);
  const tests = new ViewTests('packets', PanelPage.open);
  let panel: PanelPage;

  async function open(packets: number, options: PanelOptions = {}): Promise<void> {
    panel = await tests.open(options);
    for (const frame of traffic(packets)) panel.store.add(frame);
    panel.store.decode();
    await panel.changed();
    await panel.row(1).waitFor();
    assert.equal(await panel.page.getByText('Loading…').count(), 0);
  }
  const press = async (...keys: string[]) => {
    for (const key of keys) await panel.page.keyboard.press(key);
  };
  const title = (name: string) => panel.page.getByRole('columnheader', { name, exact: true });
  const titles = () => panel.page.getByRole('columnheader').allInnerTexts();
  const item = (name: string) => panel.page.getByRole('menu').last().getByText(name, { exact: true });

  it('sorts by a column with a click on its title, and is in the order of capture again with the third', async () => {
    await open(1_000);
    await title('Len').click();
    assert.equal(await title('Len').getAttribute('aria-sort'), 'ascending');
    await tests.eventually('short ones first', async () => (await panel.numbersInView())[0] === 3);
    await title('Len').click();
    await tests.eventually('long ones first', async () => (await panel.numbersInView())[0] === 996);
    // While it runs the order stays: what has come since is counted.
    for (const frame of traffic(10, 1_001)) panel.store.add(frame);
    await panel.changed({ running: true });
    await panel.page.getByText('10 newer ones are sorted in at the next stop').waitFor();
    assert.equal((await panel.numbersInView())[0], 996);
    await panel.changed();
    await tests.eventually(
      'the new one is sorted in',
      async () => (await panel.numbersInView())[0] === 1_006,
    );
    await title('Len').click();
    await tests.eventually('the order of capture', async () => (await panel.numbersInView())[0] === 1);
  });

  it('moves, resizes, hides and adds columns by mouse and keyboard, and remembers them', async () => {
    await open(100);
    await title('Len').focus();
    await press('Alt+ArrowLeft');
    assert.deepEqual(await titles(), ['No', 'Time', 'Source', 'Destination', 'Len', 'Proto', 'Info']);
    const before = (await title('Len').boundingBox())!;
    await press('Shift+ArrowRight', 'Shift+ArrowRight');
    assert.equal(Math.round((await title('Len').boundingBox())!.width - before.width), 16);
    // Dragging a title moves it, its edge resizes.
    const [from, to] = [(await title('Proto').boundingBox())!, (await title('Time').boundingBox())!];
    await panel.page.mouse.move(from.x + 10, from.y + 10);
    await panel.page.mouse.down();
    await panel.page.mouse.move(to.x + 20, to.y + 10, { steps: 5 });
    await panel.page.mouse.up();
    assert.deepEqual(await titles(), ['No', 'Proto', 'Time', 'Source', 'Destination', 'Len', 'Info']);
    assert.equal(await title('Proto').getAttribute('aria-sort'), 'none', 'a drag does not sort');
    const edge = (await title('Proto').boundingBox())!;
    await panel.page.mouse.move(edge.x + edge.width - 2, edge.y + 10);
    await panel.page.mouse.down();
    await panel.page.mouse.move(edge.x + edge.width + 28, edge.y + 10, { steps: 5 });
    await panel.page.mouse.up();
    assert.ok(Math.abs((await title('Proto').boundingBox())!.width - edge.width - 30) < 3);
    await title('Proto').click({ button: 'right' });
    await item('Remove This Column').click();
    await panel.send({ type: 'addColumn', field: 'frame.len', title: 'Frame Length' });
    assert.deepEqual(await titles(), ['No', 'Time', 'Source', 'Destination', 'Len', 'Frame Length', 'Info']);
    await tests.eventually('the values of the new column', async () =>
      /\b74\b[^]*\b74\b/.test(await panel.row(1).innerText()),
    );
    await tests.screenshot('columns');
    const remembered = panel.sentOf('remember').at(-1)!.settings;
    await open(10, { state: JSON.parse(remembered) as unknown });
    assert.deepEqual(await titles(), ['No', 'Time', 'Source', 'Destination', 'Len', 'Frame Length', 'Info']);
    await title('No').click({ button: 'right' });
    await item('Reset All Columns').click();
    assert.deepEqual(await titles(), ['No', 'Time', 'Source', 'Destination', 'Proto', 'Len', 'Info']);
  });

  it('tells other times: since the packet before, since a reference', async () => {
    await open(100);
    await title('Time').click({ button: 'right' });
    await item('Since the Previous Captured Packet').click();
    await tests.eventually('deltas', async () => /^5\s+0\.000010000/.test(await panel.row(5).innerText()));
    await panel.row(3).click();
    await panel.send({ type: 'command', command: 'toggleReference' });
    await title('Delta').click({ button: 'right' });
    await item('Since the Reference or the First Packet').click();
    await tests.eventually('times from packet 3', async () =>
      /^5\s+0\.000020000/.test(await panel.row(5).innerText()),
    );
    assert.match(await panel.row(3).innerText(), /\*REF\*/);
  });

  it('offers everything in a menu of its own, by keyboard alone', async () => {
    await open(100);
    await panel.grid.focus();
    await press('ArrowDown', 'ArrowDown', 'Shift+F10');
    const menu = panel.page.getByRole('menu', { name: 'Packet 2' });
    await menu.waitFor();
    assert.equal(
      await panel.page.evaluate('document.activeElement.innerText.trim().split("\\n")[0]'),
      'Mark Packet',
    );
    await tests.screenshot('menu');
    assert.deepEqual(await panel.violations(), []);
    await press('Enter');
    await tests.eventually('packet 2 marked', async () =>
      /\bmarked\b/.test((await panel.row(2).getAttribute('class'))!),
    );
    assert.equal(await panel.focused(), 'Packets');
    await press('Shift+F10', 'c', 'c');
    // The last one opens Wireshark.
    await press('End', 'ArrowUp', 'ArrowRight');
    await panel.page.getByRole('menu', { name: 'Copy' }).waitFor();
    await press('ArrowLeft', 'ArrowRight', 'End', 'Enter');
    await tests.eventually('bytes copied', async () => panel.sentOf('copy').length === 1);
    assert.match(panel.sentOf('copy')[0]!.text, /^static const unsigned char bytes\[74\] = \{\n {2}0x00, /);
    await press('Shift+F10', 'Escape');
    assert.equal(await panel.focused(), 'Packets');
    await press('Shift+F10');
    await item('Break When the Next Packet Like This…').click();
    await press('Shift+F10');
    await item('Show Its Socket in the Sockets Tree').click();
    await press('Shift+F10');
    await item('Show Its Way').click();
    const sent = ['breakOnLike', 'showSocket', 'showWay'] as const;
    assert.deepEqual(
      sent.map((type) => panel.sentOf(type).length),
      [1, 1, 1],
    );
    await panel.page.getByRole('treeitem').first().click({ button: 'right' });
    await item('Copy').hover();
    await item('Line').click();
    await tests.eventually('a line copied', async () => panel.sentOf('copy').length === 2);
    await panel.page.locator('#byte-12').click();
    await panel.page.locator('#byte-12').click({ button: 'right' });
    await item('Bytes as Hex').click();
    await tests.eventually('bytes copied', async () => panel.sentOf('copy').length === 3);
    assert.equal(panel.sentOf('copy')[2]!.text, '08 00');
  });

  it('makes columns and filters of fields, and follows a field that leads to another packet', async () => {
    await open(100);
    await panel.row(5).click();
    await panel.page.getByRole('treeitem', { name: /^Frame 5/ }).dblclick();
    const length = panel.page.getByRole('treeitem', { name: /^Frame Length/ });
    await length.click({ button: 'right' });
    await item('Apply as Column').click();
    assert.ok((await titles()).includes('Frame Length'));
    await length.click({ button: 'right' });
    await item('Copy').hover();
    await item('As Filter').click();
    await tests.eventually('the filter copied', async () => panel.sentOf('copy').length === 1);
    assert.equal(panel.sentOf('copy')[0]!.text, 'frame.len == 99');
    await length.click({ button: 'right' });
    await item('Apply as Filter').hover();
    await item('Not Selected').click();
    await tests.eventually(
      'the filter',
      async () => (await panel.filter.inputValue()) === 'not frame.len == 99',
    );
    // Packet 5 is not listed any more; neither are its details.
    await panel.page.getByText('Select a packet to see').waitFor();
    await panel.row(9).click();
    await panel.page.getByRole('treeitem', { name: '[SEQ/ACK analysis]' }).dblclick();
    await panel.page.getByRole('treeitem', { name: /This is an ACK to the segment in frame: 8/ }).dblclick();
    await tests.eventually('packet 8', async () => (await panel.selected()) === 8);
    assert.deepEqual(await panel.violations(), []);
  });

  it('marks packets and goes from mark to mark; a comment is shown', async () => {
    await open(1_000);
    for (const number of [5, 700]) panel.store.annotate({ number, marked: true, comment: 'odd' });
    await panel.send({ type: 'annotated' });
    await panel.row(3).click();
    await panel.grid.focus();
    await press(']');
    await tests.eventually('the first mark', async () => (await panel.selected()) === 5);
    await press(']');
    await tests.eventually('the second mark', async () => (await panel.selected()) === 700);
    await press(']');
    await tests.eventually('the first one again', async () => (await panel.selected()) === 5);
    await press('[');
    await tests.eventually('backwards', async () => (await panel.selected()) === 700);
    assert.match(await panel.row(700).innerText(), /marked,\s+comment: odd/);
    await press('m');
    await tests.eventually(
      'no mark',
      async () => !/\bmarked\b/.test((await panel.row(700).getAttribute('class'))!),
    );
    await panel.send({ type: 'command', command: 'comment' });
    await tests.eventually('the comment asked for', async () => panel.sentOf('comment').length === 1);
    assert.equal(panel.sentOf('comment')[0]!.comment, 'odd');
  });

  it('finds packets by text, filter and bytes, in both directions', async () => {
    await open(1_000);
    await panel.send({ type: 'command', command: 'find' });
    await panel.page.keyboard.type('RST, ACK');
    await press('Enter');
    await tests.eventually('the first reset', async () => (await panel.selected()) === 10);
    await press('Enter');
    await tests.eventually('the next', async () => (await panel.selected()) === 60);
    await press('Shift+Enter');
    await tests.eventually('the one before', async () => (await panel.selected()) === 10);
    await tests.screenshot('find');
    await panel.page.getByRole('combobox', { name: 'Where to look' }).selectOption('hex');
    const field = panel.page.getByRole('textbox', { name: 'Find' });
    await field.fill('0d 0');
    await press('Enter');
    await panel.page.getByText('bytes are written with two digits').waitFor();
    await field.fill('0d 0a 0d 0a');
    await press('Enter');
    await tests.eventually('the next request', async () => (await panel.selected()) === 14);
    assert.deepEqual(await panel.violations(), []);
    await press('Escape');
    assert.equal(await panel.focused(), 'Packets');
  });

  for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const)
    it(`is readable in the ${theme} theme: colours, menu, find`, async () => {
      await open(30, { theme });
      panel.store.annotate({ number: 2, marked: true, comment: 'here' });
      await panel.row(5).click();
      await panel.send({ type: 'annotated' });
      await panel.send({ type: 'command', command: 'find' });
      await tests.eventually('the mark', async () => /marked/.test(await panel.row(2).innerText()));
      assert.deepEqual(await panel.violations(), []);
      await panel.grid.focus();
      await press('Shift+F10', 'f', 'ArrowRight');
      await tests.screenshot(`tools-${theme}`);
      assert.deepEqual(await panel.violations(), []);
    });

  it('completes filters and remembers those that were used', async () => {
    await open(100);
    await panel.filter.focus();
    await panel.page.keyboard.type('frame.nu');
    const list = panel.page.getByRole('listbox', { name: 'Completions' });
    await list.getByText('frame.number', { exact: true }).waitFor();
    await tests.screenshot('completions');
    assert.deepEqual(await panel.violations(), []);
    await press('Tab');
    await tests.eventually('completed', async () => (await panel.filter.inputValue()) === 'frame.number');
    await panel.page.keyboard.type(' == 7');
    await press('Enter');
    await tests.eventually(
      'one packet',
      async () => (await panel.grid.getAttribute('aria-rowcount')) === '2',
    );
    await panel.filter.fill('');
    await panel.filter.press('ArrowUp');
    await tests.eventually(
      'the filter that was used',
      async () => (await panel.filter.inputValue()) === 'frame.number == 7',
    );
  });

  it('never shows the details of a packet that is not listed', async () => {
    await open(100);
    await panel.row(3).click();
    await panel.page.getByText('Packet 3').waitFor();
    await panel.filter.fill('frame.number != 4');
    await tests.eventually(
      '99 packets',
      async () => (await panel.grid.getAttribute('aria-rowcount')) === '100',
    );
    await panel.page.getByText('Packet 3').waitFor();
    assert.equal(await panel.selected(), 3);
    await panel.filter.fill('frame.number > 4');
    await panel.page.getByText('Select a packet to see').waitFor();
    assert.equal(await panel.selected(), null);
    // A stop at a packet that is not listed selects none.
    await panel.changed({ current: 2 });
    await panel.page.waitForTimeout(200);
    await panel.page.getByText('Select a packet to see').waitFor();
  });
});
