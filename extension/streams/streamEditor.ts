// A followed stream in an editor of its own, beside the list of packets that it belongs to.
import * as vscode from 'vscode';
import { parseFromStream, type FromStream, type ToStream } from '../../webviews/streams/messages.ts';
import type { ToPanel } from '../../webviews/messages.ts';
import { copyText } from '../packets/packetRequests.ts';
import type { PacketSource } from '../packets/packetSource.ts';
import { WebviewPage, type OwnMessage } from '../webviewPage.ts';
import { showError } from '../showError.ts';

type Protocol = 'tcp' | 'udp';

/** The list of packets that streams are followed from. */
export interface StreamOwner {
  /** Throws an error for the user if there are no packets. */
  source(): PacketSource;
  /** To the page with the list. */
  post(message: ToPanel): void;
  /** In which files are proposed. */
  folder(): vscode.Uri;
  readonly column: vscode.ViewColumn;
}

export class StreamEditor implements vscode.Disposable {
  readonly #owner: StreamOwner;
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  #panel: vscode.WebviewPanel | undefined;
  #page: WebviewPage<ToStream, FromStream> | undefined;
  /** What a page that has not loaded yet has to show. */
  #shown: { protocol: Protocol; stream: number } = { protocol: 'tcp', stream: 0 };

  constructor(owner: StreamOwner, extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#owner = owner;
    this.#extensionUri = extensionUri;
    this.#log = log;
  }

  /** Follows the stream of a packet. Rejects with a message for the user. */
  async follow(number: number): Promise<void> {
    const { protocol, stream } = await this.#owner
      .source()
      .request('sockscope/followStream', { ofPacket: number });
    this.#name(protocol, stream);
    if (this.#panel) {
      this.#page?.post({ type: 'show', protocol, stream });
      this.#panel.reveal();
    } else this.#open();
  }

  /** There may be more packets, or others. */
  changed(): void {
    if (this.#panel?.visible) this.#page?.post({ type: 'changed' });
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #open(): void {
    const panel = vscode.window.createWebviewPanel('sockscope.stream', this.#title, this.#owner.column, {
      retainContextWhenHidden: true,
      enableScripts: true,
    });
    const kind = { title: this.#title, bundle: 'streams', parse: parseFromStream };
    const page = new WebviewPage<ToStream, FromStream>(kind, panel.webview, this.#extensionUri, this.#log, {
      onReady: () => page.post({ type: 'show', ...this.#shown }),
      onMessage: (message) => void this.#answer(message, page),
    });
    panel.onDidChangeViewState(() => this.changed());
    panel.onDidDispose(() => (this.#panel = this.#page = undefined));
    this.#panel = panel;
    this.#page = page;
  }

  get #title(): string {
    const { protocol, stream } = this.#shown;
    return vscode.l10n.t('{0} stream {1}', protocol.toUpperCase(), stream);
  }

  /** The title names the stream, and the list shows its packets alone. */
  #name(protocol: Protocol, stream: number): void {
    this.#shown = { protocol, stream };
    if (this.#panel) this.#panel.title = this.#title;
    this.#owner.post({ type: 'setFilter', filter: `${protocol}.stream eq ${stream}` });
  }

  async #answer(message: OwnMessage<FromStream>, page: WebviewPage<ToStream, FromStream>): Promise<void> {
    try {
      switch (message.type) {
        case 'getPiece': {
          const { type: _type, id, ...question } = message;
          const followed = await this.#owner.source().request('sockscope/followStream', question);
          return page.post({ type: 'piece', id, followed });
        }
        case 'follow':
          return this.#name(message.protocol, message.stream);
        case 'goTo':
          return this.#owner.post({ type: 'reveal', number: message.number });
        case 'filterOut':
          return this.#owner.post({
            type: 'setFilter',
            filter: `!(${message.protocol}.stream eq ${message.stream})`,
          });
        case 'copy':
          return await copyText({ type: 'copy', text: message.text, what: message.what });
        case 'save':
          return await this.#save(message);
      }
    } catch (error) {
      if ('id' in message) page.post({ type: 'failed', id: message.id, message: (error as Error).message });
      else showError(error);
    }
  }

  async #save({ protocol, stream, direction }: Extract<FromStream, { type: 'save' }>): Promise<void> {
    const end = direction === 'both' ? '' : `-${direction}`;
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Save the Bytes of the Stream'),
      defaultUri: vscode.Uri.joinPath(this.#owner.folder(), `${protocol}-stream-${stream}${end}.bin`),
    });
    if (!target) return;
    const request = { protocol, stream, direction, path: target.fsPath };
    const { bytes, missing } = await this.#owner.source().request('sockscope/saveStream', request);
    const file = vscode.workspace.asRelativePath(target);
    void vscode.window.showInformationMessage(
      missing === 0
        ? vscode.l10n.t('Saved {0} bytes to {1}.', bytes, file)
        : vscode.l10n.t(
            'Saved {0} bytes to {1}. {2} bytes are missing in the capture: nothing stands in their place.',
            bytes,
            file,
            missing,
          ),
    );
  }
}
