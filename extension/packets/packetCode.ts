// The code that sent or received a packet.
import * as vscode from 'vscode';
import { showStack } from '../codeStack.ts';
import { openLocation } from '../openLocation.ts';
import type { MachineSession } from '../session.ts';
import type { StackSources } from '../stackSources.ts';

/** Of a packet: what sent it, what received it, or what sent it, opened where that was decided. */
export type CodeSide = 'sent' | 'received' | 'cause';

/** Lets the user browse the packet's stack. Rejects with the adapter's message. */
export async function showPacketCode(
  session: MachineSession,
  sources: StackSources,
  number: number,
  which: CodeSide,
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
      which === 'received'
        ? vscode.l10n.t('It is not known (any more) by which code packet {0} was received.', number)
        : vscode.l10n.t('It is not known (any more) by which code packet {0} was sent.', number),
    );
}

const stackTitle = (number: number, which: CodeSide): string =>
  which === 'received'
    ? vscode.l10n.t('Packet {0} was received by', number)
    : vscode.l10n.t('Packet {0} was sent by', number);
