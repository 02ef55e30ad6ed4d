/** A node of a tree, as the trees' builders make it. */
import type { Part } from '../../../language/message.ts';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import type { ByteStore, StoredBytes } from '../../../stack/world/memory.ts';
import type { TreeContext } from '../../protocol.ts';
import { storedName } from '../dataBreakpoints.ts';
import type { Item } from '../item.ts';
import { isTold } from '../why.ts';

export interface TreeNode {
  /** Unique among its siblings, the same at every stop. */
  key: string;
  label: string;
  /** The full name, if the label is only a part of it. */
  name?: string | undefined;
  description?: string | undefined;
  /** The text compared between stops to detect changes, if it is not the description. */
  compared?: string | undefined;
  /** A text, or several lines. */
  tooltip?: Part | readonly Part[] | undefined;
  icon?: string | undefined;
  /** Expanded initially. */
  expanded?: boolean | undefined;
  children?: (() => TreeNode[]) | undefined;
  context?: TreeContext[] | undefined;
  value?: string | undefined;
  set?: ((text: string) => void) | undefined;
  packetFilter?: string | undefined;
  packetNumber?: number | undefined;
  /** The place of a packet in a TX ring. */
  descriptor?: { link: string; descriptor: number } | undefined;
  /** Its bytes. */
  memory?: ByteStore | undefined;
  /** The field that holds them. */
  stored?: StoredBytes | undefined;
  /** The socket that the node represents. */
  sock?: sock_common | undefined;
}

/** Maximum number of children displayed. */
const MOST_CHILDREN = 500;

export function limited(nodes: TreeNode[], total = nodes.length): TreeNode[] {
  if (total <= MOST_CHILDREN) return nodes;
  const more: TreeNode = { key: 'more', label: `… ${total - MOST_CHILDREN} more` };
  return [...nodes.slice(0, MOST_CHILDREN), more];
}

/** A node for a field, or any other item of the variables view. */
export function itemNode(item: Item): TreeNode {
  const context: TreeContext[] = ['copyable'];
  if (item.set !== undefined) context.push('settable');
  if (isTold(item.stored)) context.push('told');
  const { node, stored } = item;
  if (stored !== undefined && storedName(stored.owner, stored.name) !== undefined) context.push('watchable');
  return {
    key: item.name,
    label: item.name,
    description: item.text,
    // Text that the side bar truncates can be read here.
    tooltip: [`${item.name} = ${item.text}`, item.doc].filter((line) => line !== undefined).join('\n\n'),
    context,
    value: item.raw ?? item.text,
    set: item.set,
    memory: item.memory,
    stored: item.stored,
    children:
      node === undefined
        ? undefined
        : () => limited(node.items(0, MOST_CHILDREN + 1).map(itemNode), node.indexed),
  };
}

/** Ids for objects without one: the same object always gets the same id. */
export class ObjectIds {
  readonly #ids = new WeakMap<object, number>();
  #next = 1;
  of(object: object): number {
    let id = this.#ids.get(object);
    if (id === undefined) this.#ids.set(object, (id = this.#next++));
    return id;
  }
}
