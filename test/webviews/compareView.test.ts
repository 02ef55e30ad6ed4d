/** The page that lays two captures side by side, in a browser, with what the process that compares them answers. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { CompareReader } from '../../debug-adapter/captures/compareReader.ts';
import type { CompareProgress } from '../../debug-adapter/protocol.ts';
import { english } from '../../language/message.ts';
import { USUALLY_IGNORED } from '../../debug-adapter/packets/compare/aspects.ts';
import {
  parseFromCompare,
  parseToCompare,
  type FromCompare,
  type ToCompare,
} from '../../webviews/compare/messages.ts';
import { writeCapture } from '../support/pdml.ts';
import { conversation, type Sent } from '../support/streamStories.ts';
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

const TALK: Sent[] = Array.from({ length: 60 }, (_, at) => [at % 2 === 0 ? 'C' : 'S', `message ${at}`]);

class ComparePage {
  readonly page: Page;
  readonly complaints: string[];
  readonly close: () => Promise<void>;
  readonly sent: FromCompare[] = [];
  private readonly reader: CompareReader;
  private last: CompareProgress | undefined;

  private constructor({ page, complaints, close }: OpenedPage) {
    this.page = page;
    this.complaints = complaints;
    this.close = async () => {
      await close();
      await this.reader.close();
    };
    this.reader = new CompareReader(english, (progress) => (this.last = progress));
  }

  static async open(options: PageOptions = {}): Promise<ComparePage> {
    const opened = await openWebview('compare', options, (message) => view.receive(message));
    const view: ComparePage = new ComparePage(opened);
    await load(view.page);
    return view;
  }

  /** Compares two files, and tells the page. */
  async compare(left: string, right: string): Promise<void> {
    await this.reader.compare(left, right);
    const { left: one, right: other, summary } = this.last!;
    await this.send({
      type: 'changed',
      left: { name: 'before.pcapng', packets: one.packets },
      right: { name: 'after.pcapng', packets: other.packets },
      done: 1,
      isOver: true,
      ignored: [...USUALLY_IGNORED],
      summary: summary!,
    });
  }

  async send(message: ToCompare): Promise<void> {
    await deliver(this.page, parseToCompare(message));
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parseFromCompare(raw);
    this.sent.push(message);
    const { answers } = this.reader;
    if (message.type === 'getRows')
      await this.send({ type: 'rows', id: message.id, ...answers.rows(message) });
    else if (message.type === 'getRow')
      await this.send({ type: 'row', id: message.id, ...answers.row(message) });
    else if (message.type === 'next')
      await this.send({ type: 'difference', id: message.id, ...answers.next(message) });
    else if (message.type === 'ignore')
      await this.send({ type: 'summary', id: message.id, summary: answers.ignore(message) });
  }
}

describe('two captures side by side, in a browser', function () {
  this.timeout(60_000);
  const tests = new ViewTests('compare', ComparePage.open);
  let folder: string;
  let view: ComparePage;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-compare-'));
    await writeCapture(path.join(folder, 'before.pcapng'), conversation(TALK));
    const changed = TALK.map((one, at): Sent => (at === 40 ? ['C', 'another'] : one));
    await writeCapture(path.join(folder, 'after.pcapng'), conversation(changed.slice(0, 50)));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function open(options: PageOptions = {}): Promise<void> {
    view = await tests.open({ width: 1280, height: 720, ...options });
    await view.compare(path.join(folder, 'before.pcapng'), path.join(folder, 'after.pcapng'));
    await heading(/^Packet 44 and packet 44 differ in \d+ fields\.$/);
  }
  const heading = (text: RegExp) => view.page.getByRole('heading', { name: text }).waitFor();
  const selected = () => view.page.getByRole('row', { selected: true });

  it('show the first difference, its fields, and the others by button and key', async () => {
    await open();
    await selected().getByText('differs').waitFor({ state: 'attached' });
    const payload = view.page.getByRole('row', { name: /tcp\.payload/ });
    assert.match(await payload.innerText(), /TCP payload\s+tcp\.payload\s+10 bytes: 6d .*\s+7 bytes: 61/);
    await view.page.getByRole('button', { name: 'Show Packet 44 in after.pcapng' }).click();
    await tests.eventually('the packet is asked for', () =>
      view.sent.some((one) => one.type === 'goTo' && one.side === 'right' && one.number === 44),
    );
    await view.send({ type: 'step', backwards: true });
    await heading(/^Packet 63 is only in before\.pcapng: /);
    await view.page.getByRole('button', { name: 'Next Difference' }).click();
    await heading(/^Packet 44 and packet 44/);
    await view.page.getByRole('grid').focus();
    await view.page.keyboard.press('Home');
    await heading(/^Packet 1 and packet 1 are the same, but for what is ignored\.$/);
  });

  it('show differences only, and count what is no longer ignored', async () => {
    await open();
    await view.page.getByRole('checkbox', { name: 'Only differences' }).click();
    const rows = view.page.getByRole('grid').locator('.row:not([hidden])');
    await tests.eventually(
      'no other rows',
      async () => (await rows.locator('.state .codicon').count()) === (await rows.count()),
    );
    await view.page.getByRole('checkbox', { name: 'Times' }).click();
    await tests.eventually('the process compares again', () =>
      view.sent.some((one) => one.type === 'ignore' && !one.ignored.includes('times')),
    );
    await view.page.getByText(/^Differences: \d+ in \d+ rows/).waitFor();
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`have nothing that axe finds wrong, ${theme}`, async () => {
      await open({ theme });
      assert.deepEqual(await violationsOf(view.page), []);
      await tests.screenshot(theme);
    });
});
