// The Packets panel, a webview.
import type { FrameLocator, Locator } from 'playwright-core';
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
    return this.frame.locator('[role=row]');
  }

  /** The packets that can be seen, a line each. */
  async rows(): Promise<string[]> {
    return (await this.list.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  }

  /** The whole panel's text. */
  async text(): Promise<string> {
    return (await this.frame.locator('body').innerText()).trim();
  }
}
