// What the Packets panel lets the user type or choose in VS Code's own boxes.
import * as vscode from 'vscode';
import type { FromPanelOf, ToPanel } from '../../webviews/messages.ts';
import type { PacketSource } from './packetSource.ts';

/** Asks for the comment of a packet; an empty one removes it. */
export async function askComment(
  { number, comment }: FromPanelOf<'comment'>,
  source: PacketSource,
): Promise<ToPanel | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Comment on Packet {0}', number),
    prompt: vscode.l10n.t('It goes into the exported pcapng; empty removes it. Filter: frame.comment'),
    value: comment,
    ignoreFocusOut: true,
  });
  if (text === undefined) return undefined;
  await source.request('sockscope/annotatePacket', { number, comment: text.trim() });
  return { type: 'annotated' };
}

/** Asks for a field that becomes a column. The fields are those that a filter can begin with. */
export async function askColumn(source: PacketSource): Promise<ToPanel | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem>();
  pick.title = vscode.l10n.t('Add a Field as Column');
  pick.placeholder = vscode.l10n.t('The filter name of a field, e.g. tcp.len or ip.ttl');
  pick.matchOnDescription = true;
  let questions = 0;
  const update = async (text: string): Promise<void> => {
    const question = ++questions;
    const { items } = await source.request('sockscope/filterCompletions', {
      filter: text,
      cursor: text.length,
    });
    if (question !== questions) return;
    pick.items = items
      .filter(({ kind }) => kind === 'field' || kind === 'protocol')
      .map((item) => ({ label: item.text, description: item.title }));
  };
  const failed = (error: unknown) => void vscode.window.showErrorMessage((error as Error).message);
  pick.onDidChangeValue((text) => void update(text.trim()).catch(failed));
  void update('').catch(failed);
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const [chosen] = pick.activeItems;
      if (chosen)
        resolve({ type: 'addColumn', field: chosen.label, title: chosen.description || chosen.label });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Asks for the number of a packet. */
export async function askNumber(source: PacketSource): Promise<ToPanel | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Go to Packet'),
    prompt: vscode.l10n.t('The number of a packet, 1 to {0}', source.packets),
    validateInput: (value) => {
      const number = Number(value);
      const isThere = Number.isInteger(number) && number >= 1 && number <= source.packets;
      return isThere ? undefined : vscode.l10n.t('Write a number from 1 to {0}', source.packets);
    },
  });
  return text === undefined ? undefined : { type: 'reveal', number: Number(text) };
}
