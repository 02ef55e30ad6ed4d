// The code of what the sequence diagram shows besides packets: system calls, sleeps, state changes.
import * as vscode from 'vscode';
import { showStack } from '../codeStack.ts';
import type { MachineSession } from '../session.ts';
import type { StackSources } from '../stackSources.ts';

/**
 * Lets the user browse the call stack of an event. Rejects with the adapter's message.
 *
 * @param title what happened
 */
export async function showEventCode(
  session: MachineSession,
  sources: StackSources,
  event: number,
  title: string,
): Promise<void> {
  const { stack = [], opening = 0 } = await session.request('sockscope/eventCode', { event });
  if (stack.length > 0) showStack(title, stack, opening, sources);
  else
    void vscode.window.showInformationMessage(
      vscode.l10n.t('It is not known (any more) which code did this: {0}', title),
    );
}
