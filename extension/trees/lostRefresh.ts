// Notices that VS Code has lost a refresh of a tree.
import type * as vscode from 'vscode';

/** Milliseconds in which VS Code asks for the roots of a tree that it shows, unless the host is busy. */
const ASKS_WITHIN = 1000;

/**
 * VS Code loses a refresh that comes while it waits for the roots of a tree that it shows for the first time: it
 * takes the roots that arrive for those of the refresh, and leaves all but the first of them without children
 * (1.139, workbench/browser/parts/views/treeView.ts: `refresh` clears the children of a root that `getChildren` is
 * about to set, and the data source's batch begins anew while others wait for it). The tree would stay so until the
 * next change. A refresh after which VS Code has not asked for the roots is made again.
 */
export class LostRefresh implements vscode.Disposable {
  readonly #view: vscode.TreeView<unknown>;
  readonly #refreshAgain: () => void;
  readonly #visibility: vscode.Disposable;
  /** VS Code has asked for the roots to show the tree for the first time. */
  #isLoaded = false;
  /** A refresh was made, and VS Code has not asked for the roots since then. */
  #isUnasked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(view: vscode.TreeView<unknown>, refreshAgain: () => void) {
    this.#view = view;
    this.#refreshAgain = refreshAgain;
    this.#visibility = view.onDidChangeVisibility(() => this.#watch());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#visibility.dispose();
  }

  refreshed(): void {
    this.#isUnasked = true;
    this.#watch();
  }

  /** VS Code asks for the roots. */
  rootsAsked(): void {
    // The first time it may have asked before the refresh came: nothing tells. The tree is refreshed once more then.
    if (this.#isLoaded) this.#isUnasked = false;
    this.#isLoaded = true;
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (!this.#isUnasked || !this.#isLoaded || !this.#view.visible) return;
    this.#timer = setTimeout(this.#refreshAgain, ASKS_WITHIN);
  }
}
