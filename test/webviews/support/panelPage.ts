/**
 * The Packets panel in a real browser, with a made-up extension around it: the page that VS Code would show, under the same
 * content security policy, and a packet store that answers as the adapter would.
 */
import { withDrops } from '../../../debug-adapter/packets/packetRows.ts';
import { packetWithStory } from '../../../debug-adapter/packets/story.ts';
import type { Locator, Page } from 'playwright-core';
import { FilterError } from '../../../debug-adapter/packets/filter/filterError.ts';
import { completeFilter, filterFor } from '../../../debug-adapter/packets/filterRequests.ts';
import { english } from '../../../language/message.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { parseFromPanel, parseToPanel, type FromPanel, type ToPanel } from '../../../webviews/messages.ts';
import {
  deliver,
  load,
  openWebview,
  violationsOf,
  type OpenedPage,
  type PageOptions,
} from './webviewPage.ts';

export interface PanelOptions extends PageOptions {
  /** Milliseconds that each answer takes. */
  latency?: number;
}

export class PanelPage {
  readonly page: Page;
  /** What the browser complained about: must stay empty. */
  readonly complaints: string[];
  /** Everything the panel sent. */
  readonly sent: FromPanel[] = [];
  store = new PacketStore();
  readonly close: () => Promise<void>;
  private readonly latency: number;

  private constructor({ page, complaints, close }: OpenedPage, { latency = 0 }: PanelOptions) {
    this.close = close;
    this.page = page;
    this.complaints = complaints;
    this.latency = latency;
  }

  static async open(options: PanelOptions = {}): Promise<PanelPage> {
    const opened = await openWebview('packets', options, (message) => panel.receive(message));
    // Nothing is received before it has loaded.
    const panel: PanelPage = new PanelPage(opened, options);
    await load(panel.page);
    return panel;
  }

  async send(message: ToPanel): Promise<void> {
    // What the extension sends is held to the same agreement.
    await deliver(this.page, parseToPanel(message));
  }

  /** Tell the panel what the store holds now. */
  async changed(
    change: { running?: boolean; current?: number; session?: string | null } = {},
  ): Promise<void> {
    const { running = false, current, session = 'one' } = change;
    this.store.current = current;
    await this.send({
      type: 'changed',
      total: this.store.total,
      running,
      ...(session !== null && { session }),
      ...(current !== undefined && { current }),
    });
  }

  /** The messages of one type that the panel sent. */
  sentOf<T extends FromPanel['type']>(type: T): Extract<FromPanel, { type: T }>[] {
    return this.sent.filter((message): message is Extract<FromPanel, { type: T }> => message.type === type);
  }

  get grid(): Locator {
    return this.page.getByRole('grid', { name: 'Packets' });
  }
  get tree(): Locator {
    return this.page.getByRole('tree');
  }
  get bytes(): Locator {
    return this.page.getByRole('grid', { name: 'Bytes of the packet' });
  }
  get filter(): Locator {
    return this.page.getByRole('textbox', { name: 'Filter' });
  }

  /** The row of a packet, which must be in view or near it. */
  row(number: number): Locator {
    return this.grid
      .getByRole('row')
      .filter({ has: this.page.locator('.number', { hasText: new RegExp(`^${number}$`) }) });
  }

  /** What has the focus, by its ARIA label. */
  async focused(): Promise<string> {
    return (await this.page.evaluate(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName`,
    )) as string;
  }

  /** Scroll the list to a part of its height. */
  async scrollTo(share: number): Promise<void> {
    await this.page.evaluate(
      `{ const list = document.querySelector('.list'); list.scrollTop = list.scrollHeight * ${share}; }`,
    );
  }

  /** Numbers of the packets in view, from the top, as the next frame shows them. */
  async numbersInView(): Promise<number[]> {
    return (await this.page.evaluate(`new Promise((done) => requestAnimationFrame(() => {
      const list = document.querySelector('.list').getBoundingClientRect();
      done([...document.querySelectorAll('.list .row:not([hidden])')]
        .map((row) => ({ top: row.getBoundingClientRect().top, number: Number(row.querySelector('.number').textContent) }))
        .filter(({ top }) => top >= list.top + 20 && top < list.bottom - 20)
        .sort((a, b) => a.top - b.top).map(({ number }) => number));
    }))`)) as number[];
  }

  /** The cells of a row by column, as far as they can be read: a text that is cut off ends where the cell does. */
  async cellsInFull(number: number): Promise<Map<string, string>> {
    await this.row(number).waitFor();
    const cells = (await this.page.evaluate(`(() => {
      const row = [...document.querySelectorAll('.list .row:not([hidden])')]
        .find((one) => one.querySelector('.number').textContent === '${number}');
      const list = document.querySelector('.list').getBoundingClientRect();
      return [...row.children].map((cell) => {
        const padding = parseFloat(getComputedStyle(cell).paddingRight);
        const end = Math.min(cell.getBoundingClientRect().right - padding, list.right);
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        let seen = '';
        for (let text = texts.nextNode(); text; text = texts.nextNode())
          for (let at = 0; at < text.length; at++) {
            const range = document.createRange();
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            const { width, right } = range.getBoundingClientRect();
            if (width > 0 && right <= end + 0.5) seen += text.data[at];
          }
        return [cell.classList[1], seen];
      });
    })()`)) as [string, string][];
    return new Map(cells.filter(([, text]) => text !== ''));
  }

  /** What axe finds wrong with the page, a line each. */
  violations(): Promise<string[]> {
    return violationsOf(this.page);
  }

  /** The number of the selected packet, by what a screen reader would be told. */
  async selected(): Promise<number | null> {
    return (await this.page.evaluate(`(() => {
      const id = document.querySelector('.list').getAttribute('aria-activedescendant');
      return id ? Number(document.getElementById(id).querySelector('.number').textContent) : null;
    })()`)) as number | null;
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parseFromPanel(raw);
    this.sent.push(message);
    if (message.type === 'annotate') {
      this.store.annotate(message);
      await this.send({ type: 'annotated' });
    }
    if (!('id' in message)) return;
    if (this.latency) await new Promise((resolve) => setTimeout(resolve, this.latency));
    await this.send(this.answer(message));
  }

  private answer(message: Extract<FromPanel, { id: number }>): ToPanel {
    const { id } = message;
    try {
      switch (message.type) {
        case 'getPacket':
          return { type: 'packet', id, ...packetWithStory(this.store, message.number, english) };
        case 'getRows': {
          const { from, count, filter, ...view } = message;
          const rows = this.store.rows(from, count, filter, view);
          const { located, currentIndex: _index, ...answer } = withDrops(this.store, rows, english);
          return { type: 'rows', id, ...answer, ...(located !== undefined && located >= 0 && { located }) };
        }
        case 'find': {
          return { type: 'found', id, ...this.store.find(message) };
        }
        case 'makeFilter':
          return { type: 'filter', id, ...filterFor(this.store, message) };
        case 'complete':
          return { type: 'completions', id, ...completeFilter(this.store, message, english) };
      }
    } catch (error) {
      const failed = { type: 'failed' as const, id, message: (error as Error).message };
      return error instanceof FilterError
        ? { ...failed, position: { start: error.start, end: error.end } }
        : failed;
    }
  }
}
