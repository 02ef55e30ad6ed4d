// The host of the Packets panel: connects the webview with the adapter.
import * as vscode from 'vscode';
import { parseFromPanel, type FromPanel, type ToPanel } from '../../webviews/messages.ts';
import type { Sessions } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { Throttle } from '../throttle.ts';
import { WebviewHost } from '../webviewHost.ts';
import type { OwnMessage } from '../webviewPage.ts';
import type { Bookmarks } from '../bookmarks.ts';
import type { BreakOnChooser } from '../breakOn.ts';
import type { DebugTree } from '../trees/debugTree.ts';
import type { Wireshark } from '../wireshark/wireshark.ts';
import { PanelFocus } from './panelFocus.ts';
import { StreamEditor } from '../streams/streamEditor.ts';
import { answerPanel, folderOf, need } from './panelRequests.ts';
import { showError } from '../showError.ts';

const KIND = {
  viewId: 'sockscope.packets',
  title: vscode.l10n.t('Packets'),
  bundle: 'packets',
  parse: parseFromPanel,
};
/** Key of the panel's settings in the workspace's memory. */
const SETTINGS = 'sockscope.packets.settings';
/** Milliseconds between two updates while the machine runs. */
const UPDATE_INTERVAL = 200;

/** What the panel's commands act on. */
export interface PanelParts {
  breakOn: BreakOnChooser;
  bookmarks: Bookmarks;
  sockets: DebugTree;
  wireshark: Wireshark;
}

/** The Packets view in the panel area. */
export class PacketsPanel implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #sources: StackSources;
  readonly #memory: vscode.Memento;
  readonly #parts: PanelParts;
  readonly #host: WebviewHost<ToPanel, FromPanel>;
  /** Which page of packets has the keyboard. */
  readonly focus = new PanelFocus((message) => void this.#host.showWith(message));
  readonly #throttle = new Throttle(UPDATE_INTERVAL, () => this.#tellChanged());
  readonly #streams: StreamEditor;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    extensionUri: vscode.Uri,
    sessions: Sessions,
    sources: StackSources,
    log: vscode.LogOutputChannel,
    memory: vscode.Memento,
    parts: PanelParts,
  ) {
    this.#memory = memory;
    this.#parts = parts;
    this.#sessions = sessions;
    this.#sources = sources;
    this.#host = new WebviewHost(
      { ...KIND, settings: () => memory.get<string>(SETTINGS) },
      extensionUri,
      log,
    );
    const session = () => need(sessions.current);
    this.#streams = new StreamEditor(
      {
        source: session,
        post: (message) =>
          message.type === 'reveal' ? void this.#host.showWith(message) : this.#host.post(message),
        folder: () => folderOf(session()),
        column: vscode.ViewColumn.Active,
      },
      extensionUri,
      log,
    );
    this.#host.onShown = () => this.#throttle.now();
    this.#host.onDidChangeVisibility((visible) => {
      if (!visible) this.focus.leave(this.#host);
    });
    this.#host.onMessage = (message) => void this.#answer(message);
    this.#subscriptions = [
      this.#host,
      this.#streams,
      this.focus,
      parts.wireshark.onDidChange(() => this.#tellChanged()),
      sessions.onDidChange((change) =>
        change === 'progress' && sessions.current?.running ? this.#throttle.request() : this.#throttle.now(),
      ),
      vscode.commands.registerCommand('sockscope.exportPackets', () => this.#answer({ type: 'export' })),
    ];
  }

  /** The panel became visible or hidden. */
  get onDidChangeVisibility(): vscode.Event<boolean> {
    return this.#host.onDidChangeVisibility;
  }

  /** Opens the panel and gives it the keyboard focus, unless that stays where it is. */
  show(options: { preserveFocus?: boolean } = {}): Promise<void> {
    return this.#host.show(options);
  }

  /** Opens the panel and selects a packet. */
  revealPacket(number: number): Promise<void> {
    return this.#host.showWith({ type: 'reveal', number });
  }

  /** Opens the panel with a filter. */
  showFiltered(filter: string): Promise<void> {
    return this.#host.showWith({ type: 'setFilter', filter });
  }

  dispose(): void {
    this.#throttle.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #tellChanged(): void {
    this.#streams.changed();
    if (!this.#host.isShown) return;
    const session = this.#sessions.current;
    const current = session?.running ? undefined : session?.currentPacket;
    this.#host.post({
      type: 'changed',
      total: session?.packets ?? 0,
      running: session?.running ?? false,
      hasWireshark: this.#parts.wireshark.isThere,
      ...(session && { session: session.id }),
      ...(current !== undefined && { current }),
      ...(session?.past && { ended: session.past.packetsAsOf }),
    });
  }

  async #answer(message: OwnMessage<FromPanel>): Promise<void> {
    if (message.type === 'remember') return void this.#memory.update(SETTINGS, message.settings);
    if (message.type === 'focus') return this.focus.set(this.#host, message.focused);
    try {
      const answer = await answerPanel(message, this.#sessions.current, this.#sources, {
        ...this.#parts,
        streams: this.#streams,
      });
      if (answer) this.#host.post(answer);
    } catch (error) {
      if ('id' in message)
        this.#host.post({ type: 'failed', id: message.id, message: (error as Error).message });
      else showError(error);
    }
  }
}
