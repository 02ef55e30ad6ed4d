// A call stack as a list, with the code of the selected frame beside it.
import * as vscode from 'vscode';
import type { CodeLocation, PacketCodeFrame } from '../debug-adapter/protocol.ts';
import { openLocation } from './openLocation.ts';
import type { StackSources } from './stackSources.ts';

interface FrameItem extends vscode.QuickPickItem {
  location: CodeLocation | undefined;
}

/** Lets the user browse a stack. */
export function showStack(
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
