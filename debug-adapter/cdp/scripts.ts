/** The scripts that V8 has loaded: by id and by source file, with their text. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EVALUATED_URL } from '../inspect/codeKinds.ts';
import type { CdpClient } from './cdpClient.ts';

export interface Script {
  id: string;
  /** The URL in V8: `stack/net/socket/file.ts`, `file:///…/scenario.ts`. */
  url: string;
  /** The file on disk; undefined for code without one (Node's own, evaluated text). */
  path: string | undefined;
}

/** V8 knows the project's files by their path relative to the root. */
const OWN_ROOMS = /^(stack|debug-adapter|samples|test)\//;

export class Scripts {
  readonly #root: string;
  readonly #client: CdpClient;
  readonly #byId = new Map<string, Script>();
  readonly #byUrl = new Map<string, Script>();
  #skipped: readonly RegExp[] = [];
  readonly #sources = new Map<string, Promise<string[]>>();

  /** @param root the folder above `stack/` */
  constructor(client: CdpClient, root: string) {
    this.#client = client;
    this.#root = root;
    client.on('Debugger.scriptParsed', ({ scriptId, url }) => {
      // Each evaluation is a script too; keeping them would use unbounded memory.
      if (url === '' || url === EVALUATED_URL) return;
      const script = { id: scriptId, url, path: this.pathOf(url) };
      this.#byId.set(scriptId, script);
      this.#byUrl.set(url, script);
    });
  }

  get(id: string): Script | undefined {
    return this.#byId.get(id);
  }
  byUrl(url: string): Script | undefined {
    return this.#byUrl.get(url);
  }
  /** Do not end steps in files whose URLs match. */
  skip(patterns: readonly string[]): void {
    this.#skipped = patterns.map((pattern) => new RegExp(pattern));
  }
  isSkipped(url: string): boolean {
    if (this.#skipped.length === 0) return false;
    const path = this.pathOf(url) ?? url;
    return this.#skipped.some((pattern) => pattern.test(url) || pattern.test(path));
  }
  all(): Script[] {
    return [...this.#byUrl.values()];
  }

  /** The file of a script with this URL. */
  pathOf(url: string): string | undefined {
    if (OWN_ROOMS.test(url)) return path.join(this.#root, ...url.split('/'));
    if (url.startsWith('file://')) return fileURLToPath(url);
    return undefined;
  }

  /** The URL of a file in V8: the inverse of `pathOf`. */
  urlOf(file: string): string {
    const relative = path.relative(this.#root, file).split(path.sep).join('/');
    return /^(stack|debug-adapter)\//.test(relative) ? relative : pathToFileURL(file).href;
  }

  /** The lines that V8 runs: the source with its types blanked out. */
  lines(id: string): Promise<string[]> {
    let lines = this.#sources.get(id);
    if (lines === undefined) {
      lines = this.#client
        .send('Debugger.getScriptSource', { scriptId: id })
        .then(({ scriptSource }) => scriptSource.split('\n'));
      this.#sources.set(id, lines);
    }
    return lines;
  }
}
