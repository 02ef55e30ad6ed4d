// The code that sent or received a packet: its call stack as a list, with the code of the selected frame
// beside it.
import * as vscode from 'vscode';
import type { CodeLocation, PacketCodeFrame } from '../../debug-adapter/protocol.ts';
import { openLocation } from '../openLocation.ts';
import type { MachineSession } from '../session.ts';
import type { StackSources } from '../stackSources.ts';

interface FrameItem extends vscode.QuickPickItem {
  location: CodeLocation | undefined;
}

/** Lets the user browse the packet's stack. Rejects with the adapter's message. */
export async function showPacketCode(
  session: MachineSession,
  sources: StackSources,
  number: number,
  which: 'sent' | 'received',
): Promise<void> {
  const {
    location,
    stack = [],
    opening = 0,
  } = await session.request('sockscope/packetCode', {
    number,
    which,
  });
  if (stack.length > 0) showStack(stackTitle(number, which), stack, opening, sources);
  else if (location) await openLocation(location);
  else
    void vscode.window.showInformationMessage(
      which === 'sent'
        ? vscode.l10n.t('It is not known (any more) by which code packet {0} was sent.', number)
        : vscode.l10n.t('It is not known (any more) by which code packet {0} was received.', number),
    );
}

const stackTitle = (number: number, which: 'sent' | 'received'): string =>
  which === 'sent'
    ? vscode.l10n.t('Packet {0} was sent by', number)
    : vscode.l10n.t('Packet {0} was received by', number);

function showStack(
  title: string,
  stack: readonly PacketCodeFrame[],
  opening: number,
  sources: StackSources,
): void {
  const pick = vscode.window.createQuickPick<FrameItem>();
  const items = stack.map((frame) => frameItem(frame, sources));
  const before = vscode.window.activeTextEditor;
  let isChosen = false;
  // One after the other: a file that opens slowly must not replace a later one.
  let shown: Thenable<unknown> = Promise.resolve();
  pick.title = title;
  pick.placeholder = vscode.l10n.t(
    'Move through the call stack to see the code; Enter stays there, Escape goes back',
  );
  pick.matchOnDescription = true;
  pick.items = items;
  pick.activeItems = items.slice(opening, opening + 1);
  pick.onDidChangeActive(([item]) => {
    const location = item?.location;
    if (location) shown = shown.then(() => openLocation(location, { preserveFocus: true }));
  });
  pick.onDidAccept(() => {
    isChosen = true;
    pick.hide();
    const location = pick.activeItems[0]?.location;
    if (location) shown = shown.then(() => openLocation(location));
  });
  pick.onDidHide(() => {
    pick.dispose();
    if (isChosen || !before) return;
    shown = shown.then(() => vscode.window.showTextDocument(before.document, before.viewColumn, true));
  });
  pick.show();
}

function frameItem({ name, location }: PacketCodeFrame, sources: StackSources): FrameItem {
  const place = location && `${sources.nameOf(location.path)}:${location.line}`;
  return { label: name, location, ...(place !== undefined && { description: place }) };
}
