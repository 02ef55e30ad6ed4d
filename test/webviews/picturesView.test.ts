import assert from 'node:assert/strict';
import { handshake, overflowing } from './support/pictureData.ts';
import { PicturesPage } from './support/picturesPage.ts';
import { THEMES, type ThemeName } from './support/themes.ts';
import { ViewTests } from './support/viewTests.ts';

const SENTENCE = /client3's request stays in the SYN queue: the accept queue is full/;

describe('the Pictures view, in a browser', function () {
  this.timeout(120_000);
  const tests = new ViewTests('pictures', PicturesPage.open);
  let view: PicturesPage;

  it('says what would fill it, and offers the commands', async () => {
    view = await tests.open({ height: 250 });
    await view.send({ type: 'changed', running: false });
    await view.page.getByText('Nothing to draw yet').waitFor();
    await view.page.getByRole('button', { name: 'Debug the Open Scenario' }).click();
    await view.page.getByRole('button', { name: 'Open Sample…' }).click();
    await tests.eventually('two commands', () => view.sentOf('run').length === 2);
    assert.deepEqual(
      view.sentOf('run').map(({ command }) => command),
      ['startDebugging', 'openSample'],
    );
    await view.stopped({ picture: 'queues', listeners: [] });
    await view.page.getByText('No socket listens').waitFor();
  });

  it('draws the two queues, with a sentence about the last change; chips lead to socket and packets', async () => {
    view = await tests.open({ width: 1230, height: 230 });
    await view.stopped(overflowing());
    await view.page.getByRole('status').filter({ hasText: SENTENCE }).waitFor();
    await view.page.waitForTimeout(400);
    await tests.screenshot('queues');
    await view.page.getByRole('link', { name: /^client3, .* in the SYN queue/ }).click();
    await view.page.getByRole('link', { name: 'Packets of client1' }).focus();
    await view.page.keyboard.press('Enter');
    await tests.eventually('both links', () => view.sentOf('showPackets').length === 1);
    assert.deepEqual(view.sentOf('revealSocket'), [{ type: 'revealSocket', socket: 'sock:40003' }]);
    assert.equal(view.sentOf('showPackets')[0]!.filter, 'tcp.port == 40001');
    await view.page.getByRole('button', { name: 'Show the Listener in the Sockets Tree' }).click();
    await tests.eventually('the listener', () => view.sentOf('revealSocket').length === 2);
  });

  it('draws the queues one above the other in a side bar, every chip of them', async () => {
    view = await tests.open({ width: 300, height: 560 });
    await view.stopped(overflowing());
    await view.page.getByRole('link', { name: /^client3, / }).waitFor();
    assert.equal(await view.page.locator('.chip').count(), 3);
    await view.page.waitForTimeout(400);
    await tests.screenshot('queues-narrow');
  });

  const showStates = async () => {
    await view.stopped(handshake());
    await view.page.getByRole('tab', { name: 'States' }).click();
    await view.page.getByRole('button', { name: /^SYN_SENT: 1 socket\./ }).waitFor();
    await view.page.waitForTimeout(400);
  };

  it('draws each socket in its state, and lists those of a state', async () => {
    view = await tests.open({ width: 915, height: 280 });
    await showStates();
    const sentence = 'client :40001→:8080: SYN_SENT → ESTABLISHED, right now: the SYN-ACK comes';
    await view.page.getByRole('status').filter({ hasText: sentence }).waitFor();
    assert.equal(await view.page.locator('.dot').count(), 15);
    await tests.screenshot('states');
    await view.page.getByRole('button', { name: /^NEW_SYN_RECV: 1 socket\./ }).focus();
    await view.page.keyboard.press('Enter');
    await view.page.getByRole('heading', { name: 'NEW_SYN_RECV: 1 socket' }).waitFor();
    await view.page.getByRole('button', { name: 'server :8080 ← :40001' }).click();
    await tests.eventually('the socket', () => view.sentOf('revealSocket')[0]?.socket === 'sock:3');
    await tests.screenshot('states-list');
    await view.page.setViewportSize({ width: 320, height: 800 });
    await view.page.waitForTimeout(400);
    await tests.screenshot('states-narrow');
  });

  it('shows at which transitions the machine stops, and changes that with a click on an arrow', async () => {
    view = await tests.open({ width: 1230, height: 280 });
    await showStates();
    const common = { isNarrowed: false, source: 'breakOn' as const, condition: 'SYN_SENT -> ESTABLISHED' };
    await view.send({
      type: 'transitions',
      armed: [
        { ...common, from: 'SYN_SENT', to: 'ESTABLISHED' },
        {
          isNarrowed: true,
          to: 'CLOSE_WAIT',
          source: 'breakpointsView',
          condition: '-> CLOSE_WAIT && port == 80',
        },
      ],
    });
    await view.page
      .getByRole('button', { name: /^SYN_SENT → ESTABLISHED: .* stops here/, pressed: true })
      .waitFor();
    assert.equal(await view.page.locator('.breakpoint').count(), 2);
    assert.equal(await view.page.locator('.breakpoint.narrowed').count(), 1);
    await tests.screenshot('states-breakpoints');
    await view.page.getByRole('button', { name: /^NEW_SYN_RECV → SYN_RECV/ }).press('Enter');
    await view.page.getByRole('button', { name: /^FIN_WAIT1 → FIN_WAIT2/ }).click();
    await view.page.getByRole('button', { name: /^CLOSE_WAIT → CLOSE: a RST comes/ }).press(' ');
    await tests.eventually('three arrows', () => view.sentOf('toggleTransition').length === 3);
    assert.deepEqual(
      view.sentOf('toggleTransition').map(({ from, to }) => `${from} -> ${to}`),
      ['LISTEN -> SYN_RECV', 'FIN_WAIT1 -> FIN_WAIT2', 'CLOSE_WAIT -> CLOSE'],
    );
    // Linux reports no change of a socket's state where a request is made.
    assert.equal(await view.page.getByRole('button', { name: /^LISTEN → NEW_SYN_RECV/ }).count(), 0);
  });

  it('saves a drawing with the colours of the theme, and its table', async () => {
    view = await tests.open({ width: 1230, height: 280 });
    await showStates();
    await view.page.getByRole('button', { name: 'Save as SVG' }).click();
    await view.page.getByRole('button', { name: 'Save as CSV' }).click();
    await tests.eventually('two files', () => view.sentOf('save').length === 2);
    const [drawing, table] = view.sentOf('save');
    assert.match(drawing!.text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="1230"/);
    assert.match(drawing!.text, /fill="rgb\(24, 24, 24\)"/);
    assert.doesNotMatch(drawing!.text, /var\(|class=/);
    assert.equal(table!.text.split('\r\n')[1], 'SYN_SENT,client :40001→:8080,');
    assert.equal(table!.name, 'states');
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`has nothing that an accessibility check finds, in the ${theme} theme`, async () => {
      view = await tests.open({ theme, width: 1230, height: 230 });
      await view.stopped(overflowing());
      await view.page.getByRole('status').filter({ hasText: SENTENCE }).waitFor();
      await view.page.waitForTimeout(400);
      await tests.screenshot(`queues-${theme}`);
      assert.deepEqual(await view.violations(), []);
      await view.page.getByRole('checkbox', { name: 'As table' }).click();
      await view.page.getByRole('table').waitFor();
      assert.deepEqual(await view.violations(), []);
      await view.page.getByRole('checkbox', { name: 'As table' }).click();
      await showStates();
      await view.page.getByRole('button', { name: /^TIME_WAIT: 12 sockets/ }).press('Enter');
      await tests.screenshot(`states-${theme}`);
      assert.deepEqual(await view.violations(), []);
    });
});
