// Bookmarks: names for moments of the run. Commands to add, list, go to, rename and remove them.
import * as vscode from 'vscode';
import type { AddBookmarkArguments, Bookmark } from '../debug-adapter/protocol.ts';
import type { MachineSession, Sessions } from './session.ts';
import { shortTime } from './shortTime.ts';

interface Choice extends vscode.QuickPickItem {
  bookmark: Bookmark;
}

export class Bookmarks implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #commands: vscode.Disposable;
  readonly #renameButton = {
    iconPath: new vscode.ThemeIcon('edit'),
    tooltip: vscode.l10n.t('Rename'),
  };
  readonly #removeButton = {
    iconPath: new vscode.ThemeIcon('trash'),
    tooltip: vscode.l10n.t('Remove'),
  };

  /** A bookmark was added, renamed or removed. */
  readonly onDidChange = this.#changed.event;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
    this.#commands = vscode.Disposable.from(
      vscode.commands.registerCommand('sockscope.addBookmark', () => this.#tell(this.add({}))),
      vscode.commands.registerCommand('sockscope.goToBookmark', () => this.#tell(this.#choose())),
    );
  }

  dispose(): void {
    this.#commands.dispose();
    this.#changed.dispose();
  }

  /** Name an event, or the sending of a packet; without either the moment of the stop. Rejects with a message. */
  async add(of: Omit<AddBookmarkArguments, 'name'>): Promise<void> {
    const session = this.#session;
    const { packet, event } = of;
    const name = await askName(
      packet !== undefined
        ? vscode.l10n.t('Packet {0}', packet)
        : event !== undefined
          ? vscode.l10n.t('Event {0}', event)
          : undefined,
    );
    if (name === undefined) return;
    await session.request('sockscope/addBookmark', { name, ...of });
    this.#changed.fire();
  }
  async rename(name: string): Promise<void> {
    const newName = await askName(name);
    if (newName === undefined) return;
    await this.#session.request('sockscope/renameBookmark', { name, newName });
    this.#changed.fire();
  }
  async remove(name: string): Promise<void> {
    await this.#session.request('sockscope/removeBookmark', { name });
    this.#changed.fire();
  }
  async goTo(name: string): Promise<void> {
    await this.#session.request('sockscope/goToBookmark', { name });
  }

  get #session(): MachineSession {
    const { current } = this.#sessions;
    if (!current)
      throw new Error(vscode.l10n.t('There is no run to name moments of: no program is debugged.'));
    return current;
  }

  async #choose(): Promise<void> {
    const { bookmarks } = await this.#session.request('sockscope/bookmarks', {});
    if (bookmarks.length === 0) {
      const add = vscode.l10n.t('Add Bookmark');
      const text = vscode.l10n.t('This run has no bookmarks yet.');
      if ((await vscode.window.showInformationMessage(text, add)) === add) await this.add({});
      return;
    }
    const pick = vscode.window.createQuickPick<Choice>();
    pick.title = vscode.l10n.t('Go to Bookmark');
    pick.items = bookmarks.map((bookmark) => this.#choice(bookmark));
    const chosen = await new Promise<(() => Promise<void>) | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        resolve(item && (() => this.goTo(item.bookmark.name)));
      });
      pick.onDidTriggerItemButton(({ button, item: { bookmark } }) =>
        resolve(() =>
          button === this.#renameButton ? this.rename(bookmark.name) : this.remove(bookmark.name),
        ),
      );
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
    pick.dispose();
    await chosen?.();
  }
  #choice(bookmark: Bookmark): Choice {
    const time = shortTime((bookmark.timeNs / 1e9).toFixed(9));
    return {
      bookmark,
      label: `$(bookmark) ${bookmark.name}`,
      description: vscode.l10n.t('t = {0} s, event {1}', time, bookmark.event),
      buttons: [this.#renameButton, this.#removeButton],
    };
  }

  #tell(done: Promise<void>): Promise<void> {
    return done.catch((error: unknown) => void vscode.window.showErrorMessage((error as Error).message));
  }
}

/** @returns undefined if the user does not want it any more */
async function askName(value: string | undefined): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Bookmark'),
    prompt: vscode.l10n.t('A name for this moment'),
    ...(value !== undefined && { value }),
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('A bookmark needs a name.') : undefined),
  });
  return name?.trim();
}
