// The Packets panel, a webview.
import type { FrameLocator, Locator } from 'playwright-core';
import { ignoreTimeout } from './contextMenu.ts';
import type { Workbench } from './workbench.ts';

export class PacketsView {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** Opens the panel and waits until its page is there. */
  async show(): Promise<void> {
    await this.#workbench.command('View: Focus on Packets View');
    await this.frame.locator('body').waitFor();
  }

  /** The document inside VS Code's two frames. */
  get frame(): FrameLocator {
    return this.#workbench.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  get list(): Locator {
    return this.frame.locator('[role=row]:not([hidden])');
  }

  /** Chooses an entry of the context menu of the first packet with a text. */
  async choose(packet: string, entry: string): Promise<void> {
    const item = this.frame.getByRole('menuitem', { name: entry });
    // What VS Code shows of its own at a stop takes the focus, and the menu is gone then.
    await this.#workbench.debug.waitUntil(`"${entry}" in the menu of "${packet}"`, async () => {
      await this.list.filter({ hasText: packet }).first().click();
      await this.#workbench.page.keyboard.press('Shift+F10');
      return item
        .click({ timeout: 3000 })
        .then(() => true as const)
        .catch(ignoreTimeout);
    });
  }

  /** The packets that can be seen, a line each. */
  async rows(): Promise<string[]> {
    return (await this.list.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  }

  /** Numbers of the packets in view, from the top, as the next frame shows them; 0 for a row whose packet is not here yet. */
  numbersInView(): Promise<number[]> {
    return this.#evaluate<number[]>(`new Promise((done) => requestAnimationFrame(() => {
      const list = document.querySelector('.list').getBoundingClientRect();
      done([...document.querySelectorAll('.list .row:not([hidden])')]
        .map((row) => ({ top: row.getBoundingClientRect().top, number: Number(row.querySelector('.number').textContent) }))
        .filter(({ top }) => top >= list.top + 20 && top < list.bottom - 20)
        .sort((a, b) => a.top - b.top).map(({ number }) => number));
    }))`);
  }

  /** Scrolls from the end to the top in so many steps, one a frame. @returns how long each frame took, in ms */
  scrollThrough(steps: number): Promise<number[]> {
    return this.#evaluate<number[]>(`new Promise((done) => {
      const list = document.querySelector('.list');
      const took = [];
      let step = ${steps}, before = performance.now();
      const frame = () => {
        const now = performance.now();
        took.push(now - before);
        before = now;
        if (step < 0) return done(took);
        list.scrollTop = list.scrollHeight * step-- / ${steps};
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    })`);
  }

  #evaluate<T>(expression: string): Promise<T> {
    return this.frame.locator(':root').evaluate((_, text) => (0, eval)(text) as T, expression);
  }

  /** The whole panel's text. */
  async text(): Promise<string> {
    return (await this.frame.locator('body').innerText()).trim();
  }
}
