/** The sequence diagram in a real browser. */
import assert from 'node:assert/strict';
import { handshake } from './support/handshake.ts';
import { PicturesPage } from './support/picturesPage.ts';
import { THEMES, type ThemeName } from './support/themes.ts';
import { ViewTests } from './support/viewTests.ts';

const STATE = { picture: 'sequence', asTable: false };

describe('the sequence diagram, in a browser', function () {
  this.timeout(120_000);
  const tests = new ViewTests('sequence', PicturesPage.open);
  let view: PicturesPage;

  const open = async (options: { theme?: ThemeName; lost?: boolean } = {}) => {
    view = await tests.open({
      width: 1280,
      height: 640,
      state: STATE,
      theme: options.theme ?? 'dark',
    });
    await view.stopped({ picture: 'sequence', ...handshake({ lost: options.lost ?? false }) });
    await drawing().getByText('client [pid 101]').waitFor();
  };
  const drawing = () => view.page.getByRole('group', { name: 'Sequence diagram' });
  const sentence = () => view.page.locator('.sequence [role=status]');

  it('fits the handshake on one page: every packet with its label, every call and state', async () => {
    await open();
    const texts = await drawing().locator('text').allTextContents();
    for (const text of [
      'connect(3, 127.0.0.1:8080)',
      'SYN_SENT',
      'SYNSeq=0asks for a connection',
      'SYN-ACKSeq=0 Ack=1agrees, and asks in its turn',
      'SYN queue 1 · accept queue 0 of 3',
      'accept() = 4',
    ])
      assert.ok(texts.includes(text), `no "${text}" in ${texts.join(' | ')}`);
    const fits = await drawing().evaluate((place) => place.scrollHeight <= place.clientHeight);
    assert.ok(fits, 'it has to be scrolled');
  });

  it('goes from one thing to the next by keyboard, says each in a sentence, and leads to packet and code', async () => {
    await open();
    await drawing().focus();
    await view.page.keyboard.press('Home');
    await sentence().filter({ hasText: 'server calls listen(3, 2) = 0. t = 0.000 000 s, event 1' }).waitFor();
    for (let i = 0; i < 6; i++) await view.page.keyboard.press('ArrowDown');
    await sentence()
      .filter({ hasText: 'Packet 1, client → server: SYN Seq=0 (asks for a connection)' })
      .waitFor();
    await view.page.keyboard.press('Enter');
    await tests.eventually('the packet is shown', () => view.sentOf('revealPacket').length === 1);
    assert.equal(view.sentOf('revealPacket')[0]!.number, 1);
    await view.page.getByRole('button', { name: 'Receiving Code' }).click();
    await tests.eventually('the code is shown', () => view.sentOf('goToCode').length === 1);
    assert.deepEqual(view.sentOf('goToCode')[0], { type: 'goToCode', number: 1, which: 'received' });
  });

  it('a click chooses a packet; NICs stand between the ends; it is copied as Mermaid text and saved as SVG', async () => {
    await open({ lost: true });
    await drawing().getByText('SYN-ACK').click();
    await sentence().filter({ hasText: 'Packet 3' }).waitFor();
    await view.page.getByRole('checkbox', { name: 'NICs' }).click();
    await drawing().getByText('lo', { exact: true }).waitFor();
    await tests.screenshot('lost-nics');
    await view.page.getByRole('button', { name: 'Copy as Mermaid text' }).click();
    await tests.eventually('the text is copied', () => view.sentOf('copy').length === 1);
    assert.match(view.sentOf('copy')[0]!.text, /^sequenceDiagram\n {2}participant P1 as client/);
    await view.page.getByRole('button', { name: 'Save as SVG' }).click();
    await tests.eventually('the drawing is saved', () => view.sentOf('save').length === 1);
    const { text } = view.sentOf('save')[0]!;
    for (const word of ['client [pid 101]', 'SYN_SENT', '1 s', 'time (s)'])
      assert.ok(text.includes(word), word);
    assert.ok(!text.includes('var(--'), 'colours are those of the theme');
  });

  it('leads from a call, its sleep and a state to their code, and to any event of a run that is paused', async () => {
    await open();
    await drawing().locator('.chip', { hasText: 'SYN_SENT' }).click({ button: 'right' });
    await view.page.getByRole('menuitem', { name: 'Show Code' }).click();
    await tests.eventually('the code is shown', () => view.sentOf('goToEventCode').length === 1);
    const title = '127.0.0.1:40000 → 127.0.0.1:8080 of client: CLOSE → SYN_SENT.';
    assert.deepEqual(view.sentOf('goToEventCode')[0], { type: 'goToEventCode', event: 11, title });
    await drawing().locator('.sleep').first().click();
    await sentence().filter({ hasText: 'server sleeps in accept() for 30 µs. ' }).waitFor();
    await drawing().focus();
    await view.page.keyboard.press('Enter');
    await drawing().getByText('accept() = 4').dblclick();
    await tests.eventually('the code is shown', () => view.sentOf('goToEventCode').length === 3);
    assert.deepEqual(
      view.sentOf('goToEventCode').map(({ event }) => event),
      [11, 5, 4],
    );
    await view.page.getByRole('button', { name: 'Function Graph' }).click();
    await tests.eventually('its calls are wanted', () => view.sentOf('showFunctionGraph').length === 1);
    assert.equal(view.sentOf('showFunctionGraph')[0]!.from, 4);
    await drawing().focus();
    await view.page.keyboard.press('Shift+F10');
    await tests.screenshot('menu');
    await view.page.getByRole('menuitem', { name: 'Go to Event' }).click();
    await tests.eventually('the moment is wanted', () => view.sentOf('goToEvent')[0]?.event === 60);
    await view.send({ type: 'changed', session: 'one', running: true });
    await view.page.getByRole('button', { name: 'Go to Event', disabled: true }).waitFor();
  });

  it('asks for one connection, and for what was left out', async () => {
    view = await tests.open({ width: 1280, height: 640, state: STATE });
    const base = handshake();
    const [one] = base.connections;
    const connections = [one!, { ...one!, id: 'TCP c d', label: 'TCP 127.0.0.1:40001 → 127.0.0.1:8080' }];
    await view.stopped({
      picture: 'sequence',
      ...base,
      connections,
      leftOut: 12,
      begins: { event: 10, timeNs: 0 },
    });
    await view.page.getByText('from 0.000 000 s on, 12 earlier ones left out').waitFor();
    await view.page.getByRole('combobox', { name: 'Connection' }).selectOption({ index: 2 });
    const last = () => view.wantedOf('sequence').at(-1);
    await tests.eventually('one connection is asked for', () => last()?.connection === 'TCP c d');
    await view.page.getByRole('button', { name: 'Earlier' }).click();
    await tests.eventually('what came before is asked for', () => last()?.to === 9);
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`has nothing that an accessibility check finds, in the ${theme} theme`, async () => {
      await open({ theme });
      await drawing().focus();
      await view.page.keyboard.press('PageDown');
      await tests.screenshot(theme);
      assert.deepEqual(await view.violations(), []);
      await view.page.getByRole('checkbox', { name: 'As table' }).click();
      await view.page.getByRole('table').waitFor();
      assert.deepEqual(await view.violations(), []);
    });
});
