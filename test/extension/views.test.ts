// In the real VS Code, against an adapter with made-up answers: what the trees and the Packets panel do with them.
import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

describe('the views', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({
      files: path.join(root, 'test/extension/fixtures/editor'),
      expect: 'hello.ts',
      adapter: path.join(root, 'dist/test/extension/support/mockAdapter.js'),
    });
    await code.openFile('hello.ts');
    await code.debug.start();
    await code.debug.stopped();
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(this.currentTest.title);
  });

  it('F5 in a scenario starts it at once, without a question and without a launch.json', async () => {
    assert.match((await code.debug.rows()).join('\n'), /client \[pid 101\]/);
  });

  it("shows the adapter's tree and keeps open what was opened", async () => {
    const sockets = code.tree('Sockets');
    await sockets.show({ alone: true });
    await sockets.expand('fd 3');
    await sockets.waitFor('skc_state');
    assert.equal(
      await sockets.text(),
      [
        'server [pid 100]',
        '  fd 3 TCP 127.0.0.1:8080 LISTEN · accept queue 1 of 2',
        '    srtt_us 40 µs',
        '    skc_state TCP_LISTEN (10)',
      ].join('\n'),
    );
    await code.screenshot('views-tree');
  });

  it('marks what changed since the previous stop', async () => {
    await code.tree('Sockets').show();
    await code.page.keyboard.press('F10');
    await code.debug.waitUntil('a marked row', async () => ((await changed()).length > 0 ? true : undefined));
    assert.deepEqual(await changed(), ['srtt_us •40 µs']);
    await code.screenshot('views-tree-changed');
  });

  it('writes values behind the lines', async () => {
    const line = code.page.locator('.editor-instance .view-line', { hasText: 'console.log' });
    await line.filter({ hasText: 'address.port = 8080' }).waitFor();
    assert.match(await line.innerText(), /AF_INET\s=\s2/);
    await code.screenshot('views-inline-values');
  });

  it('sets a value, and says at the input what is wrong with one', async () => {
    await code.tree('Sockets').choose('srtt_us', 'Set Value…');
    const input = code.quickInput.locator('input');
    await input.fill('soon');
    await code.page.keyboard.press('Enter');
    await code.quickInput.getByText('must be a whole number of microseconds, got "soon"').waitFor();
    await code.screenshot('views-set-value');
    await input.fill('90');
    await code.page.keyboard.press('Enter');
    assert.match(await code.tree('Sockets').waitFor('90 µs'), /srtt_us/);
  });

  it("breaks on a socket's transitions, and no more", async () => {
    await code.tree('Sockets').choose('fd 3', 'Break on This Socket');
    await code.tree('Sockets').choose('fd 3', "Don't Break on This Socket");
  });

  it("reveals a socket's packets in the panel", async () => {
    await code.tree('Sockets').choose('fd 3', 'Reveal in Packets');
    await code.packets.list.first().waitFor();
    await code.screenshot('views-packets');
    assert.match((await code.packets.rows()).join('\n'), /40312 .*8080 TCP 66 \[ACK\]/);
  });

  async function changed(): Promise<string[]> {
    return (await code.tree('Sockets').rows()).filter((row) => row.changed).map((row) => row.text);
  }
});
