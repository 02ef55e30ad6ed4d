// The repository's scripts, loaded at run time: the tests run from dist/test, where a static import would not find them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { LaunchOptions } from 'playwright-core';

/** The repository's root. */
export const root = findRoot(path.dirname(fileURLToPath(import.meta.url)));

export interface RunningServer {
  url: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** To the server and all that it has started. */
  signal(signal: NodeJS.Signals): void;
}
interface InstalledServer {
  node: string;
  entry: string;
}
interface ServerScript {
  installServer(): Promise<InstalledServer>;
  installExtension(server: InstalledServer, userFolder: string, vsix: string): Promise<void>;
  startServer(
    server: InstalledServer,
    options: {
      userFolder: string;
      workspace: string;
      settings?: object;
      machineSettings?: object;
      driver?: boolean;
      locale?: string;
      without?: readonly string[];
    },
  ): Promise<RunningServer>;
}
interface BrowserScript {
  findBrowser(): Promise<LaunchOptions>;
}
interface PackageScript {
  packageExtension(vsix?: string): Promise<string>;
}

export const serverScript = () => load<ServerScript>('vscode-server.mjs');
export const browserScript = () => load<BrowserScript>('browser.mjs');
export const packageScript = () => load<PackageScript>('package.mjs');

async function load<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(path.join(root, 'scripts', name)).href)) as T;
}

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, 'scripts/vscode-server.mjs'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('the repository with scripts/vscode-server.mjs was not found');
  return findRoot(parent);
}
