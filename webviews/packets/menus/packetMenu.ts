/** The context menus of a packet in the list, of a field in the layers and of bytes. */
import { t } from '../../language.ts';
import type { MenuCommand, MenuEntry, Submenu } from '../../menu.ts';
import type { ApplyAs, PacketChange, PacketRow } from '../../messages.ts';
import type { SourceRange } from '../bytesPane.ts';
import type { TreeNode } from '../fieldTree.ts';
import type { PacketActions } from './packetActions.ts';

const HOW: readonly (readonly [string, ApplyAs])[] = [
  [t('Selected'), 'selected'],
  [t('Not Selected'), 'not selected'],
  [t('…and Selected'), 'and selected'],
  [t('…or Selected'), 'or selected'],
  [t('…and Not Selected'), 'and not selected'],
  [t('…or Not Selected'), 'or not selected'],
];

/** Wireshark's ways to put a new filter together with the one that is there. */
function ways(label: string, run: (how: ApplyAs) => void, disabled = false): MenuEntry {
  if (disabled) return { label, disabled, run: () => undefined };
  return { label, entries: HOW.map(([name, how]) => ({ label: name, run: () => run(how) })) };
}

export interface ChosenColumnField {
  title: string;
  /** A field's filter name. */
  field: string;
}

/** @param row undefined while it is loaded */
export function rowMenu(number: number, row: PacketRow | undefined, actions: PacketActions): MenuEntry[] {
  return groups(
    [
      {
        label: row?.marked ? t('Unmark Packet') : t('Mark Packet'),
        key: 'Ctrl+M',
        run: () => actions.toggleMark(number, row),
      },
      {
        label: row?.comment === undefined ? t('Comment…') : t('Edit the Comment…'),
        run: () => actions.comment(number, row),
      },
      {
        label: row?.isReference ? t('Unset Time Reference') : t('Set Time Reference'),
        key: 'Ctrl+T',
        run: () => actions.toggleReference(number, row),
      },
    ],
    filterEntries(number, row, actions),
    actions.isFile ? [] : frameEntries(number, row, actions),
    ...machineEntries(number, row, actions, [
      { label: t('Show Its Socket in the Sockets Tree'), run: () => actions.showSocket(number) },
      { label: t('Show Its Way'), run: () => actions.showWay(number) },
      { label: t('Show Its Function Graph'), run: () => actions.showFunctionGraph(number) },
      { label: t('Bookmark Its Moment…'), run: () => actions.bookmark(number) },
      { label: t('What If…'), run: () => actions.whatIf(number) },
    ]),
    [
      copyEntries(number, row, actions),
      { label: t('Open in Wireshark'), run: () => actions.openInWireshark(number) },
    ],
  );
}

/** With a line between two groups. */
function groups(...entries: readonly (readonly MenuEntry[])[]): MenuEntry[] {
  return entries
    .filter((group) => group.length > 0)
    .flatMap((group, at) => (at === 0 ? group : ['separator' as const, ...group]));
}

function filterEntries(number: number, row: PacketRow | undefined, actions: PacketActions): MenuEntry[] {
  const hasStream = row === undefined || /→/.test(row.info) || row.source.includes(':');
  return [
    ways(
      t('Filter by This Stream'),
      (how) => actions.applyFilter(number, { what: 'stream' }, how),
      !hasStream,
    ),
    {
      label: t('Follow Stream'),
      key: 'Ctrl+Alt+Shift+T',
      disabled: !hasStream,
      run: () => actions.followStream(number),
    },
    ways(t('Filter by This Conversation'), (how) =>
      actions.applyFilter(number, { what: 'conversation' }, how),
    ),
  ];
}

/** What leads to the machine that sent the packet, in two groups: none, if it is one of a file. */
function machineEntries(
  number: number,
  row: PacketRow | undefined,
  actions: PacketActions,
  more: readonly MenuEntry[],
): MenuEntry[][] {
  if (actions.isFile) return [];
  return [
    [
      {
        label: t('Go to Its Cause'),
        key: 'Ctrl+Alt+Shift+C',
        disabled: row?.direction === 'in',
        run: () => actions.goToCause(number),
      },
      {
        label: t('Show What Led to It…'),
        disabled: row?.direction === 'in',
        run: () => actions.showCauses(number),
      },
    ],
    [
      {
        label: t('Go to Its Sending'),
        disabled: row?.direction === 'in',
        run: () => actions.goToSending(number),
      },
      { label: t('Go to the Code That Sent It…'), run: () => actions.goToCode(number, 'sent') },
      {
        label: t('Go to the Code That Received It…'),
        disabled: row?.fate === 'lost' || row?.fate === 'in flight',
        run: () => actions.goToCode(number, 'received'),
      },
      {
        label: t('Run to Its Arrival'),
        disabled: row?.fate === 'lost',
        run: () => actions.runToArrival(number),
      },
    ],
    [...more, { label: t('Break When the Next Packet Like This…'), run: () => actions.breakOnLike(number) }],
  ];
}

/** What the user can do to a packet that is still on its way, and with a copy of any. */
function frameEntries(number: number, row: PacketRow | undefined, actions: PacketActions): MenuEntry[] {
  const label = t('Change It on Its Way');
  const change = (text: string, how: PacketChange): MenuCommand => ({
    label: text,
    run: () => actions.changeFrame(number, how),
  });
  return [
    row?.fate !== 'in flight'
      ? { label, disabled: true, run: () => undefined }
      : {
          label,
          entries: [
            change(t('Drop'), 'drop'),
            change(t('Duplicate'), 'duplicate'),
            change(t('Delay…'), 'delay'),
            change(t('Let the Next One Overtake It'), 'reorder'),
            change(t('Corrupt'), 'corrupt'),
            { label: t('Edit Bytes'), run: () => actions.editFrame(number) },
          ],
        },
    { label: t('Inject an Edited Copy…'), run: () => actions.injectCopy(number) },
  ];
}

function copyEntries(number: number, row: PacketRow | undefined, actions: PacketActions): Submenu {
  const bytes = (label: string, format: 'hex' | 'text' | 'c'): MenuCommand => ({
    label,
    run: () => void actions.copyBytes(number, null, format),
  });
  return {
    label: t('Copy'),
    entries: [
      { label: t('Row'), key: 'Ctrl+C', disabled: row === undefined, run: () => actions.copyRow(row) },
      { label: t('Packet as Text'), run: () => void actions.copyPacket(number, row) },
      bytes(t('Bytes as Hex'), 'hex'),
      bytes(t('Bytes as Printable Text'), 'text'),
      bytes(t('Bytes as C Array'), 'c'),
    ],
  };
}

export function fieldMenu(
  number: number,
  row: PacketRow | undefined,
  field: TreeNode,
  actions: PacketActions,
): MenuEntry[] {
  const { field: filterName, occurrence, frame } = field;
  const by = { what: 'field' as const, ...(filterName !== undefined && { field: filterName }), occurrence };
  const missing = filterName === undefined;
  return groups(
    frame === undefined
      ? []
      : [{ label: t('Go to Packet {0}', frame), key: 'Ctrl+Enter', run: () => actions.goTo(frame) }],
    [
      {
        label: t('Apply as Column'),
        disabled: missing,
        run: () => actions.addColumn(filterName ?? '', field.title),
      },
      ways(t('Apply as Filter'), (how) => actions.applyFilter(number, by, how), missing),
      ...filterEntries(number, row, actions),
    ],
    [
      {
        label: t('Copy'),
        entries: [
          { label: t('Line'), key: 'Ctrl+C', run: () => actions.copy(field.label, 'field') },
          { label: t('Value'), disabled: field.value === '', run: () => actions.copy(field.value, 'value') },
          {
            label: t('Field Name'),
            disabled: missing,
            run: () => actions.copy(filterName ?? '', filterName ?? 'field'),
          },
          { label: t('As Filter'), disabled: missing, run: () => void actions.copyFilter(number, by) },
          ...bytesEntries(number, field, actions),
        ],
      },
    ],
    ...machineEntries(number, row, actions, []),
  );
}

/** @param range the marked bytes; all of them if null */
export function bytesMenu(number: number, range: SourceRange | null, actions: PacketActions): MenuEntry[] {
  return [
    ...bytesEntries(number, range, actions),
    'separator',
    ...bytesEntries(number, null, actions, t('Whole Packet: ')),
  ];
}

function bytesEntries(
  number: number,
  range: SourceRange | null,
  actions: PacketActions,
  prefix = '',
): MenuCommand[] {
  const entry = (label: string, format: 'hex' | 'text' | 'c'): MenuCommand => ({
    label: prefix + label,
    disabled: range?.length === 0,
    run: () => void actions.copyBytes(number, range, format),
  });
  return [
    entry(t('Bytes as Hex'), 'hex'),
    entry(t('Bytes as Printable Text'), 'text'),
    entry(t('Bytes as C Array'), 'c'),
  ];
}
