// A hex editor for the bytes of a session: the one of the fixtures, in the place of the marketplace's.
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './scripts.ts';
import { webviewFrame } from './webviewFrame.ts';
import type { Workbench } from './workbench.ts';

const ID = 'ms-vscode.hexeditor';
const VERSION = '1.0.0';

/** @param userFolder the folder of one VS Code user, which no server uses yet */
export async function installHexEditor(userFolder: string): Promise<void> {
  const extensions = path.join(userFolder, 'extensions');
  const folder = `${ID}-${VERSION}`;
  await cp(path.join(root, 'test/extension/fixtures/hexEditor'), path.join(extensions, folder), {
    recursive: true,
  });
  const list = path.join(extensions, 'extensions.json');
  const installed = JSON.parse(await readFile(list, 'utf8')) as object[];
  const location = { $mid: 1, path: path.join(extensions, folder), scheme: 'file' };
  installed.push({ identifier: { id: ID }, version: VERSION, location, relativeLocation: folder });
  await writeFile(list, JSON.stringify(installed));
}

/** The editor that is open. */
export class HexEditor {
  readonly #code: Workbench;

  constructor(code: Workbench) {
    this.#code = code;
  }

  /** Waits until the bytes are as wanted. @param text hexadecimal, with a blank between bytes; what it says of none */
  async shows(text: string | RegExp): Promise<string> {
    const view = await webviewFrame(this.#code.page, 'Bytes');
    const shown = view.getByRole('status').filter({ hasText: text });
    let seen = '';
    await this.#code.debug.waitUntil(
      () => `the bytes ${text.toString()} in the hex editor, which shows ${seen}`,
      async () => {
        seen = (await view.getByRole('status').textContent()) ?? '';
        return (await shown.count()) > 0 ? true : undefined;
      },
    );
    return seen;
  }
  /** Changes one byte and saves. */
  async write(offset: number, byte: string): Promise<void> {
    const view = await webviewFrame(this.#code.page, 'Bytes');
    const input = view.getByRole('textbox', { name: 'Offset and byte' });
    await input.fill(`${offset} ${byte}`);
    await input.press('Enter');
    const tab = this.#code.page.locator('.tab.active[data-resource-name="memory.bin"]');
    await tab.and(this.#code.page.locator('.dirty')).waitFor();
    await input.press('Control+s');
    await tab.and(this.#code.page.locator(':not(.dirty)')).waitFor();
  }
}
