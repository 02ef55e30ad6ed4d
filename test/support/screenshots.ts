/**
 * Screenshots of what the tests show, to be looked at. One costs a processor a second, so they are taken only where
 * SOCKSCOPE_SCREENSHOTS names a folder for them; those of failures always, into dist/screenshots if no folder is named.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../extension/support/scripts.ts';

const named = process.env['SOCKSCOPE_SCREENSHOTS'];
/** The panes glide to their places, and drawings follow the room that they get. */
const SETTLE_MS = 1000;

/** Saves what a page shows, if screenshots are wanted. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (named) await save(page, path.resolve(named), name);
}

/** The same once what moves has come to rest. */
export async function settledScreenshot(page: Page, name: string): Promise<void> {
  if (!named) return;
  await page.waitForTimeout(SETTLE_MS);
  await screenshot(page, name);
}

/** Saves what a page shows of a test that failed. */
export async function failureScreenshot(page: Page, title: string): Promise<void> {
  const folder = path.resolve(named ?? path.join(root, 'dist/screenshots'));
  await save(page, folder, `failed-${title.replace(/\W+/g, '-')}`);
}

/** Saves what a page shows once it has come to rest; UPDATE_IMAGES=1 makes it the picture of that name in docs/images. */
export async function imageScreenshot(page: Page, name: string): Promise<void> {
  const isUpdated = process.env['UPDATE_IMAGES'] === '1';
  if (isUpdated || named) await page.waitForTimeout(SETTLE_MS);
  if (isUpdated) await save(page, path.join(root, 'docs/images'), name);
  await screenshot(page, name);
}

async function save(page: Page, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
