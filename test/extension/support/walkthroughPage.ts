// A walkthrough's page in VS Code, beside the lesson's code.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from './scripts.ts';
import { isThere } from './inputs.ts';
import type { Workbench } from './workbench.ts';

export class WalkthroughPage {
  readonly #code: Workbench;

  constructor(code: Workbench) {
    this.#code = code;
  }

  /** Opens it by "Guided Tour…", from the list. */
  async open(title: string): Promise<void> {
    await (await this.#code.startList('Sockscope: Guided Tour', title)).click();
    await this.#code.page.locator('.getting-started-step').first().waitFor();
  }

  async close(): Promise<void> {
    if (await this.#code.page.locator('.debug-toolbar').isVisible()) await this.#code.debug.stop();
    const breakpoints = await this.#code.showPane('Breakpoints', { alone: true });
    await breakpoints.locator('.pane-header').hover();
    await breakpoints.locator('.pane-header a[aria-label^="Remove All Breakpoints"]').click();
    await breakpoints
      .locator(
        '.monaco-list-row:has(.codicon-debug-breakpoint, .codicon-debug-breakpoint-function, .codicon-debug-breakpoint-unverified, .codicon-debug-breakpoint-function-unverified)',
      )
      .first()
      .waitFor({ state: 'detached' });
    await this.#code.command('View: Close All Editors');
  }

  /** Opens a step and clicks its button. */
  async carryOut(step: string): Promise<void> {
    const { page } = this.#code;
    const expanded = page.locator(`.getting-started-step.expanded[data-step-id$="#${step}"]`);
    if ((await expanded.count()) === 0)
      await page.locator(`.getting-started-step[data-step-id$="#${step}"]`).click();
    await expanded.locator('.monaco-button').first().click();
  }

  /** Waits for the check mark of a step. */
  async done(step: string): Promise<void> {
    await this.#mark(step).and(this.#code.page.locator('.complete')).first().waitFor();
  }

  /** The same for a step that may stay as it is for so many milliseconds. */
  async isDoneWithin(step: string, milliseconds: number): Promise<boolean> {
    return (await isThere(this.#mark(step).and(this.#code.page.locator('.complete')), milliseconds)) ?? false;
  }

  async isDone(step: string): Promise<boolean> {
    return (await this.#mark(step).and(this.#code.page.locator('.complete')).count()) > 0;
  }

  /** Answers by a breakpoint on the line with this text, and goes on to it; `andBack` takes it away again. */
  async answer(sample: string, text: string): Promise<void> {
    await this.#code.page.locator(`.tab[data-resource-name="${sample}"]`).first().click();
    const lines = (await readFile(path.join(root, 'samples', sample), 'utf8')).split('\n');
    const line = lines.findIndex((one) => one.includes(text) && !one.startsWith(' *'));
    if (line < 0) throw new Error(`${sample} has no line with ${text}`);
    await this.#code.debug.setBreakpoint(line + 1);
    await this.#code.debug.press('continue');
  }

  /** Waits for a notification with this text. The test's VS Code keeps them in the notification center. */
  async told(text: string): Promise<void> {
    const center = this.#code.page.locator('.notifications-center');
    const bell = this.#code.page.locator('.statusbar-item[id="status.notifications"]');
    if (!(await center.isVisible())) await bell.click();
    await center
      .locator('.notification-list-item', { hasText: text.slice(0, 40) })
      .first()
      .waitFor();
    await bell.click();
  }

  #mark(step: string): Locator {
    return this.#code.page.locator(`[data-done-step-id$="#${step}"]`);
  }
}
