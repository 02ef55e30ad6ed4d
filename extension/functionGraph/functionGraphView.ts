// A function graph as a tree in the panel: each call with what it has called, and a way to its code.
import * as vscode from 'vscode';
import type { FunctionCall, FunctionGraphResponse } from '../../debug-adapter/protocol.ts';
import type { Sessions } from '../session.ts';

const VIEW = 'sockscope.functionGraph';
/** A tree opens this deep at first. */
const OPEN_DEPTH = 1;

interface Node {
  call: FunctionCall;
  children: Node[];
}

export class FunctionGraphView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #view: vscode.TreeView<Node>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChangeTreeData = this.#changed.event;
  #text = '';
  /** Calls that nothing shown has made. */
  #roots: Node[] = [];

  constructor(sessions: Sessions) {
    this.#view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      // Another run has other calls.
      sessions.onDidChange((change) => {
        if (change === 'session') this.#hide();
      }),
      vscode.commands.registerCommand('sockscope.functionGraph.copy', () => this.#copy()),
      vscode.commands.registerCommand('sockscope.functionGraph.openAsText', () => this.#openAsText()),
    ];
  }
  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Shows a graph in place of the last one. */
  show(title: string, { calls, leftOut, text }: FunctionGraphResponse): void {
    this.#text = text;
    this.#roots = rootsOf(calls);
    const more = leftOut === 0 ? '' : vscode.l10n.t('{0} later calls are left out.', leftOut);
    this.#view.message = calls.length === 0 ? vscode.l10n.t('No kernel function ran.') : more;
    this.#view.description = title;
    void vscode.commands.executeCommand('setContext', VIEW, true);
    this.#changed.fire();
    void vscode.commands.executeCommand(`${VIEW}.focus`);
  }
  #hide(): void {
    this.#roots = [];
    void vscode.commands.executeCommand('setContext', VIEW, false);
    this.#changed.fire();
  }

  getChildren(parent?: Node): Node[] {
    return parent?.children ?? this.#roots;
  }
  getTreeItem({ call, children }: Node): vscode.TreeItem {
    const { name, depth, location } = call;
    const state =
      children.length === 0
        ? vscode.TreeItemCollapsibleState.None
        : depth <= OPEN_DEPTH
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(`${name}()`, state);
    item.description = (depth === 0 ? [call.context, ...timesOf(call)] : timesOf(call)).join(' · ');
    item.tooltip = [`${name}()`, call.context, ...timesOf(call)].join('\n');
    if (location !== undefined) {
      const at = new vscode.Position(location.line - 1, 0);
      item.command = {
        command: 'vscode.open',
        title: vscode.l10n.t('Open'),
        arguments: [
          vscode.Uri.file(location.path),
          { selection: new vscode.Range(at, at), preserveFocus: true },
        ],
      };
    }
    return item;
  }

  async #copy(): Promise<void> {
    await vscode.env.clipboard.writeText(this.#text);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', vscode.l10n.t('the function graph')), 2000);
  }
  async #openAsText(): Promise<void> {
    const document = await vscode.workspace.openTextDocument({ content: this.#text, language: 'c' });
    await vscode.window.showTextDocument(document);
  }
}

/** Calls stand in the order of their nesting. */
function rootsOf(calls: readonly FunctionCall[]): Node[] {
  const roots: Node[] = [];
  const open: Node[] = [];
  for (const call of calls) {
    const node = { call, children: [] };
    open.length = call.depth;
    (open.at(-1)?.children ?? roots).push(node);
    open.push(node);
  }
  return roots;
}

function timesOf({ timeNs, durationNs, hostUs }: FunctionCall): string[] {
  const { t } = vscode.l10n;
  const times = [`t = ${(timeNs / 1e9).toFixed(9)} s`];
  if (durationNs === undefined) times.push(t('has not returned'));
  else if (durationNs > 0) times.push(t('took {0} µs of virtual time', durationNs / 1000));
  if (hostUs !== undefined) times.push(t('{0} µs on this computer', hostUs.toFixed(1)));
  return times;
}
