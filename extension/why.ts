// Why a value of a connection is what it is: the change, and what led to it, each a place to go to.
import * as vscode from 'vscode';
import type { WhyArguments, WhyResponse } from '../debug-adapter/protocol.ts';
import { goToEvent } from './goToEvent.ts';
import { openLocation } from './openLocation.ts';
import type { PacketsPanel } from './packets/packetsPanel.ts';
import type { MachineSession, Sessions } from './session.ts';
import type { TreeNode } from './trees/debugTree.ts';

/** What VS Code hands to a command in the menu of a variable. */
interface VariableContext {
  sessionId: string;
  container: { variablesReference: number };
  variable: { name: string };
}
interface Step extends vscode.QuickPickItem {
  go?: () => Promise<unknown>;
}

/** The command in the menus of the Variables view and of the trees. */
export function registerWhy(sessions: Sessions, packets: PacketsPanel): vscode.Disposable {
  return vscode.commands.registerCommand(
    'sockscope.whyValue',
    async (of?: TreeNode | VariableContext): Promise<void> => {
      const session = sessions.current;
      if (session === undefined || of === undefined || session.running) return;
      try {
        const asked: WhyArguments =
          'item' in of
            ? { node: of.item.id }
            : { variablesReference: of.container.variablesReference, name: of.variable.name };
        await choose(session, packets, await session.request('sockscope/why', asked));
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
      }
    },
  );
}

async function choose(session: MachineSession, packets: PacketsPanel, answer: WhyResponse): Promise<void> {
  const { l10n } = vscode;
  const { value, of, from, to, sentence, since, event, location, chain, next } = answer;
  const steps: Step[] = [
    {
      label: `$(history) ${value} ${from} → ${to}`,
      description: l10n.t('event {0}', event),
      detail: since === undefined ? sentence : `${sentence} ${since}`,
      go: () => goToEvent(session, event),
    },
  ];
  if (location !== undefined)
    steps.push({ label: `$(code) ${l10n.t('The code that changed it')}`, go: () => openLocation(location) });
  if (chain.length > 0)
    steps.push({ label: l10n.t('What led to it'), kind: vscode.QuickPickItemKind.Separator });
  for (const { number, info, sentence: cause } of chain)
    steps.push({
      label: `$(list-flat) ${l10n.t('Packet {0}', number)}`,
      description: info,
      detail: cause,
      go: () => packets.revealPacket(number),
    });
  if (next !== undefined)
    steps.push({
      label: `$(list-flat) ${l10n.t('Packet {0}, and what led to it', next)}`,
      go: () => packets.revealPacket(next),
    });
  const last = chain.at(-1);
  if (last?.event !== undefined && last.packet === undefined) {
    const { event: first, number } = last;
    steps.push({
      label: `$(history) ${l10n.t('The moment that led to packet {0}', number)}`,
      description: l10n.t('event {0}', first),
      go: () => goToEvent(session, first),
    });
  }
  const chosen = await vscode.window.showQuickPick(steps, {
    title: l10n.t('Why {0} of {1} Has This Value', value, of),
    placeHolder:
      chain.length > 0
        ? l10n.t('Each was caused by the one below it; Enter goes there')
        : l10n.t('Enter goes there'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  await chosen?.go?.();
}
