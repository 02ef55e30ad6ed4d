// As much of VS Code as a tree needs: what its extension host does with a tree's answers (in VS Code
// 1.139: workbench/api/common/extHostTreeViews.ts), and the rows that the workbench shows of them
// (workbench/browser/parts/views/treeView.ts).

type Listener<T> = (event: T) => void;

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}
export class TreeItem {
  id?: string;
  label: { label: string };
  collapsibleState: number;
  constructor(label: { label: string }, collapsibleState: number) {
    this.label = label;
    this.collapsibleState = collapsibleState;
  }
}
export class ThemeIcon {}
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };

interface Provider {
  onDidChangeTreeData(listener: () => void): unknown;
  getChildren(element?: unknown): Promise<unknown[]>;
  getTreeItem(element: unknown): TreeItem;
}

/** A visible tree view. */
export class TreeView {
  message = '';
  /** The rows, indented. */
  rows: string[] = [];
  /** Answers that were not used, and nodes that were not known any more when they were asked about. */
  readonly lost: string[] = [];
  readonly #provider: Provider;
  readonly #elements = new Map<string, unknown>();
  readonly visible = true;
  readonly onDidChangeVisibility = new EventEmitter<unknown>().event;
  #generation = 0;
  #rendered: Promise<void> = Promise.resolve();
  /** The question about the roots, to show the tree for the first time, is on its way. */
  #isLoading = false;

  constructor(provider: Provider) {
    this.#provider = provider;
    provider.onDidChangeTreeData(() => {
      if (this.#isLoading) {
        this.#isLoading = false;
        this.lost.push('a refresh');
        return;
      }
      // The extension host forgets all nodes and discards what is still to be answered, then has the
      // workbench ask again.
      this.#generation++;
      this.#elements.clear();
      this.#render();
    });
  }
  dispose(): void {}

  /**
   * Shows the tree for the first time. A refresh that comes while the question about the roots is on its way is
   * answered with the roots that arrive, of which only the first keeps its children.
   */
  show(): Promise<void> {
    this.#rendered = (async () => {
      this.#isLoading = true;
      await new Promise((resolve) => setTimeout(resolve));
      const isWhole = this.#isLoading;
      this.#isLoading = false;
      const rows: string[] = [];
      for (const [index, { id, label }] of (await this.#children(undefined)).entries()) {
        rows.push(label.label);
        if (isWhole || index === 0) await this.#list(id, '  ', rows);
      }
      this.rows = rows;
    })();
    return this.#rendered;
  }

  /** Shows the tree anew: the workbench asks for one level after the other. */
  #render(): void {
    this.#rendered = this.#rendered.then(async () => {
      const rows: string[] = [];
      await this.#list(undefined, '', rows);
      this.rows = rows;
    });
  }
  async #list(handle: string | undefined, indent: string, rows: string[]): Promise<void> {
    const children = await this.#children(handle);
    for (const { id, label, collapsibleState } of children) {
      rows.push(indent + label.label);
      if (collapsibleState === TreeItemCollapsibleState.Expanded) await this.#list(id, `${indent}  `, rows);
    }
  }
  async #children(handle: string | undefined): Promise<TreeItem[]> {
    const element = handle === undefined ? undefined : this.#elements.get(handle);
    if (handle !== undefined && element === undefined) {
      this.lost.push(`no tree item with id ${handle}`);
      return [];
    }
    const generation = this.#generation;
    const elements = await this.#provider.getChildren(element);
    const items = await Promise.all(elements.map(async (one) => this.#provider.getTreeItem(one)));
    if (generation !== this.#generation) {
      this.lost.push(`the children of ${handle ?? 'the root'}`);
      return [];
    }
    items.forEach(({ id }, index) => this.#elements.set(id!, elements[index]));
    return items;
  }
}

export const window = {
  createTreeView: (_id: string, { treeDataProvider }: { treeDataProvider: Provider }) =>
    new TreeView(treeDataProvider),
};

export const l10n = {
  bundle: undefined,
  t: (text: string, ...parts: (string | number)[]) =>
    text.replace(/\{(\d+)\}/g, (_, index: string) => String(parts[Number(index)])),
};
