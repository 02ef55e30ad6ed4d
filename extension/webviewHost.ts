// The host of a view that is a webview: loads its page, and exchanges checked messages with it.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** A webview of this extension. */
export interface WebviewKind<From> {
  /** The view's id in package.json. */
  viewId: string;
  /** The view's name, for messages. */
  title: string;
  /** The name of its script and stylesheet in dist/webviews. */
  bundle: string;
  /** Checks a message of the webview; throws an error that names what is wrong with it. */
  parse(message: unknown): From;
  /** What the webview asked to be remembered for its next page, as JSON. */
  settings?: () => string | undefined;
}
/** Sent by each webview: it has loaded, or has an unexpected error for the log. */
type Common = { type: 'ready' } | { type: 'problem'; message: string };
/** The messages that the view's own host answers. */
export type OwnMessage<From> = Exclude<From, Common>;

/** @typeParam From includes `ready` and `problem`, which are handled here */
export class WebviewHost<To, From extends { type: string }>
  implements vscode.WebviewViewProvider, vscode.Disposable
{
  readonly #kind: WebviewKind<From>;
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #registration: vscode.Disposable;
  readonly #visibility = new vscode.EventEmitter<boolean>();
  #view: vscode.WebviewView | undefined;
  /** Messages for a webview that has not sent `ready` yet. */
  #waiting: To[] = [];
  #isReady = false;
  /** Called when the webview can be told what to show: it has loaded, or is visible again. */
  onShown: () => void = () => {};
  onMessage: (message: OwnMessage<From>) => void = () => {};

  /** The view became visible or hidden. */
  readonly onDidChangeVisibility = this.#visibility.event;

  constructor(kind: WebviewKind<From>, extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#kind = kind;
    this.#extensionUri = extensionUri;
    this.#log = log;
    this.#registration = vscode.window.registerWebviewViewProvider(kind.viewId, this, {
      // What it shows, its selection and its position survive while another panel is shown.
      webviewOptions: { retainContextWhenHidden: true },
    });
  }

  /** Whether the webview has loaded and is visible. */
  get isShown(): boolean {
    return this.#isReady && this.#view?.visible === true;
  }

  /** Opens the view and gives it the keyboard focus. */
  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${this.#kind.viewId}.focus`);
  }

  /** Opens the view and sends it a message, once it has loaded. */
  async showWith(message: To): Promise<void> {
    if (!this.#isReady) this.#waiting.push(message);
    await this.show();
    if (this.#isReady && !this.#waiting.includes(message)) this.post(message);
  }

  post(message: To): void {
    void this.#view?.webview.postMessage(message);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#visibility.dispose();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const root = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'webviews');
    this.#view = view;
    this.#isReady = false;
    view.webview.options = { enableScripts: true, localResourceRoots: [root] };
    view.webview.html = page(view.webview, root, this.#kind);
    view.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    view.onDidChangeVisibility(() => {
      if (this.isShown) this.onShown();
      this.#visibility.fire(view.visible);
    });
    view.onDidDispose(() => {
      this.#view = undefined;
      this.#isReady = false;
    });
  }

  #receive(message: unknown): void {
    const { title } = this.#kind;
    let parsed: From;
    try {
      parsed = this.#kind.parse(message);
    } catch (error) {
      this.#log.error(`${title} sent a message that cannot be read: ${(error as Error).message}`);
      return;
    }
    if (parsed.type === 'ready') {
      this.#isReady = true;
      this.onShown();
      for (const waiting of this.#waiting.splice(0)) this.post(waiting);
    } else if (parsed.type === 'problem')
      this.#log.error(`${title}: ${(parsed as unknown as { message: string }).message}`);
    else this.onMessage(parsed as OwnMessage<From>);
  }
}

/**
 * The webview's page. Scripts need a nonce, and all resources come from the extension's own folder. In a browser they
 * take seconds to come, the stylesheet holds up what follows it: the words in front of it are seen at once. The
 * script removes them.
 */
function page(
  webview: vscode.Webview,
  root: vscode.Uri,
  kind: Pick<WebviewKind<never>, 'title' | 'bundle' | 'settings'>,
): string {
  const nonce = randomBytes(18).toString('base64');
  const address = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  const settings = kind.settings?.();
  return `<!doctype html>
<html lang="${attribute(vscode.env.language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escaped(kind.title)}</title>
  </head>
  <body${settings === undefined ? '' : ` data-settings="${attribute(settings)}"`}>
    <p id="loading" role="status">${escaped(vscode.l10n.t('Loading {0}…', kind.title))}</p>${translations()}
    <link rel="stylesheet" href="${address(`${kind.bundle}.css`)}" />
    <script nonce="${nonce}" src="${address(`${kind.bundle}.js`)}"></script>
  </body>
</html>`;
}

/** The texts of the view in VS Code's language, if that is not English. */
function translations(): string {
  if (vscode.l10n.bundle === undefined) return '';
  const json = JSON.stringify(vscode.l10n.bundle).replaceAll('<', '\\u003c');
  return `\n    <script type="application/json" id="translations">${json}</script>`;
}

function attribute(text: string): string {
  return escaped(text).replaceAll('"', '&quot;');
}
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
