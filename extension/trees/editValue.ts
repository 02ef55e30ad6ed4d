// An input box for a tree node's value.
import * as vscode from 'vscode';
import { checkedInput } from '../checkedInput.ts';
import type { TreeNode } from './debugTree.ts';

/** Lets the user change the value of a node. @returns whether it was changed */
export async function editValue({ session, item }: TreeNode): Promise<boolean> {
  const name = item.name ?? item.label;
  const changed = await checkedInput(
    {
      title: vscode.l10n.t('Set {0}', name),
      prompt: item.tooltip ?? vscode.l10n.t('The new value of {0}', name),
      value: item.value ?? '',
    },
    (value) => session.request('sockscope/setTreeValue', { id: item.id, value }),
  );
  return changed !== undefined;
}
