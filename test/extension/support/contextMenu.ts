// VS Code's own context menus.
import { errors } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/**
 * Chooses an entry of a context menu, which is opened anew until it has the entry.
 *
 * @param open selects what the menu is for, and clicks; what VS Code does of its own at this moment (an editor
 * that opens, a selection that follows it) can close a menu or take the selection from it
 */
export async function chooseFromMenu(
  workbench: Workbench,
  entry: string,
  open: () => Promise<void>,
): Promise<void> {
  const { page, debug } = workbench;
  const item = page.locator('.context-view .action-item', { hasText: entry }).first();
  await debug.waitUntil(`"${entry}" in a context menu`, async () => {
    await open();
    await page.locator('.context-view .action-item').first().waitFor({ timeout: 5000 }).catch(ignoreTimeout);
    if ((await item.count()) > 0) return true;
    await page.keyboard.press('Escape');
    return undefined;
  });
  await workbench.screenshot(`menu-${entry.replace(/\W+/g, '-')}`);
  // A menu that has just been opened takes no click yet: the one that opened it would choose its first entry.
  await debug.waitUntil(`"${entry}" chosen in a context menu`, async () => {
    if (!(await item.isVisible())) return true;
    await item.click({ timeout: 2000 }).catch(ignoreTimeout);
    await item.waitFor({ state: 'hidden', timeout: 2000 }).catch(ignoreTimeout);
    return undefined;
  });
}

/** It may have gone at this moment, or have to be clicked again. */
export function ignoreTimeout(error: unknown): undefined {
  if (!(error instanceof errors.TimeoutError)) throw error;
  return undefined;
}
