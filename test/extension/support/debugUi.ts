// VS Code's own debug UI: breakpoints, stops, stepping, the call stack.
import type { Locator } from 'playwright-core';
import { enter, isThere } from './inputs.ts';
import type { Workbench } from './workbench.ts';

const TOOLBAR = {
  continue: 'codicon-debug-continue',
  over: 'codicon-debug-step-over',
  into: 'codicon-debug-step-into',
  out: 'codicon-debug-step-out',
  back: 'codicon-debug-step-back',
  reverse: 'codicon-debug-reverse-continue',
  stop: 'codicon-debug-stop',
} as const;

/** How often the call stack is looked at until it is drawn, or only a part of it is in view. */
const LOOKS = 20;

export class DebugUi {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** Sets a breakpoint in the active editor and waits until it is drawn. */
  async setBreakpoint(line: number): Promise<void> {
    const { page } = this.#workbench;
    const drawn = page
      .locator('.editor-instance')
      .locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified');
    const before = await drawn.count();
    // F9 does nothing while VS Code does not know yet in which languages its extensions set breakpoints.
    await this.waitUntil(`a breakpoint in line ${line}`, async () => {
      await this.#workbench.goToLine(line);
      await page.keyboard.press('F9');
      return isThere(drawn.nth(before), 5000);
    });
  }

  /** Presses F5 in the editor, once the extension has seen that it shows a program. @param title of the command */
  async start(title = 'Debug this '): Promise<void> {
    // The palette knows it, too; a code lens may stand below what the editor shows of a long introduction.
    await this.#workbench.untilOffered(`Sockscope: ${title}`);
    await this.#workbench.page
      .locator('.editor-instance .native-edit-context, .editor-instance textarea.inputarea')
      .first()
      .focus();
    await this.#workbench.page.keyboard.press('F5');
  }

  /** Waits until it is stopped. @returns its label, such as `Paused on breakpoint` */
  async stopped(): Promise<string> {
    const { page } = this.#workbench;
    await page.locator('.editor-instance .debug-top-stack-frame-line').first().waitFor();
    return this.stopsOn(/paused on/i);
  }

  /** With one thread the label stands in the pane's header, with several behind the thread that stopped. */
  async #stopLabels(): Promise<string[]> {
    const labels = this.#workbench.page.locator(
      '.call-stack-state-message .label, .debug-call-stack .thread .state',
    );
    return (await labels.allInnerTexts()).map((text) => text.trim());
  }

  /** Clicks a button of the debug toolbar. */
  async press(button: keyof typeof TOOLBAR): Promise<void> {
    await this.#workbench.page.locator(`.debug-toolbar a.action-label.${TOOLBAR[button]}`).click();
  }

  /** Steps once and waits until it has stopped elsewhere. @returns the innermost frame */
  async step(how: 'over' | 'into' | 'out'): Promise<string> {
    const before = await this.top();
    await this.press(how);
    return this.waitUntil(`a step ${how} from ${before}`, async () => {
      const now = await this.top();
      const line = this.#workbench.page.locator('.editor-instance .debug-top-stack-frame-line');
      return now !== before && now !== '' && (await line.count()) > 0 ? now : undefined;
    });
  }

  /** Waits for a stop whose label matches. @returns the label */
  async stopsOn(label: RegExp): Promise<string> {
    await this.#workbench.showPane('Call Stack');
    return this.waitUntil(`a stop on ${label}`, async () =>
      (await this.#stopLabels()).find((text) => label.test(text)),
    );
  }

  /** The innermost frame with its file and line; empty while running. */
  async top(): Promise<string> {
    return (await this.frames())[0] ?? '';
  }

  /** Looks again and again until there is an answer. @param what is waited for, or tells it with what was seen */
  async waitUntil<T>(what: string | (() => string), look: () => Promise<T | undefined>): Promise<T> {
    for (const started = Date.now(); Date.now() - started < 30_000;) {
      const found = await look();
      if (found !== undefined) return found;
      await this.#workbench.page.waitForTimeout(50);
    }
    const wanted = typeof what === 'string' ? what : what();
    throw new Error(`waited in vain for ${wanted}; the call stack shows:\n${(await this.rows()).join('\n')}`);
  }

  /** The rows of the call stack: threads and frames. */
  async rows(): Promise<string[]> {
    const texts = await this.#workbench.page.locator('.debug-call-stack .monaco-list-row').allInnerTexts();
    return texts.map((text) => text.replace(/\s+/g, ' ').trim());
  }

  /** The frames of the call stack with their file and line, innermost first. */
  async frames(): Promise<string[]> {
    let frames: string[] = [];
    for (let look = 0; look < LOOKS; look++) {
      const drawn = await this.#drawnFrames();
      ({ frames } = drawn);
      if (drawn.isWhole) break;
      await this.#workbench.page.waitForTimeout(50);
    }
    return frames;
  }
  /** Where the list is being drawn anew, its first frame may be missing for a moment: so is the row before the next one. */
  #drawnFrames(): Promise<{ frames: string[]; isWhole: boolean }> {
    const rows = this.#workbench.page.locator('.debug-call-stack .monaco-list-row');
    return rows.evaluateAll((all) => {
      const indexOf = (row: { getAttribute(name: string): string | null }): number =>
        Number(row.getAttribute('data-index'));
      // The list puts a row that comes into view behind the others, whatever its place.
      const sorted = all.sort((a, b) => indexOf(a) - indexOf(b));
      const frames = sorted.filter((row) => row.querySelector('.stack-frame') !== null);
      const [first] = frames;
      return {
        isWhole: first === undefined || sorted.some((row) => indexOf(row) === indexOf(first) - 1),
        // Part by part: where the list is being drawn anew there is no layout that would keep their texts apart.
        frames: frames.map((frame) =>
          [...frame.querySelectorAll('.expression, .file-name, .line-number')]
            .map((part) => part.textContent.trim())
            .join(' '),
        ),
      };
    });
  }

  /** All frames of the thread that stopped, with the room to see them. */
  async wholeStack(): Promise<string> {
    await this.#workbench.showPane('Call Stack', { alone: true });
    // VS Code draws the innermost frame at once and asks for those below it 400 ms later.
    let before = '';
    return this.waitUntil('a call stack that stays', async () => {
      const now = (await this.frames()).join('\n');
      const isStable = now !== '' && now === before;
      before = now;
      if (!isStable) await this.#workbench.page.waitForTimeout(600);
      return isStable ? now : undefined;
    });
  }

  /** Ticks an exception filter, with a condition if one is given. */
  async tickFilter(name: string, condition?: string): Promise<void> {
    const pane = await this.#workbench.showPane('Breakpoints');
    const row = pane.locator('.monaco-list-row', { hasText: name });
    const box = row.locator('input[type=checkbox], .monaco-custom-toggle').first();
    if ((await row.locator('input[type=checkbox]:checked, .monaco-custom-toggle.checked').count()) === 0)
      await box.click();
    if (condition === undefined) return;
    await this.#fillInList(pane, row.filter({ hasText: condition }), condition, async (options) => {
      await row.hover(options);
      await row.locator('.codicon-edit, [aria-label^="Edit Condition"]').first().click(options);
    });
  }

  /** Stops where a function begins. */
  async breakOnFunction(name: string): Promise<void> {
    const pane = await this.#workbench.showPane('Breakpoints', { alone: true });
    const exactly = this.#workbench.page.getByText(name, { exact: true });
    const row = pane.locator('.monaco-list-row').filter({ has: exactly });
    await this.#fillInList(pane, row, name, async (options) => {
      await pane.locator('.pane-header').hover(options);
      await pane.locator('.pane-header a[aria-label^="Add Function Breakpoint"]').click(options);
    });
  }

  /**
   * Gives an input among the rows of a pane its text, until the row that comes of it is there.
   *
   * @param open opens the input
   */
  async #fillInList(
    pane: Locator,
    row: Locator,
    text: string,
    open: (options: { timeout: number }) => Promise<void>,
  ): Promise<void> {
    const input = pane.locator('.monaco-inputbox input').last();
    const options = { timeout: 5000 };
    // An editor that shows a stop at this moment takes the focus, and VS Code closes the input for that.
    await this.waitUntil(`the input for "${text}"`, () =>
      isThere(row, options.timeout, async () => {
        if ((await row.count()) > 0) return;
        await open(options);
        await enter(input, text, options);
        await input.press('Enter', options);
      }),
    );
  }

  /** Ends the session and waits until VS Code shows none. */
  async stop(): Promise<void> {
    await this.press('stop');
    await this.#workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }
}
