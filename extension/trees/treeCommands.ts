// The commands of the trees' context menus. Each also works from the keyboard, on the selected node.
import * as vscode from 'vscode';
import type { PacketsPanel } from '../packets/packetsPanel.ts';
import { changeFrame } from '../frames/frameChanges.ts';
import { breakOnAccess, breakOnChange } from '../watchedFields.ts';
import { openLocation } from '../openLocation.ts';
import type { PicturesView } from '../pictures/picturesView.ts';
import { keyOf, type DebugTree, type TreeNode } from './debugTree.ts';
import { editValue } from './editValue.ts';
import { openMemory, updateChecksums } from './memory.ts';

/** Registers the commands of the context menus. */
export function registerTreeCommands(
  trees: readonly DebugTree[],
  { packets, pictures }: { packets: PacketsPanel; pictures: PicturesView },
): vscode.Disposable {
  const refresh = () => {
    for (const tree of trees) tree.refresh();
  };

  const breakOnSocket = async (node: TreeNode, enabled: boolean) => {
    await node.session.request('sockscope/breakOnSocket', { id: node.item.id, enabled });
    refresh();
  };

  const change = async ({ session, item }: TreeNode, how: Parameters<typeof changeFrame>[2]) => {
    const { descriptor, packetNumber: packet } = item;
    await changeFrame(session, descriptor ?? (packet === undefined ? {} : { packet }), how);
    refresh();
  };

  const commands: Record<string, (node: TreeNode) => unknown> = {
    'sockscope.breakOnSocket': (node) => breakOnSocket(node, true),
    'sockscope.breakOnValueChange': breakOnChange,
    'sockscope.breakOnValueAccess': breakOnAccess,
    'sockscope.dontBreakOnSocket': (node) => breakOnSocket(node, false),
    'sockscope.revealPackets': ({ item }) =>
      item.packetNumber !== undefined
        ? packets.revealPacket(item.packetNumber)
        : packets.showFiltered(item.packetFilter ?? ''),
    'sockscope.showQueues': (node) => pictures.showQueues(keyOf(node)),
    'sockscope.copyValue': ({ item }) =>
      copy(item.value ?? [item.label, item.description].filter(Boolean).join(' ')),
    'sockscope.copyName': ({ item }) => copy(item.name ?? item.label),
    'sockscope.setValue': async (node) => {
      if (await editValue(node)) refresh();
    },
    'sockscope.openMemory': ({ session, item }) => openMemory(session, item.memory!),
    'sockscope.updateChecksums': async ({ session, item }) => {
      await updateChecksums(session, item.memory!);
      refresh();
    },
    'sockscope.dropFrame': (node) => change(node, 'drop'),
    'sockscope.duplicateFrame': (node) => change(node, 'duplicate'),
    'sockscope.delayFrame': (node) => change(node, 'delay'),
    'sockscope.reorderFrame': (node) => change(node, 'reorder'),
    'sockscope.corruptFrame': (node) => change(node, 'corrupt'),
    'sockscope.goToSource': async ({ item }) => {
      if (item.location) await openLocation(item.location);
    },
  };

  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(name, async (node?: TreeNode) => {
      const chosen = node ?? trees.map((tree) => tree.view.selection[0]).find((selected) => selected);
      if (!chosen) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('Select an entry in one of the Sockscope trees first.'),
        );
        return;
      }
      try {
        await run(chosen);
      } catch (error) {
        void vscode.window.showErrorMessage(`${chosen.item.label}: ${(error as Error).message}`);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(
    vscode.l10n.t('Copied {0}', text.length > 60 ? `${text.slice(0, 60)}…` : text),
    2000,
  );
}
