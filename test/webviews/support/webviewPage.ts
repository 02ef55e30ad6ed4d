/** A webview in a real browser: the page that VS Code would show, under the same content security policy. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { browserScript, root } from '../../extension/support/scripts.ts';
import { THEMES, type ThemeName } from './themes.ts';

const ORIGIN = 'http://panel.test';
// The toolkit tries out a style element of its own; it takes the nonce for it from the page.
const POLICY = `default-src 'none'; script-src 'nonce-script'; style-src ${ORIGIN} 'nonce-style'; font-src ${ORIGIN}`;
const html = (bundle: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta property="csp-nonce" content="style">
<link rel="stylesheet" href="${ORIGIN}/theme.css">
<link rel="stylesheet" href="${ORIGIN}/${bundle}.css"><title>${bundle}</title></head>
<body><p id="loading" role="status">Loading…</p><script nonce="script" src="${ORIGIN}/${bundle}.js"></script></body></html>`;

export interface PageOptions {
  theme?: ThemeName;
  width?: number;
  height?: number;
  /** What the view remembered. */
  state?: unknown;
  /** It is opened there, beside others; otherwise in a browser of its own. */
  browser?: Browser;
}

export interface OpenedPage {
  page: Page;
  close(): Promise<void>;
  /** What the browser complained about: must stay empty. */
  complaints: string[];
}

/**
 * Opens a view.
 *
 * @param bundle the name of its script and stylesheet
 * @param receive gets what it sends
 */
export async function openWebview(
  bundle: string,
  { theme = 'dark', width = 1200, height = 700, state, browser: shared }: PageOptions,
  receive: (message: unknown) => unknown,
): Promise<OpenedPage> {
  const browser = shared ?? (await launch());
  // Of a page made so nothing is left when it is closed.
  const page = await browser.newPage({ viewport: { width, height } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text());
  });
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/theme.css') return route.fulfill({ contentType: 'text/css', body: themeStyle(theme) });
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html(bundle) });
    if (pathname === '/favicon.ico') return route.fulfill({ status: 204 });
    const body = await asset(path.basename(pathname));
    return route.fulfill({ body, contentType: contentType(pathname) });
  });
  await page.exposeFunction('toExtension', receive);
  await page.addInitScript({ content: initScript(state) });
  return { page, complaints, close: () => (shared ? page.close() : browser.close()) };
}

async function launch(): Promise<Browser> {
  const { findBrowser } = await browserScript();
  return chromium.launch(await findBrowser());
}

/** Loads the view. */
export async function load(page: Page): Promise<void> {
  await page.goto(`${ORIGIN}/`);
}

/** Gives the view a message of the extension, and returns when the view has dealt with it. */
export async function deliver(page: Page, message: unknown): Promise<void> {
  await page.evaluate(
    `window.dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(message)} }))`,
  );
}

/** What axe finds wrong with the page, a line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ html }) => `${impact}: ${id}: ${help}: ${html}`),
  );
}

const assets = new Map<string, Buffer>();

/** One of the built files, read once: a build that runs beside the tests may take it away for a moment. */
async function asset(name: string): Promise<Buffer> {
  const body = assets.get(name) ?? (await readFile(path.join(root, 'dist/webviews', name)));
  assets.set(name, body);
  return body;
}

/** Runs before the page's own script: VS Code's API. */
function initScript(state: unknown): string {
  return `
    let state = ${JSON.stringify(state ?? null)} ?? undefined;
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => void window.toExtension(message),
      getState: () => state,
      setState: (next) => { state = next; window.savedState = next; },
    });
  `;
}

function themeStyle(theme: ThemeName): string {
  const variables = Object.entries(THEMES[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
  return `html { ${variables.join(' ')} }`;
}

function contentType(pathname: string): string {
  return (
    { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' }[path.extname(pathname)] ??
    'text/plain'
  );
}
