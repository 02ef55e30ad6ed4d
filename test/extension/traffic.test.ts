// In the real VS Code, on the real machine: ten thousand packets.
import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

const CONNECTED_LINE = 18;
const LAST_LINE = 23;
const PACKETS = 10_006;
/** Elements that a screen of rows may take. */
const MOST_ROWS = 100;

describe('ten thousand packets', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({
      files: path.join(root, 'test/extension/fixtures/traffic'),
      expect: 'traffic.ts',
    });
    await code.openFile('traffic.ts');
    await code.debug.setBreakpoint(CONNECTED_LINE);
    await code.debug.setBreakpoint(LAST_LINE);
    await code.debug.start();
    await code.debug.stopped();
    await code.packets.show();
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('are listed while they come, without gaps, to the newest', async () => {
    await code.packets.list.filter({ hasText: '[SYN]' }).first().waitFor();
    await code.debug.press('continue');
    const seen: number[] = [];
    await code.debug.waitUntil('the last packet', async () => {
      const numbers = await code.packets.numbersInView();
      assert.ok(!numbers.includes(0), `a row without a packet among ${numbers.join(' ')}`);
      const last = numbers.at(-1) ?? 0;
      if (last !== seen.at(-1)) seen.push(last);
      if (seen.length === 4) await code.screenshot('traffic-1-running');
      return last === PACKETS ? true : undefined;
    });
    assert.ok(seen.length > 3, `the list moved on only to ${seen.join(', ')}`);
    await code.debug.stopsOn(/paused on breakpoint/i);
    await code.screenshot('traffic-2-stopped');
  });

  it('scroll from end to end, on as many elements as a screen holds', async () => {
    const frameMs = await code.packets.scrollThrough(60);
    const median = frameMs.sort((a, b) => a - b)[frameMs.length >> 1]!;
    console.log(`      median frame ${median.toFixed(1)} ms, longest ${frameMs.at(-1)!.toFixed(1)} ms`);
    await code.debug.waitUntil('the first packet', async () =>
      (await code.packets.numbersInView())[0] === 1 ? true : undefined,
    );
    await code.screenshot('traffic-3-scrolled');
    const rows = await code.packets.frame.locator('[role=row]').count();
    assert.ok(rows < MOST_ROWS, `${rows} elements`);
  });

  it('are filtered', async () => {
    const filter = code.packets.frame.getByRole('textbox', { name: 'Filter' });
    await filter.fill('frame.number > 5000 && tcp.len == 9');
    await filter.press('Enter');
    let panel = '';
    const isFiltered = async () => {
      panel = await code.packets.text();
      return /[\d,]+ of 10,006 packets/.test(panel) ? true : undefined;
    };
    await code.debug.waitUntil(() => `fewer packets in the panel "${panel}"`, isFiltered);
    await code.debug.waitUntil('the first that matches', async () =>
      ((await code.packets.numbersInView())[0] ?? 0) > 5000 ? true : undefined,
    );
    await code.screenshot('traffic-4-filtered');
  });
});
