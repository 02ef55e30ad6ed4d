// The host of a view that is a webview: opens it, and keeps messages until its page has loaded.
import * as vscode from 'vscode';
import { WebviewPage, type OwnMessage, type PageKind } from './webviewPage.ts';

/** A view of this extension. */
export interface WebviewKind<From> extends PageKind<From> {
  /** The view's id in package.json. */
  viewId: string;
}

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
  #page: WebviewPage<To, From> | undefined;
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

  /** Opens the view and gives it the keyboard focus, unless that stays where it is. */
  async show(options: { preserveFocus?: boolean } = {}): Promise<void> {
    await vscode.commands.executeCommand(`${this.#kind.viewId}.focus`, options);
  }

  /** Opens the view and sends it a message, once it has loaded. */
  async showWith(message: To): Promise<void> {
    if (!this.#isReady) this.#waiting.push(message);
    await this.show();
    if (this.#isReady && !this.#waiting.includes(message)) this.post(message);
  }

  post(message: To): void {
    this.#page?.post(message);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#visibility.dispose();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    this.#isReady = false;
    this.#page = new WebviewPage<To, From>(this.#kind, view.webview, this.#extensionUri, this.#log, {
      onReady: () => {
        this.#isReady = true;
        this.onShown();
        for (const waiting of this.#waiting.splice(0)) this.post(waiting);
      },
      onMessage: (message) => this.onMessage(message),
    });
    view.onDidChangeVisibility(() => {
      if (this.isShown) this.onShown();
      this.#visibility.fire(view.visible);
    });
    view.onDidDispose(() => {
      this.#view = undefined;
      this.#page = undefined;
      this.#isReady = false;
    });
  }
}
