// The one thing that is to differ in another run: asked for in a list, with its values.
import * as vscode from 'vscode';
import type { LaunchConfiguration, TreeItem } from '../../debug-adapter/protocol.ts';
import { askTime } from '../askTime.ts';
import type { MachineSession } from '../session.ts';

type WhatIf = NonNullable<LaunchConfiguration['whatIf']>;

/** What happens to a packet on its wire. */
export interface PacketChange {
  packet: number;
  kind: 'loss' | 'dup' | 'delay' | 'reorder';
  /** Such as `200ms`; of a delay. */
  delay?: string;
}
export interface Change {
  /** Names the run: `packet 2 is lost`. */
  title: string;
  /** Of a packet, or of the run from where it stands on. */
  is: PacketChange | WhatIf;
}

interface Choice extends vscode.QuickPickItem {
  ask: () => Promise<Change | undefined>;
}

/** So many packets are listed, the newest. */
const LISTED = 200;

/** @param packet the one that the user has before them @returns undefined if the user does not want it any more */
export function askChange(session: MachineSession, packet?: number): Promise<Change | undefined> {
  const isOver = session.past !== undefined;
  if (packet !== undefined) return choose(packetChoices(packet), isOver);
  const { currentPacket: current } = session;
  const choices: Choice[] = [
    ...(current === undefined ? [] : packetChoices(current)),
    {
      label: vscode.l10n.t('Something else happens to a packet…'),
      ask: async () => {
        const number = await askPacket(session);
        return number === undefined ? undefined : choose(packetChoices(number), isOver);
      },
    },
    { label: vscode.l10n.t('A setting is another…'), ask: () => askSetting(session) },
    { label: vscode.l10n.t('The random numbers are others…'), ask: askSeed },
  ];
  return choose(choices, isOver);
}

async function choose(choices: readonly Choice[], isOver: boolean): Promise<Change | undefined> {
  const picked = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t('What If…'),
    placeHolder: isOver
      ? vscode.l10n.t('The run has ended: another one differs from the packet on, or from its beginning')
      : vscode.l10n.t('Another run begins: the same past, and this one change'),
  });
  return picked?.ask();
}

async function askPacket(session: MachineSession): Promise<number | undefined> {
  const from = Math.max(0, session.packets - LISTED);
  const { rows } = await session.request('sockscope/packets', { from, count: LISTED });
  if (rows.length === 0) throw new Error(vscode.l10n.t('No packet has been sent yet.'));
  const picked = await vscode.window.showQuickPick(
    rows.toReversed().map(({ number, source, destination, info }) => ({
      label: String(number),
      description: `${source} → ${destination}`,
      detail: info,
      number,
    })),
    {
      title: vscode.l10n.t('What If…'),
      placeHolder: vscode.l10n.t('The newest come first'),
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  return picked?.number;
}

function packetChoices(packet: number): Choice[] {
  const choice = (title: string, kind: PacketChange['kind']): Choice => ({
    label: title,
    ask: () => Promise.resolve({ title, is: { packet, kind } }),
  });
  return [
    choice(vscode.l10n.t('packet {0} is lost', packet), 'loss'),
    choice(vscode.l10n.t('packet {0} arrives twice', packet), 'dup'),
    choice(vscode.l10n.t('packet {0} is overtaken by the next one', packet), 'reorder'),
    { label: vscode.l10n.t('packet {0} is late…', packet), ask: () => askDelay(packet) },
  ];
}

async function askDelay(packet: number): Promise<Change | undefined> {
  const delay = await askTime(
    vscode.l10n.t('What If…'),
    vscode.l10n.t('How much later packet {0} arrives', packet),
    '200ms',
  );
  if (delay === undefined) return undefined;
  return {
    title: vscode.l10n.t('packet {0} is {1} late', packet, delay),
    is: { packet, kind: 'delay', delay },
  };
}

async function askSeed(): Promise<Change | undefined> {
  const seed = await vscode.window.showInputBox({
    title: vscode.l10n.t('What If…'),
    prompt: vscode.l10n.t('The seed of the random numbers'),
    validateInput: (text) =>
      /^\s*\d{1,9}\s*$/.test(text) ? undefined : vscode.l10n.t('Write a whole number, such as 7.'),
  });
  if (seed === undefined) return undefined;
  return { title: vscode.l10n.t('the seed is {0}', seed.trim()), is: { seed: Number(seed) } };
}

interface Setting extends vscode.QuickPickItem {
  value: string;
}
async function askSetting(session: MachineSession): Promise<Change | undefined> {
  const setting = await vscode.window.showQuickPick(settingsOf(session), {
    title: vscode.l10n.t('What If…'),
    placeHolder: vscode.l10n.t('The setting that is to differ'),
    matchOnDescription: true,
  });
  if (setting === undefined) return undefined;
  const { label: name, value: now } = setting;
  const value = await vscode.window.showInputBox({
    title: name,
    prompt: vscode.l10n.t('It is {0} now.', now),
    value: now,
    validateInput: (text) =>
      text.trim() === now.trim() ? vscode.l10n.t('Write another value than it has.') : undefined,
  });
  if (value === undefined) return undefined;
  return { title: `${name} = ${value.trim()}`, is: { sysctl: { [name]: value.trim() } } };
}

/** The settings of the Kernel tree, those of the first host. */
async function settingsOf(session: MachineSession): Promise<Setting[]> {
  const children = async (parent?: TreeItem): Promise<TreeItem[]> => {
    const within = parent === undefined ? {} : { parent: parent.id };
    return (await session.request('sockscope/tree', { view: 'kernel', ...within })).items;
  };
  const isGroup = ({ id }: TreeItem): boolean => id.endsWith('/sysctls');
  const roots = await children();
  const group = roots.find(isGroup) ?? (await children(roots[0])).find(isGroup);
  const folders = group === undefined ? [] : await children(group);
  const settings = await Promise.all(folders.map((folder) => children(folder)));
  return settings
    .flat()
    .map(({ name = '', value = '' }) => ({ label: name, description: value, value }))
    .sort((one, other) => one.label.localeCompare(other.label));
}
