// From a packet to its socket in the Sockets tree.
import * as vscode from 'vscode';
import type { MachineSession } from '../session.ts';
import type { DebugTree } from '../trees/debugTree.ts';

/**
 * Selects a packet's socket in the tree: a connection rather than the listener that it came from.
 * Throws an error for the user if there is none.
 */
export async function showSocketOf(session: MachineSession, tree: DebugTree, number: number): Promise<void> {
  const nodes = await tree.nodesOf('socket');
  const filters = new Set(nodes.flatMap(({ item }) => item.packetFilter ?? []));
  // Two ports are a connection's.
  const exactFirst = [...filters].sort((a, b) => b.split('&&').length - a.split('&&').length);
  for (const filter of exactFirst) {
    const { located = -1 } = await session.request('sockscope/packets', {
      from: 0,
      count: 0,
      filter,
      locate: number,
    });
    const node = located < 0 ? undefined : nodes.find(({ item }) => item.packetFilter === filter);
    if (node) return tree.reveal(node);
  }
  throw new Error(vscode.l10n.t('No socket that packet {0} belongs to is there (any more).', number));
}
