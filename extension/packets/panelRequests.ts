// Handlers of the Packets panel's requests that need a machine.
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FromPanel, StartCommand, ToPanel } from '../../webviews/messages.ts';
import type { MachineSession } from '../session.ts';
import { programFiles } from '../scenario/launchFile.ts';
import type { StackSources } from '../stackSources.ts';
import { changeFrame, editFrame, injectCopy } from '../frames/frameChanges.ts';
import { breakOnLike } from './breakOnLike.ts';
import { chooseCause, goToCause } from './packetCause.ts';
import { showPacketCode } from './packetCode.ts';
import { answerPackets, copyText, exportPackets, isPacketMessage } from './packetRequests.ts';
import { showSocketOf } from './packetSocket.ts';
import type { StreamEditor } from '../streams/streamEditor.ts';
import type { PanelParts } from './packetsPanel.ts';

const STARTS: Readonly<Record<StartCommand, string>> = {
  startDebugging: 'sockscope.debugScenario',
  newScenario: 'sockscope.newScenario',
  debugNode: 'sockscope.debugNodeProgram',
  openSample: 'sockscope.openSample',
};

/**
 * Handles a request of the panel.
 *
 * @returns the answer, if the panel waits for one; throws with a message for the user
 */
export async function answerPanel(
  message: FromPanel,
  session: MachineSession | undefined,
  sources: StackSources,
  parts: PanelParts & { streams: StreamEditor },
): Promise<ToPanel | undefined> {
  if (isPacketMessage(message)) return answerPackets(message, need(session));
  switch (message.type) {
    case 'showSocket':
      await showSocketOf(need(session), parts.sockets, message.number);
      return undefined;
    case 'showWay':
      await vscode.commands.executeCommand('sockscope.showPacketWay', message.number);
      return undefined;
    case 'showFunctionGraph':
      await vscode.commands.executeCommand('sockscope.showFunctionGraph', { packet: message.number });
      return undefined;
    case 'bookmark':
      await parts.bookmarks.add({ packet: message.number });
      return undefined;
    case 'changeFrame':
      await changeFrame(need(session), { packet: message.number }, message.how);
      return undefined;
    case 'editFrame':
      await editFrame(need(session), message.number);
      return undefined;
    case 'injectCopy':
      await injectCopy(need(session), message.number);
      return undefined;
    case 'whatIf':
      await vscode.commands.executeCommand('sockscope.whatIf', message.number);
      return undefined;
    case 'breakOnLike':
      await breakOnLike(need(session), parts.breakOn, message.number);
      return undefined;
    case 'followStream':
      await parts.streams.follow(message.number);
      return undefined;
    case 'goToCode':
      await showPacketCode(need(session), sources, message.number, message.which);
      return undefined;
    case 'goToSending':
      await need(session).request('sockscope/goToSending', { number: message.number });
      return undefined;
    case 'runToArrival':
      await need(session).request('sockscope/runToArrival', { number: message.number });
      return undefined;
    case 'goToCause':
      return goToCause(need(session), sources, message.number);
    case 'showCauses': {
      const number = await chooseCause(need(session), sources, message.number);
      return number === undefined ? undefined : { type: 'reveal', number };
    }
    case 'export':
      await exportPackets(need(session), folderOf(need(session)));
      return undefined;
    case 'openInWireshark': {
      const source = need(session);
      await parts.wireshark.open({ source, name: source.debugSession.name }, message);
      return undefined;
    }
    case 'copy':
      await copyText(message);
      return undefined;
    case 'run':
      await vscode.commands.executeCommand(STARTS[message.command]);
      return undefined;
    default:
      return undefined;
  }
}

export function need(session: MachineSession | undefined): MachineSession {
  if (!session) throw new Error(vscode.l10n.t('There are no packets: no scenario was debugged yet.'));
  return session;
}

/** Where a session's files are. */
export function folderOf({ debugSession: { workspaceFolder, configuration } }: MachineSession): vscode.Uri {
  const [program] = programFiles(configuration);
  return workspaceFolder?.uri ?? vscode.Uri.file(program === undefined ? homedir() : path.dirname(program));
}
