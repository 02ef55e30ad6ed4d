// One tree in the Debug side bar, for any view: its nodes come from the adapter.
import * as vscode from 'vscode';
import type { TreeContext, TreeItem, TreeView } from '../../debug-adapter/protocol.ts';
import type { MachineSession, Sessions } from '../session.ts';
import { Throttle } from '../throttle.ts';
import { LostRefresh } from './lostRefresh.ts';

/** Milliseconds between two updates while the machine runs: faster changes cannot be read. */
const UPDATE_INTERVAL = 200;
/** A machine that computes without end refuses each request, and is not asked for ever. */
const MOST_RETRIES = 5;

/** A process, its socket, a queue of that, an entry: nothing is searched deeper. */
const MOST_LEVELS = 5;

/** A node as the tree stores it: the adapter's data, and the session it belongs to. */
export interface TreeNode {
  readonly view: TreeView;
  readonly session: MachineSession;
  readonly item: TreeItem;
  readonly parent: TreeNode | undefined;
}

/** A tree view fed by the adapter's `sockscope/tree`. Updates on each stop, and at a bounded rate while running. */
export class DebugTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly id: string;
  readonly view: vscode.TreeView<TreeNode>;
  readonly #kind: TreeView;
  readonly #sessions: Sessions;
  readonly #log: vscode.LogOutputChannel;
  readonly #refreshed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #throttle = new Throttle(UPDATE_INTERVAL, () => this.#refresh());
  readonly #lost: LostRefresh;
  readonly #subscriptions: vscode.Disposable[];
  /** Pending requests; a refresh waits for them, so that requests to a slow adapter do not accumulate. */
  #pending = 0;
  /** Something changed while requests were pending. */
  #stale = false;
  /** How many refused requests were made again since the last stop. */
  #retries = 0;
  #idle: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.#refreshed.event;

  constructor(kind: TreeView, sessions: Sessions, log: vscode.LogOutputChannel) {
    this.#kind = kind;
    this.#sessions = sessions;
    this.#log = log;
    this.id = `sockscope.${kind}`;
    this.view = vscode.window.createTreeView(this.id, { treeDataProvider: this, showCollapseAll: true });
    this.#lost = new LostRefresh(this.view, () => this.#throttle.request());
    this.#subscriptions = [
      this.view,
      this.#lost,
      this.#refreshed,
      sessions.onDidChange((change) => {
        if (change === 'progress') {
          // At a stop, `stopped` has already updated everything.
          if (sessions.current?.running) this.#throttle.request();
        } else if (change !== 'continued') {
          this.#retries = 0;
          this.#throttle.now();
        }
      }),
    ];
  }

  /** Asks the adapter again, for instance after an edit. */
  refresh(): void {
    this.#throttle.now();
  }

  /**
   * Selects the node whose id ends with a key, and gives it the keyboard focus.
   *
   * @throws an error for the user if there is none (any more)
   */
  async revealKey(key: string): Promise<void> {
    let level = await this.#children();
    for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth++) {
      const found = level.find((node) => keyOf(node) === key);
      if (found) {
        await this.view.reveal(found, { select: true, focus: true, expand: true });
        return;
      }
      const open = level.filter(({ item }) => item.collapsible !== 'none');
      level = (await Promise.all(open.map((node) => this.#children(node)))).flat();
    }
    throw new Error(vscode.l10n.t('This socket is not there any more.'));
  }

  /** The nodes with a context, as far as they are not inside of one another. */
  async nodesOf(context: TreeContext): Promise<TreeNode[]> {
    const found: TreeNode[] = [];
    let level = await this.#children();
    for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth++) {
      found.push(...level.filter(({ item }) => item.context.includes(context)));
      const groups = level.filter(
        ({ item }) => item.collapsible !== 'none' && !item.context.includes(context),
      );
      level = (await Promise.all(groups.map((node) => this.#children(node)))).flat();
    }
    return found;
  }

  /** Selects a node, and gives it the keyboard focus. */
  async reveal(node: TreeNode): Promise<void> {
    await this.view.reveal(node, { select: true, focus: true, expand: true });
  }

  dispose(): void {
    this.#throttle.cancel();
    clearTimeout(this.#idle);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return toTreeItem(node);
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(parent?: TreeNode): Promise<TreeNode[]> {
    if (!parent) this.#lost.rootsAsked();
    return this.#children(parent);
  }

  async #children(parent?: TreeNode): Promise<TreeNode[]> {
    const session = this.#sessions.current;
    if (!session) return [];
    this.#pending++;
    try {
      const { items } = await session.request('sockscope/tree', {
        view: this.#kind,
        ...(parent && { parent: parent.item.id }),
      });
      this.#showProblem('');
      return items.map((item) => ({ view: this.#kind, session, item, parent }));
    } catch (error) {
      // A session that ends during a request is not an error.
      if (session === this.#sessions.current) {
        this.#log.error(`${this.id}: ${(error as Error).message}`);
        if (!parent) this.#showProblem((error as Error).message);
        // VS Code keeps an empty answer until the tree changes: a machine that was busy is asked again.
        if (this.#retries < MOST_RETRIES) {
          this.#retries++;
          this.#stale = true;
        }
      }
      return [];
    } finally {
      this.#pending--;
      if (this.#pending === 0 && this.#stale) this.#refreshWhenIdle();
    }
  }

  /**
   * VS Code uses an answer, and asks for the next node, after this turn of the event loop. A change before
   * that would make it discard the answer.
   */
  #refreshWhenIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#throttle.request());
  }

  #refresh(): void {
    this.#stale = this.#pending > 0;
    // VS Code requests the children at once if the tree is visible, otherwise when it is next shown.
    if (this.#stale) return;
    this.#refreshed.fire(undefined);
    this.#lost.refreshed();
  }

  /** If there is no problem, show that the tree belongs to a run that has ended. */
  #showProblem(problem: string): void {
    const message = problem || (this.#sessions.current?.past?.treesAsOf ?? '');
    if ((this.view.message ?? '') !== message) this.view.message = message;
  }
}

/** The last part of a node's id, by which pictures name a socket. */
export function keyOf({ item: { id } }: TreeNode): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

const COLLAPSIBLE = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const;

function toTreeItem({ item }: TreeNode): vscode.TreeItem {
  const result = new vscode.TreeItem(labelOf(item), COLLAPSIBLE[item.collapsible]);
  result.id = item.id;
  // Flags with a space on each side, so that a `when` clause can look for a whole one: viewItem =~ / socket /
  result.contextValue = ` ${item.context.join(' ')} `;
  const description = (item.changed ? CHANGED : '') + (item.description ?? '');
  if (description) result.description = description;
  if (item.changed)
    result.accessibilityInformation = {
      label: vscode.l10n.t('{0} {1}, changed', item.label, item.description ?? ''),
    };
  if (item.tooltip !== undefined) result.tooltip = item.tooltip;
  if (item.icon !== undefined) result.iconPath = new vscode.ThemeIcon(item.icon);
  return result;
}

/**
 * Precedes a changed value, so that changes can be recognized without colour. Short, because the side bar is
 * narrow.
 */
const CHANGED = '•';

/** Highlights the label of a value that changed since the previous stop, in the theme's colour. */
function labelOf({ label, changed }: TreeItem): vscode.TreeItemLabel {
  return changed ? { label, highlights: [[0, label.length]] } : { label };
}
