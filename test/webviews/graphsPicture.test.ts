/** The graphs in a real browser. */
import assert from 'node:assert/strict';
import type { GraphId } from '../../debug-adapter/protocol.ts';
import { transfer } from './support/graphsData.ts';
import { handshake } from './support/handshake.ts';
import { PicturesPage } from './support/picturesPage.ts';
import { THEMES, type ThemeName } from './support/themes.ts';
import { ViewTests } from './support/viewTests.ts';

const STATE = { picture: 'graphs', asTable: false };
/** The panel in a window of 1280×720, and all of a window of 1600×1000. */
const SIZES = { panel: { width: 920, height: 290 }, window: { width: 1600, height: 1000 } };

describe('the graphs, in a browser', function () {
  this.timeout(120_000);
  const tests = new ViewTests('graphs', PicturesPage.open);
  let view: PicturesPage;

  const open = async (
    options: { theme?: ThemeName; size?: keyof typeof SIZES; graph?: GraphId } = {},
  ): Promise<void> => {
    const { theme = 'dark', size = 'panel', graph = 'tcptrace' } = options;
    view = await tests.open({ ...SIZES[size], state: STATE, theme });
    await view.stopped(transfer('stevens'));
    await place().locator('canvas').waitFor();
    view.data.set('graphs', transfer(graph));
    await view.page.getByRole('combobox', { name: 'Graph' }).selectOption(graph);
    if (graph !== 'stevens')
      await view.page
        .getByText(graph === 'tcptrace' ? 'acknowledged' : 'cwnd')
        .first()
        .waitFor();
  };
  const place = () => view.page.getByRole('group', { name: 'Graph', exact: true });
  const sentence = () => view.page.locator('.graphs [role=status]');

  it('goes from moment to moment by keyboard, says what holds there, and leads to the packet', async () => {
    await open();
    await place().focus();
    await view.page.keyboard.press('Home');
    await sentence().filter({ hasText: 't = 0.040 000 s, event 40. Packet 4: 1 to 1449 sent' }).waitFor();
    await view.page.keyboard.press('ArrowRight');
    await sentence().filter({ hasText: 'acknowledged 1, end of the window 65,161' }).waitFor();
    await view.page.keyboard.press('Home');
    await view.page.keyboard.press('Enter');
    await tests.eventually('the packet is shown', () => view.sentOf('revealPacket').length === 1);
    assert.equal(view.sentOf('revealPacket')[0]!.number, 4);
  });

  it('asks for another graph, another end, and for a part that is zoomed into', async () => {
    await open();
    view.data.set('graphs', transfer('congestion'));
    await view.page.getByRole('combobox', { name: 'Graph' }).selectOption('congestion');
    const last = () => view.wantedOf('graphs').at(-1)!;
    await tests.eventually('the graph is asked for', () => last().graph === 'congestion');
    await view.page.getByText('ssthresh').first().waitFor();
    await view.page.getByRole('combobox', { name: 'End' }).selectOption('answers');
    await tests.eventually('the end is asked for', () => last().side === 'answers');
    assert.equal(last().fromNs, undefined);
    await place().focus();
    await view.page.keyboard.press('+');
    await tests.eventually('a part is asked for', () => (last().toNs ?? 0) > (last().fromNs ?? 0));
    assert.ok(last().fromNs! > 40_000_000 && last().toNs! < 120_000_000);
    await view.page.keyboard.press('Escape');
    await tests.eventually('all is asked for', () => last().fromNs === undefined);
  });

  it('zooms into what is marked with the mouse, and a click chooses what is near', async () => {
    await open({ size: 'window' });
    const box = (await place().locator('.u-over').boundingBox())!;
    await view.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await sentence()
      .filter({ hasText: /^t = 0\.0[78]/ })
      .waitFor();
    await view.page.mouse.move(box.x + 100, box.y + 50);
    await view.page.mouse.down();
    await view.page.mouse.move(box.x + 300, box.y + 60, { steps: 4 });
    await view.page.mouse.up();
    await tests.eventually('a part is asked for', () => view.wantedOf('graphs').at(-1)!.fromNs !== undefined);
  });

  it('shares its moment with the sequence diagram', async () => {
    await open();
    view.data.set('sequence', { picture: 'sequence', ...handshake() });
    await view.page.getByRole('tab', { name: 'Sequence' }).click();
    const sequence = view.page.getByRole('group', { name: 'Sequence diagram' });
    await sequence.getByText('client [pid 101]').waitFor();
    await sequence.focus();
    await view.page.keyboard.press('End');
    await view.page.getByRole('tab', { name: 'Graphs' }).click();
    await sentence()
      .filter({ hasText: /event \d+/ })
      .waitFor();
    await place().focus();
    await view.page.keyboard.press('Home');
    await view.page.getByRole('tab', { name: 'Sequence' }).click();
    await view.page
      .locator('.sequence [role=status]')
      .filter({ hasText: /event (2|3|4)\d\b/ })
      .waitFor();
  });

  it('is saved as SVG with its axes, lines and colours, and as CSV with its numbers', async () => {
    await open({ graph: 'congestion', size: 'window' });
    await view.page.getByRole('button', { name: 'Save as SVG' }).click();
    await tests.eventually('the drawing is saved', () => view.sentOf('save').length === 1);
    const { text } = view.sentOf('save')[0]!;
    for (const word of ['time (s)', 'segments', 'cwnd', 'ssthresh', 'in flight', 'client 127.0.0.1:40000'])
      assert.ok(text.includes(word), word);
    assert.equal(
      text.match(/<path[^>]*stroke-dasharray/g)!.length,
      4,
      'lines and their legend differ by dashes',
    );
    assert.ok(!text.includes('var(--'), 'colours are those of the theme');
    const file = await view.page.context().browser()!.newPage();
    await file.setContent(text);
    await tests.screenshot('saved', file);
    await view.page.getByRole('button', { name: 'Save as CSV' }).click();
    await tests.eventually('the table is saved', () => view.sentOf('save').length === 2);
    const [head, first] = view.sentOf('save')[1]!.text.split('\r\n');
    assert.equal(head, 'Time (s),Event,cwnd (segments),ssthresh (segments),in flight (segments)');
    assert.equal(first, '0.040000,40,10,,8');
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`has nothing that an accessibility check finds, in the ${theme} theme`, async () => {
      await open({ theme });
      await place().focus();
      await view.page.keyboard.press('PageDown');
      await tests.screenshot(theme);
      assert.deepEqual(await view.violations(), []);
      await view.page.getByRole('checkbox', { name: 'As table' }).click();
      await view.page.getByRole('table').waitFor();
      assert.deepEqual(await view.violations(), []);
    });

  for (const graph of ['stevens', 'congestion'] as const)
    for (const theme of ['dark', 'light'] as const)
      it(`${graph} in a large window, ${theme}`, async () => {
        await open({ theme, graph, size: 'window' });
        await tests.screenshot(`${graph}-${theme}-1600`);
        const height = await place().evaluate((element) => element.clientHeight);
        assert.ok(height > 800, `the graph takes the room that there is: ${height}`);
      });
});
