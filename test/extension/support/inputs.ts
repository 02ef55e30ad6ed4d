// Inputs of VS Code's that a change of the focus closes, and elements that may not come.
import { errors, type Locator } from 'playwright-core';

/** @returns undefined where Playwright has waited in vain */
export async function isInTime(act: () => Promise<unknown>): Promise<true | undefined> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return undefined;
    throw error;
  }
}

/** Waits for an element, after what may have to wait, too. @returns undefined where it did not come in time */
export function isThere(
  element: Locator,
  timeout: number,
  first?: () => Promise<void>,
): Promise<true | undefined> {
  return isInTime(async () => {
    await first?.();
    await element.first().waitFor({ timeout });
  });
}

/**
 * Gives an input of VS Code's a text. Playwright's fill() types it where the focus is: an editor that takes the focus at
 * this moment would have it in its file.
 */
export async function enter(input: Locator, text: string, options: { timeout?: number } = {}): Promise<void> {
  await input.evaluate(
    (element, value) => {
      Object.assign(element, { value });
      element.dispatchEvent(new Event('input', { bubbles: true }));
    },
    text,
    options,
  );
}

/**
 * Presses Enter in an input of VS Code's if it still has the focus: at this moment, not one message later, when an editor
 * that has taken the focus would get a new line in its file.
 *
 * @returns undefined if it has not got it
 */
export async function pressEnter(
  input: Locator,
  options: { timeout?: number } = {},
): Promise<true | undefined> {
  const isPressed = await input.evaluate(
    (element) => {
      if (element.ownerDocument.activeElement !== element) return false;
      const { KeyboardEvent } = globalThis as unknown as {
        KeyboardEvent: new (type: string, how: object) => Event;
      };
      const how = {
        key: 'Enter',
        code: 'Enter',
        keyCode: 13,
        bubbles: true,
        cancelable: true,
        composed: true,
      };
      element.dispatchEvent(new KeyboardEvent('keydown', how));
      return true;
    },
    undefined,
    options,
  );
  return isPressed || undefined;
}
