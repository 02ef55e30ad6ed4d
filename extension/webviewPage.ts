// A webview's page, and the checked messages that are exchanged with it: of a view, or of an editor.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** A page of this extension. */
export interface PageKind<From> {
  /** Its name, for messages. */
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
/** The messages that the page's own host answers. */
export type OwnMessage<From> = Exclude<From, Common>;

export interface PageEvents<From> {
  onReady: () => void;
  onMessage: (message: OwnMessage<From>) => void;
}

/** @typeParam From includes `ready` and `problem`, which are handled here */
export class WebviewPage<To, From extends { type: string }> {
  readonly #kind: PageKind<From>;
  readonly #webview: vscode.Webview;
  readonly #log: vscode.LogOutputChannel;
  readonly #events: PageEvents<From>;

  constructor(
    kind: PageKind<From>,
    webview: vscode.Webview,
    extensionUri: vscode.Uri,
    log: vscode.LogOutputChannel,
    events: PageEvents<From>,
  ) {
    this.#kind = kind;
    this.#webview = webview;
    this.#log = log;
    this.#events = events;
    const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webviews');
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    webview.html = page(webview, root, kind);
    webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
  }

  post(message: To): void {
    void this.#webview.postMessage(message);
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
    if (parsed.type === 'ready') this.#events.onReady();
    else if (parsed.type === 'problem')
      this.#log.error(`${title}: ${(parsed as unknown as { message: string }).message}`);
    else this.#events.onMessage(parsed as OwnMessage<From>);
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
  kind: Pick<PageKind<never>, 'title' | 'bundle' | 'settings'>,
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
