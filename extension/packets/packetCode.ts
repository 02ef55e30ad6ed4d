// The code that sent or received a packet.
import * as vscode from 'vscode';
import { showStack } from '../codeStack.ts';
import { openLocation } from '../openLocation.ts';
import type { MachineSession } from '../session.ts';
import type { StackSources } from '../stackSources.ts';

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
