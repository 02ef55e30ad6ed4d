// The command that shows which kernel functions ran during a system call, or on a packet's way.
import * as vscode from 'vscode';
import type { FunctionGraphArguments, SequenceCall } from '../../debug-adapter/protocol.ts';
import type { MachineSession, Sessions } from '../session.ts';
import { showError } from '../showError.ts';
import { FunctionGraphView } from './functionGraphView.ts';

/** What a view asks for: the time between two events, or a packet's way. */
export type FunctionGraphOf = { from: number; to?: number | undefined; title: string } | { packet: number };

interface Wanted {
  title: string;
  range: FunctionGraphArguments;
}

export function registerFunctionGraph(sessions: Sessions): vscode.Disposable {
  const view = new FunctionGraphView(sessions);
  const show = async (of?: FunctionGraphOf): Promise<void> => {
    const session = sessions.current;
    if (session === undefined) return;
    try {
      const wanted = of === undefined ? await choose(session) : await rangeOf(session, of);
      if (wanted === undefined) return;
      view.show(wanted.title, await session.request('sockscope/functionGraph', wanted.range));
    } catch (error) {
      showError(error);
    }
  };
  return vscode.Disposable.from(view, vscode.commands.registerCommand('sockscope.showFunctionGraph', show));
}

async function rangeOf(session: MachineSession, of: FunctionGraphOf): Promise<Wanted> {
  if (!('packet' in of)) {
    const { title, from, to } = of;
    return { title, range: { from, ...(to !== undefined && { to }) } };
  }
  const { stations, packet } = await session.request('sockscope/packetWay', { number: of.packet });
  const events = stations.map(({ at }) => at.event);
  if (packet?.number !== of.packet || events.length === 0)
    throw new Error(vscode.l10n.t('The way of packet {0} is not known (any more).', of.packet));
  const range = { from: Math.min(...events), to: Math.max(...events), packetsOnly: true };
  return { title: packet.label, range };
}

interface CallItem extends vscode.QuickPickItem {
  call: SequenceCall;
}
/** One of the newest system calls. */
async function choose(session: MachineSession): Promise<Wanted | undefined> {
  const { calls, lifelines } = await session.request('sockscope/sequence', { count: 500 });
  const names = new Map(lifelines.map(({ id, name }) => [id, name]));
  const items = calls.toReversed().map((call): CallItem => ({
    label: titleOf(call),
    description: names.get(call.lifeline) ?? '',
    detail: vscode.l10n.t('event {0}', call.from.event),
    call,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Function Graph of a System Call'),
    placeHolder: vscode.l10n.t('The newest come first'),
    matchOnDescription: true,
  });
  if (picked === undefined) return undefined;
  const { from, to } = picked.call;
  return { title: picked.label, range: { from: from.event, ...(to !== undefined && { to: to.event }) } };
}

function titleOf({ name, arguments: args, result }: SequenceCall): string {
  return `${name}(${args})${result === undefined ? '' : ` = ${result}`}`;
}
