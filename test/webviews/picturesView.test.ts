import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../extension/support/scripts.ts';
import { overflowing } from './support/pictureData.ts';
import { PicturesPage } from './support/picturesPage.ts';
import { THEMES, type ThemeName } from './support/themes.ts';

const SCREENSHOTS = path.join(root, 'dist/screenshots');
const SENTENCE = /client3's request stays in the SYN queue: the accept queue is full/;

describe('the Pictures view, in a browser', function () {
  this.timeout(120_000);
  let view: PicturesPage;

  async function screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await view.page.screenshot({ path: path.join(SCREENSHOTS, `pictures-${name}.png`) });
  }
  const eventually = async (what: string, test: () => boolean) => {
    const end = Date.now() + 10_000;
    while (!test()) {
      if (Date.now() > end) assert.fail(`did not happen: ${what}`);
      await view.page.waitForTimeout(20);
    }
  };

  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
    const { complaints } = view;
    await view.close();
    assert.deepEqual(complaints, [], 'the browser has something to complain about');
  });

  it('says what would fill it, and offers the commands', async () => {
    view = await PicturesPage.open({ height: 250 });
    await view.send({ type: 'changed', running: false });
    await view.page.getByText('Nothing to draw yet').waitFor();
    await view.page.getByRole('button', { name: 'Debug the Open Scenario' }).click();
    await view.page.getByRole('button', { name: 'Open Sample…' }).click();
    await eventually('two commands', () => view.sentOf('run').length === 2);
    assert.deepEqual(
      view.sentOf('run').map(({ command }) => command),
      ['startDebugging', 'openSample'],
    );
    await view.stopped({ picture: 'queues', listeners: [] });
    await view.page.getByText('No socket listens').waitFor();
  });

  it('draws the two queues, with a sentence about the last change; chips lead to socket and packets', async () => {
    view = await PicturesPage.open({ width: 1230, height: 230 });
    await view.stopped(overflowing());
    await view.page.getByRole('status').filter({ hasText: SENTENCE }).waitFor();
    await view.page.waitForTimeout(400);
    await screenshot('queues');
    await view.page.getByRole('link', { name: /^client3, .* in the SYN queue/ }).click();
    await view.page.getByRole('link', { name: 'Packets of client1' }).focus();
    await view.page.keyboard.press('Enter');
    await eventually('both links', () => view.sentOf('showPackets').length === 1);
    assert.deepEqual(view.sentOf('revealSocket'), [{ type: 'revealSocket', socket: 'sock:40003' }]);
    assert.equal(view.sentOf('showPackets')[0]!.filter, 'tcp.port == 40001');
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`has nothing that an accessibility check finds, in the ${theme} theme`, async () => {
      view = await PicturesPage.open({ theme, width: 1230, height: 230 });
      await view.stopped(overflowing());
      await view.page.getByRole('status').filter({ hasText: SENTENCE }).waitFor();
      await view.page.waitForTimeout(400);
      await screenshot(`queues-${theme}`);
      assert.deepEqual(await view.violations(), []);
      await view.page.getByRole('checkbox', { name: 'As table' }).click();
      await view.page.getByRole('table').waitFor();
      assert.deepEqual(await view.violations(), []);
    });
});
