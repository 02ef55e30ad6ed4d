// A real VS Code with the packaged extension, driven in a headless browser.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { DebugUi } from './debugUi.ts';
import { hostFor, type Host, type HostOptions } from './host.ts';
import { enter, isInTime, isThere, pressEnter } from './inputs.ts';
import { PacketsView } from './packetsView.ts';
import {
  failureScreenshot,
  imageScreenshot,
  screenshot,
  settledScreenshot,
} from '../../support/screenshots.ts';
import { TreePane } from './treePane.ts';

const TIMEOUT = 60_000;
/** A list that stays as it is for so long is whole. */
const LIST_MS = 500;
export interface WorkbenchOptions extends HostOptions {
  /** A folder whose files are copied into a fresh workspace; with `inPlace` it is the workspace. */
  files: string;
  inPlace?: boolean;
  /** A file in it whose appearance in the explorer says that VS Code is ready; omitted: the window has no folder. */
  expect?: string;
}

/** One VS Code window. */
export class Workbench {
  readonly page: Page;
  readonly workspace: string;
  readonly debug: DebugUi;
  readonly packets: PacketsView;
  readonly #host: Host;
  readonly #folder: string;

  private constructor(page: Page, host: Host, folder: string, workspace: string) {
    this.page = page;
    this.#host = host;
    this.#folder = folder;
    this.workspace = workspace;
    this.debug = new DebugUi(this);
    this.packets = new PacketsView(this);
  }

  /** Installs what is needed, starts VS Code on a copy of the files, and waits until it is ready. */
  static async open({ files, inPlace = false, expect, ...options }: WorkbenchOptions): Promise<Workbench> {
    const host = await hostFor(options);
    const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-test-'));
    const workspace = inPlace ? files : path.join(folder, 'workspace');
    if (!inPlace) await cp(files, workspace, { recursive: true });
    const page = await host.newPage();
    page.setDefaultTimeout(TIMEOUT);
    const workbench = new Workbench(page, host, folder, workspace);
    try {
      if (expect === undefined) await workbench.openEmptyWindow();
      else await workbench.#openFolder(workspace, expect);
    } catch (error) {
      await workbench.failed('did not start');
      await workbench.close();
      throw error;
    }
    return workbench;
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.#host.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Goes on in a window without a folder. */
  async openEmptyWindow(): Promise<void> {
    await this.page.goto(`${this.#host.url}?ew=true`);
    await this.page.locator('.part.editor').waitFor();
    await this.#untilExtensionIsKnown();
  }

  async #openFolder(folder: string, file: string): Promise<void> {
    await this.page.goto(`${this.#host.url}?folder=${encodeURIComponent(folder)}`);
    await this.#explorerRow(file).waitFor();
    await this.#untilExtensionIsKnown();
  }

  /** Opens a file of the workspace in a tab of its own. */
  async openFile(name: string): Promise<void> {
    await this.showSideBar('Explorer');
    await this.#explorerRow(name).dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    await this.startCommand(title);
    // Gone, or followed by the command's own input.
    await this.page
      .locator('.quick-input-widget:visible .quick-input-list .monaco-list-row')
      .first()
      .waitFor({ state: 'hidden' });
  }

  /** The same for a command that goes on with an input of its own. */
  async startCommand(title: string): Promise<void> {
    // A stop that is shown at this moment closes the palette.
    await this.debug.waitUntil(`the command ${title}`, () => this.#runFromPalette(title));
  }

  /** The same for a command that goes on with a list. @returns the list's row with this text */
  async startList(title: string, text: string): Promise<Locator> {
    const row = this.quickInput.locator('.monaco-list-row', { hasText: text });
    // An editor that opens at this moment takes the focus, and VS Code closes the list for that.
    await this.debug.waitUntil(`the row "${text}" of ${title}`, async () => {
      await this.startCommand(title);
      return isThere(row, 8000);
    });
    return row;
  }

  /** Answers the dialog that asks where to save. @param suggested the end of the name that it offers */
  async saveAs(suggested: string, target: string): Promise<void> {
    const name = this.quickInput.locator('input');
    await this.debug.waitUntil('the save dialog', async () =>
      (await name.inputValue()).endsWith(suggested) ? true : undefined,
    );
    await name.fill(target);
    await this.acceptFileDialog((options) => name.press('Enter', options));
  }

  /**
   * Accepts the path in the input of a file dialog. Before the dialog has looked the path up, to accept it only leads to
   * its folder.
   */
  async acceptFileDialog(accept: (options: { timeout: number }) => Promise<void>): Promise<void> {
    await this.debug.waitUntil('the end of the file dialog', () =>
      isInTime(async () => {
        if (await this.quickInput.isVisible()) await accept({ timeout: 3000 });
        await this.quickInput.waitFor({ state: 'hidden', timeout: 3000 });
      }),
    );
  }

  async #runFromPalette(title: string): Promise<true | undefined> {
    await this.#openPalette(title);
    let isRun: true | undefined;
    await isInTime(async () => {
      isRun = await pressEnter(this.quickInput.locator('input'), { timeout: 3000 });
    });
    return isRun;
  }

  /** Waits until the palette offers a command. @param title how the command's title begins */
  async untilOffered(title: string): Promise<void> {
    await this.#openPalette(title);
    await this.page.keyboard.press('Escape');
  }

  /** Titles that the palette offers for a text. */
  async offeredCommands(text: string): Promise<string[]> {
    await this.#openPalette(text);
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    let before = '';
    // The rows come one after the other.
    const offered = await this.debug.waitUntil(`the commands for "${text}"`, async () => {
      const texts = await rows.allInnerTexts();
      const isWhole = texts.length > 0 && texts.join() === before;
      before = texts.join();
      if (isWhole) return texts;
      await this.page.waitForTimeout(LIST_MS);
      return undefined;
    });
    await this.page.keyboard.press('Escape');
    return offered.map((row) => row.replace(/\s+/g, ' ').trim());
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  async goToLine(line: number, column = 1): Promise<void> {
    const input = this.quickInput.locator('input');
    const options = { timeout: 3000 };
    // An editor that opens at this moment takes the focus, and VS Code closes the input for that.
    await this.debug.waitUntil('the input of a line', async () => {
      let isPressed: true | undefined;
      await this.page.keyboard.press('Control+g');
      await isInTime(async () => {
        await enter(input, `:${line}:${column}`, options);
        isPressed = await pressEnter(input, options);
      });
      return isPressed;
    });
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  async showSideBar(title: 'Explorer' | 'Run and Debug'): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(> a[aria-label^="${title}"])`);
    if (!((await item.getAttribute('class')) ?? '').includes('checked')) await item.click();
  }

  /** Drags the side bar to a width in pixels. */
  async widenSideBar(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (!box) throw new Error('the side bar is hidden');
    const y = box.y + box.height / 2;
    await this.#drag({ x: box.x + box.width, y }, { x: box.x + width, y });
  }
  /** Drags the upper edge of a pane of the side bar to a height of the window, in pixels. */
  async raisePane(title: string, to: number): Promise<void> {
    const box = await this.page
      .locator(`.sidebar .pane:has(> .pane-header[aria-label^="${title}"])`)
      .boundingBox();
    if (!box) throw new Error(`the pane ${title} is hidden`);
    const x = box.x + box.width / 2;
    await this.#drag({ x, y: box.y }, { x, y: to });
  }
  async #drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move(to.x, to.y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Opens a pane of the Debug side bar; alone, with all others closed, so that it has room for its rows. */
  async showPane(title: string, options: { alone?: boolean } = {}): Promise<Locator> {
    await this.showSideBar('Run and Debug');
    const pane = this.page.locator(`.sidebar .pane:has(> .pane-header[aria-label^="${title}"])`);
    await pane.waitFor();
    const position = { x: 60, y: 10 };
    if (options.alone) {
      const open = this.page.locator('.sidebar .pane > .pane-header[aria-expanded="true"]');
      for (let index = (await open.count()) - 1; index >= 0; index--) {
        const label = (await open.nth(index).getAttribute('aria-label')) ?? '';
        if (!label.startsWith(title)) await open.nth(index).click({ position });
      }
    }
    const header = pane.locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click({ position });
    return pane;
  }

  /** A tree view of the Debug side bar. */
  tree(title: 'Sockets' | 'Network Interfaces' | 'Kernel' | 'Variables'): TreePane {
    return new TreePane(this, title);
  }

  /** Code lenses of the active editor: their texts, from top to bottom. */
  async codeLenses(): Promise<string[]> {
    const lenses = this.page.locator('.editor-instance .contentWidgets .codelens-decoration a');
    let before = '';
    // They are drawn anew now and then: what two looks in turn see is there.
    return this.debug.waitUntil('code lenses that stay', async () => {
      const texts = (await lenses.allInnerTexts()).map((text) => text.trim());
      const now = texts.join('\n');
      const isStable = now !== '' && now === before;
      before = now;
      if (!isStable) await this.page.waitForTimeout(100);
      return isStable ? texts : undefined;
    });
  }

  /** Saves what the window shows, where screenshots are wanted. */
  screenshot(name: string): Promise<void> {
    return screenshot(this.page, name);
  }
  /** The same once what moves has come to rest. */
  settledScreenshot(name: string): Promise<void> {
    return settledScreenshot(this.page, name);
  }
  /** The same for a picture of the README. */
  image(name: string): Promise<void> {
    return imageScreenshot(this.page, name);
  }
  /** The same for what a test that failed has left. */
  failed(title: string): Promise<void> {
    return failureScreenshot(this.page, title);
  }

  /** Until VS Code has taken what the manifest contributes, a little after the window: commands, editors, views. */
  async #untilExtensionIsKnown(): Promise<void> {
    await this.untilOffered('Sockscope: ');
  }

  #explorerRow(name: string): Locator {
    return this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`);
  }

  async #openPalette(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input');
    // Until the list is that of the text, Enter would run another command; so it would where this one is not offered yet.
    // A view's commands have another category in the palette.
    const title = text.replace(/^\w+: /, '').trim();
    const row = this.page
      .locator('.quick-input-list .monaco-list-row.focused')
      .filter({ hasText: title === '' ? text.trim() : title });
    // An editor that opens at this moment takes the focus, and VS Code closes the palette for that.
    await this.debug.waitUntil(`the palette with ${text}`, async () => {
      await this.page.keyboard.press('F1');
      const found = await isThere(row, 2000, () => enter(input, `>${text}`, { timeout: 3000 }));
      // Left open, it would keep its list.
      if (found === undefined && (await input.isVisible())) await this.page.keyboard.press('Escape');
      return found;
    });
  }
}
