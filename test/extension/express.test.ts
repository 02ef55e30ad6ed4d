// An unmodified Express app in the real VS Code, while a real curl of this computer waits for its answer.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from './support/scripts.ts';
import type { TreePane } from './support/treePane.ts';
import { Workbench } from './support/workbench.ts';

/** It needs the package, so it is debugged where it is. */
const FOLDER = path.join(root, 'test/extension/fixtures/express');
const URL = 'http://127.0.0.1:48080/hello/world';
/** `response.json(…)` in the handler. */
const ANSWER = 10;

describe('an Express app', function () {
  this.timeout(240_000);
  let code: Workbench;
  let sockets: TreePane;
  let answer: Promise<string>;
  let isAnswered = false;

  before(async () => {
    code = await Workbench.open({ files: FOLDER, inPlace: true, expect: 'app.mjs' });
    await code.page.setViewportSize({ width: 1280, height: 720 });
    sockets = code.tree('Sockets');
    await code.openFile('app.mjs');
    // Breakpoints can be set once VS Code knows the extension.
    await code.codeLenses();
    await code.debug.setBreakpoint(ANSWER);
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('stops in its handler when curl asks, and curl waits', async () => {
    await code.debug.start();
    await code.page.locator('.repl').getByText('listening on port 3000').waitFor();
    const curl = spawn('curl', ['-sS', '-m', '120', URL]);
    answer = Promise.all([text(curl.stdout), text(curl.stderr)]).then(([out, err]) => {
      isAnswered = true;
      return out + err;
    });
    await code.debug.stopped();
    assert.match(await code.debug.top(), /^\(anonymous\) app\.mjs 10:/);
    assert.equal(isAnswered, false);
    await code.screenshot('express-1-handler');
  });

  it('a step into response.json() leads into __sys_sendto, the handler below it', async () => {
    assert.match(await code.debug.step('into'), /^__sys_sendto net\/socket\/syscalls\.ts/);
    assert.match(await code.debug.wholeStack(), /^\(anonymous\) app\.mjs 10:/m);
    await code.screenshot('express-2-sendto');
  });

  it('has its connection among the sockets, and its packets beside it: the picture of the README', async () => {
    await code.page.setViewportSize({ width: 1600, height: 1000 });
    await code.widenSideBar(420);
    await sockets.show({ alone: true });
    await sockets.waitFor(/:3000\W*LISTEN/);
    await sockets.waitFor(/ESTABLISHED/);
    await code.showPane('Call Stack');
    await code.packets.show();
    await code.packets.list
      .filter({ hasText: /GET \/\S* HTTP\/1.1/ })
      .first()
      .waitFor();
    // The panes glide to their places.
    await code.page.waitForTimeout(1000);
    await code.raisePane('Sockets', 370);
    // An edge is drawn in another colour while the mouse is on it.
    await code.page.mouse.move(800, 300);
    await code.image('express');
    assert.equal(isAnswered, false, 'curl waits');
  });

  it('answers curl when it goes on', async () => {
    await code.debug.press('continue');
    assert.equal(await answer, '{"hello":"world","visit":1}');
    await code.debug.stop();
  });
});
