/** The three trees of the Debug side bar: finds a node's children, and marks changes since the last stop. */
import { sayPart, type Part, type Translate } from '../../../language/message.ts';
import { UserError } from '../../../language/userError.ts';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import type { Machine } from '../../../stack/machine.ts';
import { is_frame, is_packet } from '../../../stack/world/memory.ts';
import type { World } from '../../../stack/world/world.ts';
import type { TreeItem, TreeView } from '../../protocol.ts';
import type { Describer } from '../describe.ts';
import type { Memory } from '../memory.ts';
import type { Stops } from '../stops.ts';
import { InterfacesTree } from './interfaces.ts';
import { KernelTree } from './kernel.ts';
import { ObjectIds, type TreeNode } from './node.ts';
import { socketKey } from './socketNode.ts';
import { SocketsTree } from './sockets.ts';

/** Maximum number of nodes remembered: beyond it all are discarded, and found again on demand. */
const MOST_NODES = 50_000;

type Views = Record<TreeView, { roots(): TreeNode[] }>;
const VIEWS: readonly TreeView[] = ['sockets', 'interfaces', 'kernel'];

export class Trees {
  readonly #world: World;
  readonly #describer: Describer;
  readonly #views = new Map<Machine, Views>();
  readonly #stops: Stops;
  readonly #memory: Memory;
  readonly #t: Translate;
  readonly #ids = new ObjectIds();
  readonly #nodes = new Map<string, TreeNode>();
  /** The texts displayed at the previous stop, and at this one. */
  #before = new Map<string, string>();
  #now = new Map<string, string>();

  constructor(world: World, describer: Describer, stops: Stops, memory: Memory, t: Translate) {
    this.#world = world;
    this.#describer = describer;
    this.#stops = stops;
    this.#memory = memory;
    this.#t = t;
  }

  #viewsOf(machine: Machine): Views {
    let views = this.#views.get(machine);
    if (views === undefined) {
      views = {
        sockets: new SocketsTree(machine, this.#describer, this.#ids),
        interfaces: new InterfacesTree(machine, this.#describer),
        kernel: new KernelTree(machine, this.#describer),
      };
      this.#views.set(machine, views);
    }
    return views;
  }
  /** A machine's top nodes; with several machines each machine has a node. */
  #roots(view: TreeView): TreeNode[] {
    const { machines } = this.#world;
    if (machines.length === 1) return this.#viewsOf(machines[0]!)[view].roots();
    return machines.map((machine) => ({
      key: `host:${machine.index}`,
      label: machine.hostname,
      icon: 'vm',
      expanded: true,
      children: () => this.#viewsOf(machine)[view].roots(),
    }));
  }

  /** The key of a socket's nodes in the Sockets tree. */
  socketKey(sk: sock_common): string {
    return socketKey(this.#ids, sk);
  }

  /** A new stop: values are compared with those displayed at the previous one. */
  stopped(): void {
    if (this.#now.size === 0) return;
    for (const [id, text] of this.#now) this.#before.set(id, text);
    this.#now = new Map();
    if (this.#before.size > MOST_NODES) this.#before = new Map();
  }

  /** @param parent null: the view's roots */
  children(view: TreeView, parent: string | null, stands: boolean): TreeItem[] {
    if (!VIEWS.includes(view)) throw new UserError('there is no tree "{0}": {1}', view, VIEWS.join(', '));
    if (this.#nodes.size > MOST_NODES) this.#nodes.clear();
    const nodes = parent === null ? this.#roots(view) : this.#find(view, parent)?.children?.();
    return (nodes ?? []).map((node) => this.#item(`${parent ?? view}/${node.key}`, node, stands));
  }

  /** A node by its id; a discarded one is searched from the roots. */
  #find(view: TreeView, id: string): TreeNode | undefined {
    const known = this.#nodes.get(id);
    if (known !== undefined) return known;
    let nodes = this.#roots(view);
    for (let path = view as string; ;) {
      const found = nodes.find(({ key }) => id === `${path}/${key}` || id.startsWith(`${path}/${key}/`));
      if (found === undefined || found.children === undefined) return found;
      path = `${path}/${found.key}`;
      if (path === id) return found;
      nodes = found.children();
    }
  }

  #item(id: string, node: TreeNode, stands: boolean): TreeItem {
    this.#nodes.set(id, node);
    const context = [...(node.context ?? [])];
    if (node.sock !== undefined && this.#stops.isWatched(node.sock)) context.push('watched');
    const { memory } = node;
    if (memory !== undefined) context.push(is_packet(memory) || is_frame(memory) ? 'buffer' : 'bytes');
    const text = node.compared ?? node.description ?? '';
    const before = this.#before.get(id);
    if (stands) this.#now.set(id, text);
    return {
      id,
      label: node.label,
      collapsible: node.children === undefined ? 'none' : node.expanded === true ? 'expanded' : 'collapsed',
      context,
      ...(node.name === undefined ? {} : { name: node.name }),
      ...(node.description === undefined ? {} : { description: node.description }),
      ...(node.tooltip === undefined ? {} : { tooltip: this.#lines(node.tooltip) }),
      ...(node.icon === undefined ? {} : { icon: node.icon }),
      ...(node.value === undefined ? {} : { value: node.value }),
      ...(node.packetFilter === undefined ? {} : { packetFilter: node.packetFilter }),
      ...(node.packetNumber === undefined ? {} : { packetNumber: node.packetNumber }),
      ...(node.descriptor === undefined ? {} : { descriptor: node.descriptor }),
      ...(memory === undefined ? {} : { memory: this.#memory.offer(memory, node.stored) }),
      ...(before !== undefined && before !== text ? { changed: true } : {}),
    };
  }

  #lines(tooltip: Part | readonly Part[]): string {
    return [tooltip]
      .flat()
      .map((line) => sayPart(this.#t, line))
      .join('\n');
  }

  /** Change a node's value. @returns the changed node */
  set(id: string, text: string): { item?: TreeItem } {
    const view = id.split('/')[0] as TreeView;
    const node = VIEWS.includes(view) ? this.#find(view, id) : undefined;
    if (node === undefined) throw new UserError('this value is not there any more');
    if (node.set === undefined) throw new UserError('{0} cannot be changed', node.name ?? node.label);
    node.set(text);
    const parent = id.slice(0, id.length - node.key.length - 1);
    const siblings = parent === view ? this.#roots(view) : this.#find(view, parent)?.children?.();
    const now = siblings?.find(({ key }) => key === node.key);
    return now === undefined ? {} : { item: this.#item(id, now, true) };
  }

  /** The field that a node shows; undefined: it shows none. @throws UserError for a node that is not there any more */
  stored(id: string): TreeNode['stored'] {
    const view = id.split('/')[0] as TreeView;
    const node = VIEWS.includes(view) ? this.#find(view, id) : undefined;
    if (node === undefined) throw new UserError('this value is not there any more');
    return node.stored;
  }

  /** The socket of a node. @throws UserError for a node that is not there any more */
  sock(id: string): sock_common {
    const view = id.split('/')[0] as TreeView;
    const sk = VIEWS.includes(view) ? this.#find(view, id)?.sock : undefined;
    if (sk === undefined) throw new UserError('this socket is not there any more');
    return sk;
  }
}
