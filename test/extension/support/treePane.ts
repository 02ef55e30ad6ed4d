// A tree of the side bar: one of the extension's, or the variables.
import type { Locator } from 'playwright-core';
import { chooseFromMenu } from './contextMenu.ts';
import type { Workbench } from './workbench.ts';

/** A row as it is shown. */
export interface TreeRow {
  level: number;
  text: string;
  expanded: boolean | undefined;
  changed: boolean;
}

export class TreePane {
  readonly #workbench: Workbench;
  readonly #pane: Locator;
  readonly #title: string;

  constructor(workbench: Workbench, title: string) {
    this.#workbench = workbench;
    this.#title = title;
    this.#pane = workbench.page.locator(`.pane:has(> .pane-header[aria-label^="${title}"])`);
  }

  /** Shows the tree, alone if wanted: the other panes of the side bar collapsed, so that there is room. */
  async show(options: { alone?: boolean } = {}): Promise<void> {
    await this.#workbench.showPane(this.#title, options);
  }

  /** The text that stands in an empty tree. */
  async welcome(): Promise<string> {
    const view = this.#pane.locator('.welcome-view-content');
    await view.waitFor();
    return (await view.innerText()).replace(/\s+/g, ' ').trim();
  }

  /** The rows that can be seen. */
  async rows(): Promise<TreeRow[]> {
    const rows = await this.#pane.locator('.monaco-list-row').all();
    return Promise.all(
      rows.map(async (row) => {
        const expanded = await row.getAttribute('aria-expanded');
        return {
          level: Number(await row.getAttribute('aria-level')),
          text: (await row.locator('.label-name, .label-description').allInnerTexts())
            .map((part) => part.replace(/\s+/g, ' ').trim())
            .filter((part) => part !== '')
            .join(' '),
          expanded: expanded === null ? undefined : expanded === 'true',
          changed: (await row.locator('.label-name .highlight').count()) > 0,
        };
      }),
    );
  }

  /** The rows as indented text, for messages and for looking. */
  async text(): Promise<string> {
    return (await this.rows()).map(({ level, text }) => `${'  '.repeat(level - 1)}${text}`).join('\n');
  }

  /** The rows that can be seen and whose text is cut off at the side bar's edge. */
  async cutRows(): Promise<string[]> {
    return this.#pane.locator('.monaco-list-row').evaluateAll((rows) =>
      rows
        .filter((row) => {
          const box = row.querySelector('.monaco-icon-label-container');
          return box !== null && box.scrollWidth > box.clientWidth;
        })
        .map((row) => row.textContent.replace(/\s+/g, ' ').trim()),
    );
  }

  row(text: string | RegExp): Locator {
    return this.#pane.locator('.monaco-list-row', { hasText: text }).first();
  }

  /** Opens a node. */
  async expand(text: string | RegExp): Promise<void> {
    const row = this.row(text);
    await row.scrollIntoViewIfNeeded();
    await this.#settled();
    if ((await row.getAttribute('aria-expanded')) === 'true') return;
    await row.locator('.monaco-tl-twistie').click();
    await row.and(this.#workbench.page.locator('[aria-expanded="true"]')).waitFor();
  }

  /** Rows that VS Code still draws, as those that were open at the stop before, move the one that is to be clicked. */
  async #settled(): Promise<void> {
    const rows = (): Promise<string> =>
      this.#pane
        .locator('.monaco-list-row')
        .evaluateAll((all) => all.map((row) => row.textContent).join('\n'));
    let before = await rows();
    await this.#workbench.debug.waitUntil('rows that stay', async () => {
      await this.#workbench.page.waitForTimeout(50);
      const now = await rows();
      const isSame = now === before;
      before = now;
      return isSame ? true : undefined;
    });
  }

  /** Opens a node and types a name, which the list then shows: of a long one only a part is drawn. */
  async findBelow(node: string | RegExp, name: string): Promise<void> {
    await this.expand(node);
    await this.#workbench.debug.waitUntil(`${name} below ${node}`, async () => {
      // VS Code forgets what was typed while it still drew the list.
      await this.#pane.locator('.monaco-list').focus();
      await this.#workbench.page.keyboard.type(name);
      return this.row(name)
        .waitFor({ timeout: 2000 })
        .then(
          () => true,
          () => undefined,
        );
    });
  }

  /** Chooses from a row's context menu. */
  async choose(row: string | RegExp, entry: string): Promise<void> {
    await chooseFromMenu(this.#workbench, entry, () => this.row(row).click({ button: 'right' }));
  }

  /** Waits for a row with this text. @returns its text */
  async waitFor(text: string | RegExp): Promise<string> {
    await this.row(text).waitFor();
    return (await this.row(text).innerText()).replace(/\s+/g, ' ').trim();
  }
}
