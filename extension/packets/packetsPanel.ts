// The host of the Packets panel: loads the webview and connects it with the adapter.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { parseFromPanel, type FromPanel, type ToPanel } from '../../webviews/messages.ts';
import type { Sessions } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { Throttle } from '../throttle.ts';
import { answerPanel } from './panelRequests.ts';

const VIEW_ID = 'sockscope.packets';
/** Milliseconds between two updates while the machine runs. */
const UPDATE_INTERVAL = 200;

/** The Packets view in the panel area. */
export class PacketsPanel implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #sessions: Sessions;
  readonly #sources: StackSources;
  readonly #log: vscode.LogOutputChannel;
  readonly #throttle = new Throttle(UPDATE_INTERVAL, () => this.#tellChanged());
  readonly #subscriptions: vscode.Disposable[];
  readonly #visibility = new vscode.EventEmitter<boolean>();
  #view: vscode.WebviewView | undefined;
  /** Messages for a panel that has not sent `ready` yet. */
  #waiting: ToPanel[] = [];
  #isReady = false;

  /** The panel became visible or hidden. */
  readonly onDidChangeVisibility = this.#visibility.event;

  constructor(
    extensionUri: vscode.Uri,
    sessions: Sessions,
    sources: StackSources,
    log: vscode.LogOutputChannel,
  ) {
    this.#extensionUri = extensionUri;
    this.#sessions = sessions;
    this.#sources = sources;
    this.#log = log;
    this.#subscriptions = [
      this.#visibility,
      vscode.window.registerWebviewViewProvider(VIEW_ID, this, {
        // The list, its selection and its position survive while another panel is shown.
        webviewOptions: { retainContextWhenHidden: true },
      }),
      sessions.onDidChange((change) =>
        change === 'progress' && sessions.current?.running ? this.#throttle.request() : this.#throttle.now(),
      ),
      vscode.commands.registerCommand('sockscope.exportPackets', () => this.#handle({ type: 'export' })),
    ];
  }

  /** Opens the panel and gives it the keyboard focus. */
  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW_ID}.focus`);
  }

  /** Opens the panel and selects a packet. */
  async revealPacket(number: number): Promise<void> {
    await this.#showWith({ type: 'reveal', number });
  }

  /** Opens the panel with a filter. */
  async showFiltered(filter: string): Promise<void> {
    await this.#showWith({ type: 'setFilter', filter });
  }

  dispose(): void {
    this.#throttle.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const root = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'webviews');
    this.#view = view;
    this.#isReady = false;
    view.webview.options = { enableScripts: true, localResourceRoots: [root] };
    view.webview.html = page(view.webview, root);
    view.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    view.onDidChangeVisibility(() => {
      if (view.visible) this.#throttle.now();
      this.#visibility.fire(view.visible);
    });
    view.onDidDispose(() => {
      this.#view = undefined;
      this.#isReady = false;
    });
  }

  async #showWith(message: ToPanel): Promise<void> {
    if (!this.#isReady) this.#waiting.push(message);
    await this.show();
    if (this.#isReady && !this.#waiting.includes(message)) this.#post(message);
  }

  #post(message: ToPanel): void {
    void this.#view?.webview.postMessage(message);
  }

  #tellChanged(): void {
    if (!this.#isReady || !this.#view?.visible) return;
    const session = this.#sessions.current;
    const current = session?.running ? undefined : session?.currentPacket;
    this.#post({
      type: 'changed',
      total: session?.packets ?? 0,
      running: session?.running ?? false,
      ...(session && { session: session.id }),
      ...(current !== undefined && { current }),
      ...(session?.past && { ended: session.past.packetsAsOf }),
    });
  }

  #receive(message: unknown): void {
    let parsed: FromPanel;
    try {
      parsed = parseFromPanel(message);
    } catch (error) {
      this.#log.error(`the Packets panel sent a message that cannot be read: ${(error as Error).message}`);
      return;
    }
    this.#handle(parsed);
  }

  #handle(message: FromPanel): void {
    if (message.type === 'ready') {
      this.#isReady = true;
      this.#throttle.now();
      for (const waiting of this.#waiting.splice(0)) this.#post(waiting);
    } else if (message.type === 'problem') this.#log.error(`Packets panel: ${message.message}`);
    else void this.#answer(message);
  }

  async #answer(message: FromPanel): Promise<void> {
    try {
      const answer = await answerPanel(message, this.#sessions.current, this.#sources);
      if (answer) this.#post(answer);
    } catch (error) {
      const text = (error as Error).message;
      if (message.type === 'getRows' || message.type === 'getPacket')
        this.#post({ type: 'failed', id: message.id, message: text });
      else void vscode.window.showErrorMessage(text);
    }
  }
}

/** The webview's page. Scripts need a nonce, and all resources come from the extension's own folder. */
function page(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const address = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${address('packets.css')}" />
    <title>Packets</title>
  </head>
  <body>
    <script nonce="${nonce}" src="${address('packets.js')}"></script>
  </body>
</html>`;
}
