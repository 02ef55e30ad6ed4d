// The document of a webview view, inside VS Code's two frames.
import type { FrameLocator, Page } from 'playwright-core';

/** @param heading the view's first heading: several webviews may be loaded at a time */
export async function webviewFrame(page: Page, heading: string): Promise<FrameLocator> {
  const outer = page.locator('iframe.webview.ready');
  for (const started = Date.now(); Date.now() - started < 30_000; await page.waitForTimeout(50)) {
    for (let index = 0; index < (await outer.count()); index++) {
      const frame = outer.nth(index).contentFrame().locator('iframe#active-frame').contentFrame();
      if ((await frame.locator('h1', { hasText: heading }).count()) > 0) return frame;
    }
  }
  throw new Error(`no webview with the heading ${heading}`);
}
