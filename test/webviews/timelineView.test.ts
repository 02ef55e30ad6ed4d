/** The Timeline view in a real browser. */
import assert from 'node:assert/strict';
import type { TimelineArguments, TimelineResponse } from '../../debug-adapter/protocol.ts';
import { Timeline } from '../../debug-adapter/timeline/timeline.ts';
import { THEMES, type ThemeName } from './support/themes.ts';
import { TimelinePage } from './support/timelinePage.ts';
import { timelineStory } from './support/timelineStory.ts';
import { ViewTests } from './support/viewTests.ts';

const { happenings, stop, ...marks } = timelineStory();
const timeline = new Timeline();
const answer = (wanted: TimelineArguments): TimelineResponse => ({
  ...timeline.of(happenings, 0, wanted, marks),
  stop,
});

describe('the Timeline view', function () {
  this.timeout(60_000);
  const tests = new ViewTests('timeline', (options) => TimelinePage.open(options));
  let view: TimelinePage;
  const open = async (theme: ThemeName, width: number, height: number): Promise<void> => {
    view = await tests.open({ theme, width, height });
    view.answer = answer;
    await view.stopped();
    await view.page.getByRole('slider', { name: 'Timeline' }).waitFor();
  };
  const slider = () => view.page.getByRole('slider', { name: 'Timeline' });

  it('shows the run; arrow keys and dragging go to moments, and a click chooses', async () => {
    await open('dark', 1230, 280);
    await view.page.waitForTimeout(300);
    await tests.screenshot('time');
    assert.equal(await slider().getAttribute('aria-valuenow'), String(stop.event));
    await view.page.getByRole('combobox', { name: 'Axis' }).selectOption('events');
    await tests.eventually('events', () => view.sentOf('getTimeline').at(-1)?.wanted.axis === 'events');
    await slider().focus();
    for (let i = 0; i < 8; i++) await view.page.keyboard.press('+');
    await view.page.waitForTimeout(300);
    await tests.screenshot('events');
    await view.page.keyboard.press('ArrowRight');
    await view.page.keyboard.press('ArrowRight');
    await tests.eventually('it goes', () => view.sentOf('goToEvent').length === 1);
    assert.ok(view.sentOf('goToEvent')[0]!.event > stop.event, 'of two quick keys only the last one counts');
    const { x, y, width } = (await slider().boundingBox())!;
    await view.page.mouse.move(x + width * 0.4, y + 20);
    await view.page.mouse.down();
    await view.page.mouse.move(x + width * 0.7, y + 20, { steps: 4 });
    await tests.screenshot('dragged');
    await view.page.mouse.up();
    await tests.eventually('it goes there', () => view.sentOf('goToEvent').length === 2);
  });

  it('names what is chosen, and offers what can be done with it', async () => {
    await open('dark', 1230, 280);
    await view.page.getByRole('combobox', { name: 'Axis' }).selectOption('events');
    await slider().focus();
    for (let i = 0; i < 8; i++) await view.page.keyboard.press('+');
    await view.page.waitForTimeout(300);
    const flag = answer({ axis: 'events', ...view.sentOf('getTimeline').at(-1)!.wanted });
    const { x, y, width } = (await slider().boundingBox())!;
    const at = (flag.bookmarks[0]!.event - flag.from) / (flag.to - flag.from);
    await view.page.mouse.click(x + 170 + at * (width - 184), y + 28);
    await view.page.getByText('Bookmark "before the data" ·').waitFor();
    await view.page.getByRole('button', { name: 'Rename…' }).click();
    await view.page.getByRole('button', { name: 'Remove' }).click();
    await view.page.getByRole('button', { name: 'Go There' }).click();
    await tests.eventually('all three', () => view.sentOf('goToBookmark').length === 1);
    assert.deepEqual(
      [view.sentOf('renameBookmark')[0]?.name, view.sentOf('removeBookmark')[0]?.name],
      ['before the data', 'before the data'],
    );
    await view.page.getByRole('button', { name: 'Save as SVG' }).click();
    await view.page.getByRole('button', { name: 'Save as CSV' }).click();
    await tests.eventually('two files', () => view.sentOf('save').length === 2);
    const [drawing, table] = view.sentOf('save');
    assert.doesNotMatch(drawing!.text, /var\(|class=/);
    assert.match(table!.text, /client \[101\] calls connect\(3, 10\.0\.0\.1:8080\) = 0/);
  });

  it('shows lines of output: a click names one, and leads to the event before it', async () => {
    await open('dark', 1230, 280);
    await view.page.getByRole('combobox', { name: 'Axis' }).selectOption('events');
    await tests.eventually('events', () => view.sentOf('getTimeline').at(-1)?.wanted.axis === 'events');
    await slider().focus();
    for (let i = 0; i < 8; i++) await view.page.keyboard.press('+');
    await view.page.waitForTimeout(300);
    const shown = answer({ axis: 'events', ...view.sentOf('getTimeline').at(-1)!.wanted });
    const line = shown.outputs.find(({ stream }) => stream === 'stderr')!;
    const { x, y, width } = (await slider().boundingBox())!;
    const part = (line.at.event - shown.from) / (shown.to - shown.from);
    // Above the bars of its lane.
    await view.page.mouse.click(x + 170 + part * (width - 184) + 2, y + 40 + line.lane * 30 + 15 - 10);
    await view.page.getByText('client [101] writes "is connected" ·').waitFor();
    await tests.screenshot('output');
    await view.page.getByRole('button', { name: 'Go There' }).click();
    await tests.eventually('it goes there', () => view.sentOf('goToEvent').length === 1);
    assert.equal(view.sentOf('goToEvent')[0]!.event, line.at.event);
  });

  it('of a million events stays as light as it is wide', () => {
    const many = timelineStory(14_000);
    const own = new Timeline();
    const first = own.of(many.happenings, 900_000, { columns: 400 }, many);
    const started = performance.now();
    const window = own.of(many.happenings, 900_000, { columns: 400, from: 0, to: 5e9 }, many);
    const took = performance.now() - started;
    for (const { bars, packets } of [first, window]) {
      assert.ok(bars.length <= 2 * 2 * 400, `${bars.length} bars`);
      assert.ok(packets.length <= 3000, `${packets.length} packets`);
      assert.ok(packets.reduce((sum, { count }) => sum + count, 0) >= 1000);
    }
    assert.equal(
      first.packets.reduce((sum, { count }) => sum + count, 0),
      14_006,
    );
    assert.ok(took < 250, `a window took ${Math.round(took)} ms`);
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`has nothing that an accessibility check finds, in the ${theme} theme`, async () => {
      await open(theme, 1230, 280);
      await view.page.getByRole('combobox', { name: 'Axis' }).selectOption('events');
      await slider().focus();
      for (let i = 0; i < 8; i++) await view.page.keyboard.press('+');
      await view.page.waitForTimeout(300);
      await tests.screenshot(theme);
      assert.deepEqual(await view.violations(), []);
      await view.page.getByRole('checkbox', { name: 'As table' }).click();
      await view.page.getByRole('table').waitFor();
      assert.deepEqual(await view.violations(), []);
    });
});
