/** The trees with all that is in them, to be looked at when the machine is gone. */
import type { RecordedItem, TreeView } from '../../protocol.ts';
import type { Trees } from './trees.ts';

/** So many nodes of a view are recorded: structures refer to one another without end. */
const MOST_NODES = 1000;

/** Level by level, so that what is cut off is what lies deepest. */
function recordView(trees: Trees, view: TreeView): RecordedItem[] {
  const childrenOf = (parent: string | null): RecordedItem[] =>
    // As while running: a record is no stop, and marks no changes.
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
