// Data breakpoints on the fields that the trees show. VS Code lets an extension add none to its Breakpoints view, so that
// they are in the adapter, shown in the status bar, and listed and removed there.
import * as vscode from 'vscode';
import type { Watch, WatchFieldArguments } from '../debug-adapter/protocol.ts';
import { checkedInput } from './checkedInput.ts';
import type { MachineSession, Sessions } from './session.ts';
import type { TreeNode } from './trees/debugTree.ts';

/** The status bar item, and the list that it opens. */
export function registerWatchedFields(sessions: Sessions): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('sockscope.watches', vscode.StatusBarAlignment.Left, 0);
  item.name = vscode.l10n.t('Sockscope: Watched Fields');
  item.command = 'sockscope.watchedFields';
  const show = (): void => {
    const watches = watchesOf(sessions.current);
    const [first, ...others] = watches;
    if (first === undefined) {
      item.hide();
      return;
    }
    item.text = `$(debug-breakpoint-data) ${nameOf(first)}${others.length === 0 ? '' : ` +${others.length}`}`;
    item.tooltip = [
      vscode.l10n.t('The machine stops where these are accessed, besides the Breakpoints view:'),
      ...watches.map((watch) => `${watch.text} · ${howText(watch)}`),
    ].join('\n');
    item.show();
  };
  return vscode.Disposable.from(
    item,
    sessions.onDidChange(show),
    vscode.commands.registerCommand('sockscope.watchedFields', () => listWatches(sessions.current)),
  );
}
const watchesOf = (session: MachineSession | undefined): readonly Watch[] =>
  session === undefined || session.past ? [] : session.watches;

async function listWatches(session: MachineSession | undefined): Promise<void> {
  const watches = watchesOf(session);
  if (session === undefined || watches.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'No field is watched. "Break on Value Change" is in the context menu of a field in the trees; "watch sk.snd_cwnd" does it in the debug console.',
      ),
    );
    return;
  }
  const chosen = await vscode.window.showQuickPick(
    watches.map((watch) => ({
      label: watch.text,
      detail: howText(watch),
      number: watch.number,
      picked: true,
    })),
    {
      title: vscode.l10n.t('Watched Fields'),
      placeHolder: vscode.l10n.t('Those without a tick do not stop the machine any more'),
      canPickMany: true,
      matchOnDetail: true,
    },
  );
  if (chosen === undefined) return;
  for (const { number } of watches)
    if (!chosen.some((one) => one.number === number)) await session.request('sockscope/unwatch', { number });
}

/** Stops where the field of a node changes. */
export async function breakOnChange({ session, item: { id } }: TreeNode): Promise<void> {
  await begin(session, { id });
}
/** Asks what is to stop the machine: which accesses, and under which condition. */
export async function breakOnAccess({ session, item }: TreeNode): Promise<void> {
  const ways: { label: string; access: Watch['access'] }[] = [
    { label: accessText('write'), access: 'write' },
    { label: accessText('read'), access: 'read' },
    { label: accessText('readWrite'), access: 'readWrite' },
  ];
  const title = vscode.l10n.t('Break on Access of {0}', item.name ?? item.label);
  const placeHolder = vscode.l10n.t('When does it stop the machine?');
  const way = await vscode.window.showQuickPick(ways, { title, placeHolder });
  if (way === undefined) return;
  const condition = await checkedInput(
    {
      title,
      prompt: vscode.l10n.t('Only when… (empty: always). $value is the value, $old the one before.'),
      placeholder: '$value > $old',
    },
    (text) => session.request('sockscope/checkWatch', { condition: text }),
  );
  if (condition === undefined) return;
  await checkedInput(
    {
      title,
      prompt: vscode.l10n.t('Only at these of the accesses (empty: at each)'),
      placeholder: '3, >= 3, % 10',
    },
    (hitCondition) => begin(session, { id: item.id, access: way.access, condition, hitCondition }),
  );
}
async function begin(session: MachineSession, wish: WatchFieldArguments): Promise<void> {
  const { watch } = await session.request('sockscope/watchField', wish);
  vscode.window.setStatusBarMessage(
    `$(debug-breakpoint-data) ${vscode.l10n.t('Stops at {0}', [nameOf(watch), howText(watch)].join(' · '))}`,
    6000,
  );
}

const nameOf = ({ text }: Watch): string => text.split(' ', 1)[0]!;
function accessText(access: Watch['access']): string {
  if (access === 'write') return vscode.l10n.t('When it is changed');
  return access === 'read' ? vscode.l10n.t('When it is read') : vscode.l10n.t('When it is read or written');
}
/** `When it is changed · if $value < 3` */
function howText({ access, condition, hitCondition, problem }: Watch): string {
  const more = [
    ...(condition === '' ? [] : [vscode.l10n.t('if {0}', condition)]),
    ...(hitCondition === '' ? [] : [vscode.l10n.t('hit count {0}', hitCondition)]),
    ...(problem === undefined ? [] : [problem]),
  ];
  return [accessText(access), ...more].join(' · ');
}
