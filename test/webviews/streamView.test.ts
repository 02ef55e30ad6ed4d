/** The page of a followed stream, in a browser, with a store that answers as the adapter would. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { PacketStore } from '../../debug-adapter/packets/packetStore.ts';
import {
  parseFromStream,
  parseToStream,
  type FromStream,
  type ToStream,
} from '../../webviews/streams/messages.ts';
import { conversation } from '../support/streamStories.ts';
import { THEMES, type ThemeName } from './support/themes.ts';
import { ViewTests } from './support/viewTests.ts';
import {
  deliver,
  load,
  openWebview,
  violationsOf,
  type OpenedPage,
  type PageOptions,
} from './support/webviewPage.ts';

class StreamPage {
  readonly page: Page;
  readonly complaints: string[];
  readonly close: () => Promise<void>;
  readonly sent: FromStream[] = [];
  readonly store = new PacketStore();

  private constructor({ page, complaints, close }: OpenedPage) {
    this.page = page;
    this.complaints = complaints;
    this.close = close;
  }

  static async open(options: PageOptions = {}): Promise<StreamPage> {
    const opened = await openWebview('streams', options, (message) => view.receive(message));
    const view: StreamPage = new StreamPage(opened);
    await load(view.page);
    return view;
  }

  async send(message: ToStream): Promise<void> {
    await deliver(this.page, parseToStream(message));
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parseFromStream(raw);
    this.sent.push(message);
    if (message.type !== 'getPiece') return;
    const { id, type: _type, ...question } = message;
    try {
      await this.send({ type: 'piece', id, followed: this.store.follow(question) });
    } catch (error) {
      await this.send({ type: 'failed', id, message: (error as Error).message });
    }
  }
}

describe('the page of a followed stream, in a browser', function () {
  this.timeout(60_000);
  const tests = new ViewTests('stream', StreamPage.open);
  let view: StreamPage;

  async function open(options: PageOptions = {}): Promise<void> {
    view = await tests.open({ width: 1280, height: 720, ...options });
    const talk = [
      ['C', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
      ['S', 'grüße \0 from the server'],
      ['C!', 'bye'],
    ] as const;
    for (const frame of conversation(talk)) view.store.add(frame);
    await view.send({ type: 'show', protocol: 'tcp', stream: 0 });
    await view.page.getByText('▶ Client, packet 4').waitFor();
  }
  const texts = () => view.page.locator('pre').allTextContents();

  it('shows both ends, or one, as text and in hexadecimal; a click leads to the packet', async () => {
    await open();
    assert.deepEqual(await texts(), ['GET / HTTP/1.1\nHost: a\n\n', 'grüße . from the server', 'bye']);
    await view.page.getByLabel('Which end').selectOption('client');
    await tests.eventually('the client alone', async () => (await texts()).length === 1);
    await view.page.getByLabel('Show as').selectOption('hexDump');
    assert.match((await texts())[0]!, /^00000000 {2}47 45 54 20 2f 20 48 54 {2}54 50/);
    await view.page.getByLabel('Show as').selectOption('raw');
    assert.match((await texts())[0]!, /^474554202f/);
    await view.page.getByRole('link').first().click();
    await tests.eventually('the packet is shown', () =>
      view.sent.some((one) => one.type === 'goTo' && one.number === 4),
    );
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('Enter');
    await tests.eventually('the next, too', () =>
      view.sent.some((one) => one.type === 'goTo' && one.number === 6),
    );
  });

  it('finds, saves, copies, and refuses a stream that is not there', async () => {
    await open();
    const field = view.page.getByRole('textbox', { name: 'Find' });
    await field.fill('SERVER');
    await field.press('Enter');
    await tests.eventually(
      'it is marked',
      async () => (await view.page.evaluate(`CSS.highlights.has('found')`)) === true,
    );
    await field.fill('nothing of the kind');
    await field.press('Enter');
    await view.page.getByText('“nothing of the kind” is not in the stream').waitFor();
    await view.page.getByRole('button', { name: 'Save As…' }).click();
    await view.page.getByRole('button', { name: 'Copy' }).click();
    await tests.eventually('copied', () =>
      view.sent.some((one) => one.type === 'copy' && one.text.includes('bye')),
    );
    assert.ok(view.sent.some((one) => one.type === 'save' && one.direction === 'both'));
    await view.page.getByRole('button', { name: 'Next stream' }).click();
    await view.page.getByText('Write a number from 0 to 0').waitFor();
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`has nothing that axe finds wrong, ${theme}`, async () => {
      await open({ theme });
      assert.deepEqual(await violationsOf(view.page), []);
      await tests.screenshot(theme);
    });
});
