// The command that shows the stations of a packet.
import * as vscode from 'vscode';
import type { PicturesView } from './picturesView.ts';

/** With a packet's number it shows that packet; from the command palette the one that was shown before, or the newest. */
export function registerPacketWay(pictures: PicturesView): vscode.Disposable {
  return vscode.commands.registerCommand('sockscope.showPacketWay', (number?: number) =>
    number === undefined ? pictures.showPicture('way') : pictures.showWay(number),
  );
}
