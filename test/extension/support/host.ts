// What is behind a window: a VS Code server with a user of its own, and a browser.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { installHexEditor } from './hexEditor.ts';
import { installLanguagePack } from './languagePack.ts';
import { browserScript, packageScript, serverScript, type RunningServer } from './scripts.ts';

/** What no test is about, and what takes a processor from those that run beside. */
const QUIET = {
  'debug.openDebug': 'openOnDebugBreak',
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  // What is typed in the wrong place by mistake is not to change a sample.
  'files.autoSave': 'off',
  'git.enabled': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'typescript.tsserver.useSyntaxServer': 'never',
  'workbench.reduceMotion': 'on',
};
/** The rest of what moves; each frame of it is drawn by the processor. */
const STILL = '*, *::before, *::after { animation: none !important; transition: none !important; }';

/** The language server of TypeScript, which works for seconds where a file of TypeScript or JavaScript is opened. */
const TYPESCRIPT = 'typescript-language-features';

/** What makes a server another one than most tests need. */
export interface HostOptions {
  /** With the language server of TypeScript. */
  typescript?: boolean;
  settings?: Record<string, unknown>;
  /** Those that belong to the computer that VS Code's server runs on. */
  machineSettings?: Record<string, unknown>;
  /** VS Code's display language; omitted: English. */
  language?: string;
  /** A debug adapter to put in the place of the real one. */
  adapter?: string;
  /** With the hex editor of the fixtures. */
  hexEditor?: boolean;
}

export interface Host {
  url: string;
  /** A page that knows nothing of others: what VS Code keeps of a window is in the browser. */
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

/** `npm test` installs the extension once for all windows; otherwise it is packaged once for the test files of this process. */
let vsix: Promise<string> | undefined;
function packaged(): Promise<string> {
  vsix ??= packageScript().then(({ packageExtension }) =>
    packageExtension(path.join(tmpdir(), `sockscope-test-${process.pid}.vsix`)),
  );
  return vsix;
}

/** Mocha gives this process one file after the other: windows that need nothing special come from the same server. */
const isShared = process.env['MOCHA_WORKER_ID'] !== undefined;
let shared: Promise<Host> | undefined;

export function hostFor(options: HostOptions): Promise<Host> {
  if (!isShared || Object.values(options).some(Boolean)) return startHost(options);
  return (shared ??= startShared());
}
async function startShared(): Promise<Host> {
  const { host, server, folder } = await start({});
  // Nobody knows which file is the last one.
  process.once('exit', () => {
    server.signal('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return { ...host, close: () => Promise.resolve() };
}
const startHost = async (options: HostOptions): Promise<Host> => (await start(options)).host;

async function start(options: HostOptions): Promise<{ host: Host; server: RunningServer; folder: string }> {
  const { installServer, installExtension, startServer } = await serverScript();
  const installed = await installServer();
  const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-test-'));
  const userFolder = path.join(folder, 'vscode');
  const user = process.env['SOCKSCOPE_USER'];
  if (user) await cp(user, userFolder, { recursive: true });
  else await installExtension(installed, userFolder, await packaged());
  if (options.adapter) await replaceAdapter(userFolder, options.adapter);
  if (options.language) await installLanguagePack(userFolder, options.language);
  if (options.hexEditor) await installHexEditor(userFolder);
  const server = await startServer(installed, {
    userFolder,
    workspace: folder,
    driver: true,
    ...(options.machineSettings && { machineSettings: options.machineSettings }),
    ...(options.language && { locale: options.language }),
    ...(!options.typescript && { without: [TYPESCRIPT] }),
    settings: { ...QUIET, ...options.settings },
  });
  const { findBrowser } = await browserScript();
  const browser = await chromium.launch(await findBrowser());
  const close = async (): Promise<void> => {
    await browser.close();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  return { host: { url: server.url, newPage: () => newPage(browser), close }, server, folder };
}

async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.addInitScript(`if (window === window.top) {
    const still = new CSSStyleSheet();
    still.replaceSync(${JSON.stringify(STILL)});
    document.adoptedStyleSheets = [still];
  }`);
  return page;
}

async function replaceAdapter(userFolder: string, adapter: string): Promise<void> {
  const extensions = path.join(userFolder, 'extensions');
  const ours = (await readdir(extensions)).find((name) => name.startsWith('sockscope.sockscope-'));
  if (!ours) throw new Error(`the extension is not among those installed in ${extensions}`);
  await cp(adapter, path.join(extensions, ours, 'dist/debug-adapter/main.js'));
}
