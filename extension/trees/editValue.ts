// An input box for a tree node's value. It stays open until the adapter accepts the value, and shows why a
// value is rejected.
import * as vscode from 'vscode';
import type { TreeNode } from './debugTree.ts';

/** Lets the user change the value of a node. @returns whether it was changed */
export function editValue({ session, item }: TreeNode): Promise<boolean> {
  const input = vscode.window.createInputBox();
  const name = item.name ?? item.label;
  input.title = vscode.l10n.t('Set {0}', name);
  input.value = item.value ?? '';
  input.prompt = item.tooltip ?? vscode.l10n.t('The new value of {0}', name);
  return new Promise((resolve) => {
    input.onDidChangeValue(() => (input.validationMessage = undefined));
    input.onDidHide(() => {
      input.dispose();
      resolve(false);
    });
    input.onDidAccept(async () => {
      input.busy = true;
      input.enabled = false;
      try {
        await session.request('sockscope/setTreeValue', { id: item.id, value: input.value });
        resolve(true);
        input.hide();
      } catch (error) {
        input.validationMessage = (error as Error).message;
      } finally {
        input.busy = false;
        input.enabled = true;
      }
    });
    input.show();
  });
}
