// A sample of Node programs, followed by its comment in the real VS Code, whose Node is another than the tests' own.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { lineOf } from '../debug-adapter/support/lesson.ts';
import { nodeSample } from '../support/samples.ts';
import { Workbench } from './support/workbench.ts';

describe('the slow reader', function () {
  this.timeout(240_000);
  const sample = nodeSample('slow-reader');
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({ files: path.dirname(sample.server), expect: 'server.mjs' });
    await code.page.setViewportSize({ width: 1280, height: 720 });
    await code.openFile('server.mjs');
    await code.codeLenses();
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('is found at the fourth stop: each place where bytes wait says so', async () => {
    await code.debug.setBreakpoint(lineOf(sample.server, 'server: waits'));
    await code.debug.start();
    await code.debug.stopped();
    await code.packets.list.filter({ hasText: '[TCP Window Full]' }).first().waitFor();
    const moment = code.page.locator('.statusbar-item[id="sockscope.sockscope.sockscope.moment"]');
    for (let stop = 2; stop <= 4; stop++) {
      const before = await moment.innerText();
      // The button is there only when VS Code knows that it stands: a key may be pressed too early.
      await code.debug.press('continue');
      await code.debug.waitUntil(`stop ${stop}`, async () => {
        const isElsewhere = (await moment.count()) > 0 && (await moment.innerText()) !== before;
        return isElsewhere && (await code.debug.top()).startsWith('fill ') ? true : undefined;
      });
    }
    await code.packets.list.filter({ hasText: '[TCP ZeroWindow]' }).first().waitFor();
    const sockets = code.tree('Sockets');
    await sockets.show({ alone: true });
    await sockets.waitFor(/queues\W*receive 1/);
    // The rows are drawn anew at each stop.
    await code.page.waitForTimeout(1000);
    await sockets.expand(/fd 6/);
    await sockets.waitFor(/queues\W*write 4/);
    await sockets.waitFor(/timers\W*window probe in/);
    await code.screenshot('slow-reader');
    await code.debug.stop();
  });

  it('that cannot be loaded says why, even where the Debug Console is hidden', async () => {
    await appendFile(path.join(code.workspace, 'server.mjs'), "import './no-such.mjs';\n");
    await code.command('Sockscope: Run Again');
    // With its test driver VS Code pops nothing up: what would is in the list.
    await code.page
      .getByText(/cannot import/)
      .first()
      .waitFor({ state: 'attached' });
    await code.command('Notifications: Show Notifications');
    const message = code.page.locator('.notifications-center', { hasText: 'cannot import' });
    await message.waitFor();
    await code.screenshot('cannot-be-loaded');
    assert.match(await message.innerText(), /server\.mjs:\d+:8: cannot import '\.\/no-such\.mjs'/);
    await message.getByText('Show Debug Console').click();
    await code.page.locator('.repl').getByText('cannot import').waitFor();
  });
});
