/** What all tests of a view in a browser need: one browser for a file, a page for each test, screenshots, and waiting. */
import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { browserScript } from '../../extension/support/scripts.ts';
import { failureScreenshot, screenshot } from '../../support/screenshots.ts';
import type { PageOptions } from './webviewPage.ts';

const PATIENCE_MS = 10_000;

/** A page that a test works with. */
interface View {
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export class ViewTests<V extends View, Options extends PageOptions> {
  readonly #name: string;
  readonly #openView: (options: Options) => Promise<V>;
  #browser: Promise<Browser> | undefined;
  #view: V | undefined;

  /**
   * To be made inside of a describe(): the page is closed after each test, and must not have complained.
   *
   * @param name begins the names of the screenshots, one of which is taken of each failure
   */
  constructor(name: string, openView: (options: Options) => Promise<V>) {
    this.#name = name;
    this.#openView = openView;
    const failure = async (title: string) => {
      if (this.#view) await failureScreenshot(this.#view.page, `${name} ${title}`);
    };
    const close = () => this.#close();
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await failure(this.currentTest.title);
      await close();
    });
    after(async () => (await this.#browser)?.close());
  }

  /** Opens a page; the one before is closed. */
  async open(options: Options): Promise<V> {
    await this.#close();
    this.#browser ??= browserScript().then(async ({ findBrowser }) => chromium.launch(await findBrowser()));
    this.#view = await this.#openView({ ...options, browser: await this.#browser });
    return this.#view;
  }

  async #close(): Promise<void> {
    const view = this.#view;
    this.#view = undefined;
    await view?.close();
    assert.deepEqual(view?.complaints ?? [], [], 'the browser has something to complain about');
  }

  async screenshot(name: string, page = this.#view?.page): Promise<void> {
    if (page) await screenshot(page, `${this.#name}-${name}`);
  }

  /** Waits for what the page does not show. */
  async eventually(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await test())) {
      if (Date.now() > end) assert.fail(`did not happen: ${what}`);
      await this.#view?.page.waitForTimeout(20);
    }
  }
}
