/** The trees with their whole contents, to be viewed after the machine has ended. */
import type { RecordedItem, TreeView } from '../../protocol.ts';
import type { Trees } from './trees.ts';

/** Maximum number of nodes recorded per view: structures refer to one another without end. */
const MOST_NODES = 1000;

/** Level by level, so that the limit cuts off the deepest nodes. */
function recordView(trees: Trees, view: TreeView): RecordedItem[] {
  const childrenOf = (parent: string | null): RecordedItem[] =>
    // As while running: a record is not a stop and marks no changes.
    trees.children(view, parent, false).map((item) => ({ item }));
  const roots = childrenOf(null);
  let count = roots.length;
  const open = [...roots];
  for (let at = 0; at < open.length; at++) {
    const recorded = open[at]!;
    if (recorded.item.collapsible === 'none') continue;
    if (count >= MOST_NODES) {
      recorded.item.collapsible = 'none';
      continue;
    }
    recorded.children = childrenOf(recorded.item.id);
    count += recorded.children.length;
    open.push(...recorded.children);
  }
  return roots;
}

export function recordTrees(trees: Trees): Record<TreeView, RecordedItem[]> {
  return {
    sockets: recordView(trees, 'sockets'),
    interfaces: recordView(trees, 'interfaces'),
    kernel: recordView(trees, 'kernel'),
  };
}
