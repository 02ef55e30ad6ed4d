// The host of the Packets panel: connects the webview with the adapter.
import * as vscode from 'vscode';
import { parseFromPanel, type FromPanel, type ToPanel } from '../../webviews/messages.ts';
import type { Sessions } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { Throttle } from '../throttle.ts';
import { WebviewHost, type OwnMessage } from '../webviewHost.ts';
import { answerPanel } from './panelRequests.ts';

const KIND = { viewId: 'sockscope.packets', title: 'Packets', bundle: 'packets', parse: parseFromPanel };
/** Milliseconds between two updates while the machine runs. */
const UPDATE_INTERVAL = 200;

/** The Packets view in the panel area. */
export class PacketsPanel implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #sources: StackSources;
  readonly #host: WebviewHost<ToPanel, FromPanel>;
  readonly #throttle = new Throttle(UPDATE_INTERVAL, () => this.#tellChanged());
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    extensionUri: vscode.Uri,
    sessions: Sessions,
    sources: StackSources,
    log: vscode.LogOutputChannel,
  ) {
    this.#sessions = sessions;
    this.#sources = sources;
    this.#host = new WebviewHost(KIND, extensionUri, log);
    this.#host.onShown = () => this.#throttle.now();
    this.#host.onMessage = (message) => void this.#answer(message);
    this.#subscriptions = [
      this.#host,
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

  /** Opens the panel and gives it the keyboard focus. */
  show(): Promise<void> {
    return this.#host.show();
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
    if (!this.#host.isShown) return;
    const session = this.#sessions.current;
    const current = session?.running ? undefined : session?.currentPacket;
    this.#host.post({
      type: 'changed',
      total: session?.packets ?? 0,
      running: session?.running ?? false,
      ...(session && { session: session.id }),
      ...(current !== undefined && { current }),
      ...(session?.past && { ended: session.past.packetsAsOf }),
    });
  }

  async #answer(message: OwnMessage<FromPanel>): Promise<void> {
    try {
      const answer = await answerPanel(message, this.#sessions.current, this.#sources);
      if (answer) this.#host.post(answer);
    } catch (error) {
      const text = (error as Error).message;
      if (message.type === 'getRows' || message.type === 'getPacket')
        this.#host.post({ type: 'failed', id: message.id, message: text });
      else void vscode.window.showErrorMessage(text);
    }
  }
}
