import assert from 'node:assert/strict';
import { PanelPage, type PanelOptions } from './support/panelPage.ts';
import type { ThemeName } from './support/themes.ts';
import { frame, udp } from '../support/packetBuilder.ts';
import { traffic } from './support/traffic.ts';
import { ViewTests } from './support/viewTests.ts';

describe('the Packets panel, in a browser', function () {
  this.timeout(120_000);
  const tests = new ViewTests('packets', PanelPage.open);
  let panel: PanelPage;

  async function open(packets: number, options: PanelOptions = {}): Promise<void> {
    panel = await tests.open(options);
    for (const frame of traffic(packets)) panel.store.add(frame);
    panel.store.decode();
    if (packets) await panel.changed();
  }
  const press = async (...keys: string[]) => {
    for (const key of keys) await panel.page.keyboard.press(key);
  };

  it('says what would fill it, and offers the commands', async () => {
    await open(0);
    await panel.changed({ session: null });
    await panel.page.getByText('No packets yet').waitFor();
    await tests.screenshot('empty');
    await panel.page.getByRole('button', { name: 'Debug the Open Scenario' }).click();
    await panel.page.getByRole('button', { name: 'Debug Node Program…' }).click();
    await panel.page.getByRole('button', { name: 'Open Sample…' }).click();
    await panel.page.getByRole('button', { name: 'New Scenario' }).click();
    await tests.eventually('four commands', async () => panel.sentOf('run').length === 4);
    assert.deepEqual(
      panel.sentOf('run').map(({ command }) => command),
      ['startDebugging', 'debugNode', 'openSample', 'newScenario'],
    );
    await panel.changed();
    await panel.page.getByText('They appear here as soon as').waitFor();
  });

  it('lists packets in Wireshark’s words, as a grid', async () => {
    await open(30);
    const first = panel.row(1);
    await first.waitFor();
    assert.equal(
      (await first.innerText()).replace(/\s+/g, ' ').trim(),
      '1 0.000010000 127.0.0.1:40000 127.0.0.1:9000 TCP 74 connection begins, [SYN] Seq=0 Win=65495 Len=0 MSS=65495 SACK_PERM TSval=4000000 TSecr=0 WS=128',
    );
    assert.equal(await panel.grid.getAttribute('aria-rowcount'), '31');
    assert.match((await panel.row(4).getAttribute('class')) ?? '', /lost/);
    assert.match(await panel.row(4).innerText(), /\[lost: wire loss\]/);
    assert.match((await panel.row(6).getAttribute('class')) ?? '', /retransmission/);
    assert.match((await panel.row(10).getAttribute('class')) ?? '', /reset/);
  });

  it('moves through the list, the layers and the bytes by keyboard alone', async () => {
    await open(10_000);
    await panel.row(1).waitFor();
    await panel.grid.focus();
    await press('ArrowDown', 'ArrowDown', 'ArrowDown');
    await tests.eventually('3 selected', async () => (await panel.selected()) === 3);
    await press('ArrowUp');
    await tests.eventually('2 selected', async () => (await panel.selected()) === 2);
    await press('End');
    await tests.eventually('the last selected', async () => (await panel.selected()) === 10_000);
    assert.equal((await panel.numbersInView()).at(-1), 10_000);
    await press('PageUp');
    await tests.eventually('a page up', async () => ((await panel.selected()) ?? 10_000) < 9_999);
    await press('Home');
    await tests.eventually('the first selected', async () => (await panel.selected()) === 1);
    await panel.page.getByRole('treeitem', { name: /^Transmission Control Protocol/ }).waitFor();

    await press('Enter');
    await tests.eventually(
      'the tree has the focus',
      async () => (await panel.focused()) === 'Layers of the packet',
    );
    await press('End', 'Home', 'ArrowDown', 'ArrowRight', 'ArrowDown');
    const chosen = panel.page.getByRole('treeitem', { selected: true });
    assert.equal(await chosen.innerText(), 'Destination: 00:00:00:00:00:00');
    assert.equal(await panel.page.locator('.hex .byte.selected').count(), 6);
    await press('Tab');
    await tests.eventually(
      'the bytes have the focus',
      async () => (await panel.focused()) === 'Bytes of the packet',
    );
    await press('ArrowDown');
    assert.equal(await chosen.innerText(), 'Total Length: 60');
    await press('Escape');
    await tests.eventually('the list has the focus again', async () => (await panel.focused()) === 'Packets');
    await press('/');
    await panel.page.keyboard.type('tcp.flags.fin == 1');
    await press('Enter');
    await tests.eventually(
      'the filter to work',
      async () => (await panel.grid.getAttribute('aria-rowcount')) === '2001',
    );
  });

  it('marks bytes for a field and the field for a byte', async () => {
    await open(20);
    await panel.row(1).click();
    const port = panel.page.getByRole('treeitem', { name: 'Destination Port: 9000' });
    await port.hover();
    assert.equal(
      await panel.page
        .locator('.hex .byte.hovered')
        .allInnerTexts()
        .then((all) => all.join('')),
      '2328',
    );
    await port.click();
    assert.equal(await panel.page.locator('.ascii .byte.selected').count(), 2);
    await panel.page.locator('#byte-26').click();
    const chosen = panel.page.getByRole('treeitem', { selected: true });
    assert.equal(await chosen.innerText(), 'Source Address: 127.0.0.1');
    assert.equal(await panel.page.locator('.hex .byte.selected').count(), 4);
    await panel.page.locator('#byte-47').hover();
    assert.match(await panel.page.locator('.item.hovered').innerText(), /^Flags: 0x002 \(SYN\)/);
    await tests.screenshot('highlight');
  });

  it('says under the filter what is wrong with it, keeps the list, and works again when it is right', async () => {
    await open(1_000);
    await panel.row(1).waitFor();
    await panel.filter.fill('tcp.prot == 9000');
    const error = panel.page.getByRole('alert');
    await error.getByText('did you mean tcp.port').waitFor();
    assert.equal(await error.locator('mark').innerText(), 'tcp.prot');
    await panel.row(2).waitFor();
    await tests.screenshot('filter-error');
    await panel.filter.fill('tcp.port == 40001 and tcp.flags.syn == 1');
    await tests.eventually(
      'the filter to work',
      async () => (await panel.grid.getAttribute('aria-rowcount')) === '5',
    );
    assert.equal(await error.isVisible(), false);
    assert.deepEqual(await panel.numbersInView(), [11, 12, 511, 512]);
    await panel.filter.fill('udp');
    await panel.page.getByText('No packet matches this filter').waitFor();
    await panel.page.getByRole('button', { name: 'Clear the Filter' }).click();
    await panel.row(1).waitFor();
  });

  it('scrolls through 100,000 packets without holes, fetching only what is in view', async () => {
    await open(100_000, { latency: 5 });
    await panel.row(1).waitFor();
    const box = (await panel.grid.boundingBox())!;
    await panel.page.mouse.move(box.x + 100, box.y + 100);
    const result = (await panel.page.evaluate(`(async () => {
      const list = document.querySelector('.list');
      const frames = [];
      let last = performance.now();
      for (let step = 0; step < 120; step++) {
        list.scrollTop += 400;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
      }
      frames.sort((a, b) => a - b);
      return { median: frames[60], worst: frames[119], rows: document.querySelectorAll('.list .row').length };
    })()`)) as { median: number; worst: number; rows: number };
    assert.ok(result.median < 34, `a frame takes ${result.median} ms at the median`);
    assert.ok(result.rows < 100, `${result.rows} rows exist at once`);
    for (const share of [0.5, 0.9, 0.1, 1]) {
      await panel.scrollTo(share);
      // Those of the place before are drawn until the page has noticed.
      await tests.eventually(`rows to come near packet ${share * 100_000}`, async () => {
        const numbers = await panel.numbersInView();
        const isThere = Math.abs(numbers.at(-1)! - share * 100_000) < 100;
        return isThere && numbers.every((number, at) => number > 0 && number === numbers[0]! + at);
      });
    }
    assert.equal((await panel.numbersInView()).at(-1), 100_000);
    const fetched = panel.sentOf('getRows').reduce((sum, { count }) => sum + count, 0);
    assert.ok(fetched < 10_000, `${fetched} rows were fetched`);
  });

  it('follows the stop, and lets the user look elsewhere until the next', async () => {
    await open(5_000);
    await panel.row(1).waitFor();
    await panel.changed({ current: 4_321 });
    await tests.eventually('the packet of the stop selected', async () => (await panel.selected()) === 4_321);
    assert.equal(await panel.row(4_321).getAttribute('aria-current'), 'true');
    await panel.page.getByText('Packet 4321').waitFor();
    await press('Home');
    await panel.grid.focus();
    await press('Home');
    await tests.eventually('the first selected', async () => (await panel.selected()) === 1);
    await panel.changed({ current: 4_321 });
    await panel.page.waitForTimeout(200);
    assert.equal(await panel.selected(), 1);
    await panel.page.getByRole('checkbox', { name: 'Follow the stop' }).click();
    await panel.changed({ running: true });
    await panel.changed({ current: 2_000 });
    await panel.page.waitForTimeout(200);
    assert.equal(await panel.selected(), 1);
  });

  it('keeps the newest in view while running, unless the user scrolled away', async () => {
    await open(200);
    await panel.row(1).waitFor();
    const grow = async (to: number) => {
      for (const frame of traffic(to - panel.store.total, panel.store.total + 1)) panel.store.add(frame);
      await panel.changed({ running: true });
      await tests.eventually(
        `${to} packets listed`,
        async () => (await panel.grid.getAttribute('aria-rowcount')) === String(to + 1),
      );
    };
    await panel.grid.focus();
    await press('End');
    await grow(400);
    await tests.eventually('the end in view', async () => (await panel.numbersInView()).at(-1) === 400);
    await panel.scrollTo(0);
    await grow(600);
    await tests.eventually('the beginning still in view', async () => (await panel.numbersInView())[0] === 1);
  });

  it('shows packets, not gaps, while they come quicker than the answers about them', async () => {
    await open(200, { latency: 150 });
    await panel.row(1).waitFor();
    await panel.scrollTo(1);
    await panel.row(200).waitFor();
    for (let total = 400; total <= 4_000; total += 200) {
      for (const frame of traffic(200, panel.store.total + 1)) panel.store.add(frame);
      await panel.changed({ running: true });
      await panel.page.waitForTimeout(100);
      const numbers = await panel.numbersInView();
      assert.ok(numbers.length > 5 && numbers.every((number) => number > 0), numbers.join(' '));
    }
    assert.ok((await panel.numbersInView()).at(-1)! > 2_000, 'the list comes along');
    await panel.changed();
    await tests.eventually('the end in view', async () => (await panel.numbersInView()).at(-1) === 4_000);
  });

  it('shows packets, not gaps, where it follows a stop that is far behind what was listed', async () => {
    await open(10, { latency: 150 });
    await panel.row(1).waitFor();
    for (const frame of traffic(2_000, 11)) panel.store.add(frame);
    await panel.changed({ current: 1_950 });
    const seen = new Set<string>();
    await tests.eventually('the packet of the stop selected', async () => {
      seen.add((await panel.numbersInView()).join(' '));
      return (await panel.selected()) === 1_950;
    });
    assert.ok(![...seen].some((numbers) => / 0 0 0 0$/.test(numbers)), [...seen].join('\n'));
  });

  it('reveals a packet that the filter hides, and takes a filter from the trees', async () => {
    await open(1_000);
    await panel.row(1).waitFor();
    await panel.send({ type: 'setFilter', filter: 'tcp.flags.syn == 1' });
    await tests.eventually(
      'the filter to work',
      async () => (await panel.grid.getAttribute('aria-rowcount')) === '201',
    );
    await panel.send({ type: 'reveal', number: 505 });
    await tests.eventually('the packet selected', async () => (await panel.selected()) === 505);
    assert.equal(await panel.filter.inputValue(), '');
  });

  it('jumps to code, exports and copies', async () => {
    await open(20);
    await panel.row(5).click();
    await panel.page.getByText('Packet 5').waitFor();
    await panel.page.getByRole('button', { name: 'Sent by…' }).click();
    await panel.page.getByRole('button', { name: 'Received by…' }).click();
    await panel.page.getByRole('button', { name: 'Export to pcapng' }).click();
    await panel.grid.focus();
    await press('Control+c');
    await tests.eventually('four messages', async () => panel.sentOf('copy').length === 1);
    assert.deepEqual(
      panel.sentOf('goToCode').map(({ number, which }) => [number, which]),
      [
        [5, 'sent'],
        [5, 'received'],
      ],
    );
    assert.equal(panel.sentOf('export').length, 1);
    const wireshark = panel.page.getByRole('button', { name: 'Open in Wireshark' });
    assert.equal(await wireshark.isVisible(), false);
    await panel.send({
      type: 'changed',
      session: 'one',
      total: panel.store.total,
      running: false,
      hasWireshark: true,
    });
    await wireshark.click();
    await tests.eventually('the packets are sent for', () => panel.sentOf('openInWireshark').length === 1);
    assert.match(panel.sentOf('copy')[0]!.text, /^5\t0\.000050000\t127\.0\.0\.1:9000\t/);
    await panel.page.getByRole('button', { name: 'Copy packet' }).click();
    await tests.eventually('the whole packet copied', async () => panel.sentOf('copy').length === 2);
    assert.match(panel.sentOf('copy')[1]!.text, /Internet Protocol Version 4[^]*Time to Live: 64/);
  });

  it('says at the top why a packet was sent and what became of it, and leads to its cause', async () => {
    await open(20);
    const [late] = traffic(1, 26);
    panel.store.add({
      ...late!,
      number: 21,
      fate: 'dropped',
      cause: { handled: 'timer', why: 'timeout', timer: 'tcp_write_timer', amount: 204, event: 9 },
      drop: { reason: 'TCP_OLD_DATA', host: 'server', event: 12 },
      truth: { repeats: [16], needless: [16] },
    });
    const [caused] = traffic(1, 22);
    const cause = { handled: 'packet', why: 'ack_quick', packet: 21, lastPacket: 21, event: 20 } as const;
    panel.store.add({ ...caused!, cause });
    await panel.changed();
    await panel.row(21).click();
    const story = panel.page.getByRole('note');
    await story.getByText('Retransmission: no ACK came within the time-out (RTO) of 204 ms.').waitFor();
    await story.getByText('It was not needed: packet 16 arrived.').waitFor();
    await story.getByText('Dropped by server: all its bytes had come before (TCP_OLD_DATA).').waitFor();
    assert.match((await panel.row(21).getAttribute('title'))!, /\nDropped by server: all its bytes/);
    await tests.screenshot('story');
    await panel.row(22).click();
    await story.getByText('Acknowledges packet 21 at once').waitFor();
    await story.getByRole('button', { name: 'Go to its cause: packet 21' }).click();
    await story.getByRole('button', { name: 'Show What Led to It…' }).click();
    await panel.send({ type: 'command', command: 'goToCause' });
    await tests.eventually('the causes', async () => panel.sentOf('goToCause').length === 2);
    assert.deepEqual(
      [...panel.sentOf('goToCause'), ...panel.sentOf('showCauses')].map(({ number }) => number),
      [22, 22, 22],
    );
    await panel.row(5).click();
    await panel.page.getByText('Packet 5').waitFor();
    assert.equal(await story.count(), 0, 'a packet of which nothing is known');
  });

  it('is not confused by an announcement that is older than the last answer', async () => {
    await open(20);
    await panel.row(5).click();
    await panel.page.getByText('Packet 5').waitFor();
    for (const frame of traffic(20, 21)) panel.store.add(frame);
    await panel.send({ type: 'changed', session: 'one', total: 21, running: true });
    await tests.eventually(
      '40 packets',
      async () => (await panel.grid.getAttribute('aria-rowcount')) === '41',
    );
    await panel.send({ type: 'changed', session: 'one', total: 30, running: true });
    await panel.page.waitForTimeout(100);
    assert.equal(await panel.page.getByText('Packet 5').isVisible(), true);
  });

  it('forgets everything when another session begins', async () => {
    await open(20);
    await panel.row(5).click();
    await panel.page.getByText('Packet 5').waitFor();
    panel.store.clear();
    for (const frame of traffic(3)) panel.store.add(frame);
    await panel.changed({ session: 'two' });
    await tests.eventually(
      'three packets',
      async () => (await panel.grid.getAttribute('aria-rowcount')) === '4',
    );
    await panel.page.getByText('Select a packet').waitFor();
  });

  it('shows a frame of 64 KiB without drawing all of it', async () => {
    await open(0);
    const [big] = traffic(1);
    panel.store.add({ ...big!, bytes: new Uint8Array(65_000).fill(0x41), length: 65_000 });
    await panel.changed();
    await panel.row(1).click();
    await panel.page.locator('#byte-0').waitFor();
    assert.ok((await panel.page.locator('.bytes .line').count()) < 100);
    await panel.bytes.focus();
    await press('End');
    await panel.page.locator('#byte-64999').waitFor();
  });

  for (const theme of ['dark', 'light', 'high-contrast'] as ThemeName[])
    it(`looks right in the ${theme} theme`, async () => {
      await open(10_000, { theme });
      await panel.row(1).waitFor();
      await panel.changed({ current: 8 });
      await panel.row(8).waitFor();
      await panel.page.getByRole('treeitem', { name: /^Transmission Control Protocol/ }).waitFor();
      await panel.row(7).hover();
      await panel.page.getByRole('treeitem', { name: 'Destination Port: 9000' }).click();
      await panel.grid.focus();
      await tests.screenshot(theme);
    });

  it('puts the details beside the list in a flat panel', async () => {
    await open(1_000, { width: 1248, height: 300 });
    await panel.row(1).waitFor();
    assert.ok(
      (await panel.grid.boundingBox())!.width > 1200,
      'without a selection the list has all the room',
    );
    await tests.screenshot('flat-list');
    await panel.row(3).click();
    await panel.page.getByText('Packet 3').waitFor();
    const [list, details] = [await panel.grid.boundingBox(), await panel.tree.boundingBox()];
    assert.ok(list!.x + list!.width <= details!.x);
    const bar = panel.page.getByRole('separator');
    assert.equal(await bar.getAttribute('aria-orientation'), 'vertical');
    await tests.screenshot('flat');
    await bar.focus();
    await press('ArrowRight', 'ArrowRight');
    assert.ok((await panel.grid.boundingBox())!.width > list!.width + 100);
  });

  for (const [name, width, height] of [
    ['a window of 1280 × 720', 915, 258],
    ['a window of 1600 × 1000', 1240, 270],
    ['a tall panel', 915, 620],
  ] as const)
    it(`shows time, ends, protocol, length and the info's "Len=" in ${name}, with details`, async () => {
      await open(30, { width, height });
      await panel.row(5).waitFor();
      const withoutDetails = await panel.cellsInFull(5);
      assert.equal(withoutDetails.get('time'), '0.000050000');
      assert.equal(withoutDetails.get('source'), '127.0.0.1:9000');
      assert.equal(withoutDetails.get('destination'), '127.0.0.1:40000');
      await panel.row(5).click();
      await panel.page.getByText('Packet 5').waitFor();
      await tests.screenshot(`size-${width}-${height}`);
      const cells = await panel.cellsInFull(5);
      assert.equal(cells.get('time'), '0.000050000');
      assert.equal(cells.get('protocol'), 'TCP');
      assert.equal(cells.get('length'), '99');
      assert.ok(cells.get('ends') === '9000 → 40000' || cells.get('source') === '127.0.0.1:9000');
      assert.match(cells.get('info') ?? '', /^\[PSH, ACK\] Seq=1 Ack=36 Win=65536 Len=33/);
      assert.equal(cells.get('direction'), undefined);
      const bar = await panel.page.locator('.details .bar').boundingBox();
      assert.ok(bar!.height < 36, `the bar over the details takes ${bar!.height} pixels`);
    });

  it('shows the direction where packets differ in it, and addresses where they do', async () => {
    await open(3);
    const [first] = traffic(1, 4);
    panel.store.add({ ...first!, direction: 'in' });
    panel.store.add({ ...frame(udp({ from: '10.0.0.1:7', to: '10.0.0.2:53' }), 5, 5e5), direction: 'in' });
    await panel.changed();
    await panel.row(5).click();
    await panel.page.setViewportSize({ width: 915, height: 258 });
    await tests.eventually('the two columns', async () => {
      const cells = await panel.cellsInFull(5);
      return cells.get('direction') === 'in' && cells.get('ends') === '10.0.0.1:7 → 10.0.0.2:53';
    });
    await tests.screenshot('two-hosts');
  });

  it("leads to a packet's sending, also of one that was lost; of one from outside there is none", async () => {
    await open(0);
    const [sent, second] = traffic(2);
    panel.store.add({ ...sent!, fate: 'lost' });
    panel.store.add({ ...second!, direction: 'in' });
    await panel.changed();
    const item = panel.page.getByRole('menuitem', { name: 'Go to Its Sending' });
    const details = (number: number) => panel.page.getByText(`Packet ${number}`, { exact: true }).waitFor();
    await panel.row(1).click();
    await details(1);
    await panel.row(1).click({ button: 'right' });
    await item.click();
    await tests.eventually('the moment asked for', async () => panel.sentOf('goToSending').length === 1);
    assert.equal(panel.sentOf('goToSending')[0]!.number, 1);
    await panel.row(2).click();
    await details(2);
    await panel.row(2).click({ button: 'right' });
    await item.waitFor();
    assert.equal(await item.isDisabled(), true);
  });

  it('says that a frame in flight is not received yet, offers to change it, and the code once it is received', async () => {
    await open(0);
    const [sent] = traffic(1);
    panel.store.add({ ...sent!, fate: 'in flight' });
    await panel.changed();
    await panel.row(1).click();
    const button = panel.page.getByRole('button', { name: 'Not received yet' });
    await button.waitFor();
    assert.equal(await button.isDisabled(), true);
    await tests.screenshot('in-flight');
    const item = (name: string) => panel.page.getByRole('menuitem', { name });
    await panel.row(1).click({ button: 'right' });
    await item('Change It on Its Way').hover();
    await item('Drop').waitFor();
    await tests.screenshot('in-flight-menu');
    await item('Drop').click();
    await tests.eventually('the packet dropped', async () => panel.sentOf('changeFrame').length === 1);
    assert.equal(panel.sentOf('changeFrame')[0]!.how, 'drop');
    panel.store.fates.set(1, 'delivered');
    await panel.changed();
    await panel.page.getByRole('button', { name: 'Received by…' }).click();
    await tests.eventually('the code asked for', async () => panel.sentOf('goToCode').length === 1);
  });

  it('asks for what its menu does to a frame in flight, and with a copy of any', async () => {
    await open(0);
    const [first, second] = traffic(2);
    panel.store.add({ ...first!, fate: 'in flight' });
    panel.store.add(second!);
    await panel.changed();
    const item = (name: string) => panel.page.getByRole('menuitem', { name });
    const chosen = async (number: number) => {
      await panel.row(number).click();
      await panel.page.getByText(`Packet ${number}`, { exact: true }).waitFor();
      await panel.row(number).click({ button: 'right' });
    };
    const asked: unknown[] = [];
    for (const [name, how] of [
      ['Duplicate', 'duplicate'],
      ['Delay…', 'delay'],
      ['Let the Next One Overtake It', 'reorder'],
      ['Corrupt', 'corrupt'],
    ] as const) {
      await chosen(1);
      await item('Change It on Its Way').hover();
      await item(name).click();
      asked.push({ type: 'changeFrame', number: 1, how });
      await tests.eventually(name, async () => panel.sentOf('changeFrame').length === asked.length);
    }
    assert.deepEqual(panel.sentOf('changeFrame'), asked);
    await chosen(1);
    await item('Change It on Its Way').hover();
    await item('Edit Bytes').click();
    await tests.eventually('the bytes asked for', async () => panel.sentOf('editFrame').length === 1);
    assert.equal(panel.sentOf('editFrame')[0]!.number, 1);
    // Of one that has arrived, a copy only.
    await chosen(2);
    await item('Inject an Edited Copy…').waitFor();
    assert.equal(await item('Change It on Its Way').isDisabled(), true);
    await item('Inject an Edited Copy…').click();
    await tests.eventually('a copy asked for', async () => panel.sentOf('injectCopy').length === 1);
    assert.equal(panel.sentOf('injectCopy')[0]!.number, 2);
  });

  for (const theme of ['dark', 'light', 'high-contrast'] as ThemeName[])
    it(`has nothing that an accessibility check finds, in the ${theme} theme`, async () => {
      await open(30, { theme });
      await panel.row(5).click();
      await panel.page.getByText('Packet 5').waitFor();
      await panel.filter.fill('tcp.prot');
      await panel.page.getByRole('alert').getByText('did you mean').waitFor();
      assert.deepEqual(await panel.violations(), []);
      await panel.changed({ session: null });
      await panel.page.getByText('No packets yet').waitFor();
      assert.deepEqual(await panel.violations(), []);
    });

  it('keeps its place in a narrow side bar', async () => {
    await open(1_000, { width: 420, height: 800 });
    await panel.row(3).click();
    await panel.page.getByText('Packet 3').waitFor();
    await tests.screenshot('narrow');
  });
});
