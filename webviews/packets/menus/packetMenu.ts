/** The context menus of a packet in the list, of a field in the layers and of bytes. */
import type { MenuCommand, MenuEntry, Submenu } from '../../menu.ts';
import type { ApplyAs, PacketRow } from '../../messages.ts';
import type { SourceRange } from '../bytesPane.ts';
import type { TreeNode } from '../fieldTree.ts';
import type { PacketActions } from './packetActions.ts';

const HOW: readonly (readonly [string, ApplyAs])[] = [
  ['Selected', 'selected'],
  ['Not Selected', 'not selected'],
  ['…and Selected', 'and selected'],
  ['…or Selected', 'or selected'],
  ['…and Not Selected', 'and not selected'],
  ['…or Not Selected', 'or not selected'],
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
  return [
    {
      label: row?.marked ? 'Unmark Packet' : 'Mark Packet',
      key: 'Ctrl+M',
      run: () => actions.toggleMark(number, row),
    },
    {
      label: row?.comment === undefined ? 'Comment…' : 'Edit the Comment…',
      run: () => actions.comment(number, row),
    },
    {
      label: row?.isReference ? 'Unset Time Reference' : 'Set Time Reference',
      key: 'Ctrl+T',
      run: () => actions.toggleReference(number, row),
    },
    'separator',
    ...filterEntries(number, row, actions),
    'separator',
    ...codeEntries(number, row, actions),
    'separator',
    { label: 'Show Its Socket in the Sockets Tree', run: () => actions.showSocket(number) },
    { label: 'Break When the Next Packet Like This…', run: () => actions.breakOnLike(number) },
    'separator',
    copyEntries(number, row, actions),
  ];
}

function filterEntries(number: number, row: PacketRow | undefined, actions: PacketActions): MenuEntry[] {
  const hasStream = row === undefined || /→/.test(row.info) || row.source.includes(':');
  return [
    ways('Filter by This Stream', (how) => actions.applyFilter(number, { what: 'stream' }, how), !hasStream),
    ways('Filter by This Conversation', (how) => actions.applyFilter(number, { what: 'conversation' }, how)),
  ];
}

function codeEntries(number: number, row: PacketRow | undefined, actions: PacketActions): MenuEntry[] {
  return [
    { label: 'Go to the Code That Sent It…', run: () => actions.goToCode(number, 'sent') },
    {
      label: 'Go to the Code That Received It…',
      disabled: row?.fate === 'lost' || row?.fate === 'in flight',
      run: () => actions.goToCode(number, 'received'),
    },
  ];
}

function copyEntries(number: number, row: PacketRow | undefined, actions: PacketActions): Submenu {
  const bytes = (label: string, format: 'hex' | 'text' | 'c'): MenuCommand => ({
    label,
    run: () => void actions.copyBytes(number, null, format),
  });
  return {
    label: 'Copy',
    entries: [
      { label: 'Row', key: 'Ctrl+C', disabled: row === undefined, run: () => actions.copyRow(row) },
      { label: 'Packet as Text', run: () => void actions.copyPacket(number, row) },
      bytes('Bytes as Hex', 'hex'),
      bytes('Bytes as Printable Text', 'text'),
      bytes('Bytes as C Array', 'c'),
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
  const lead: MenuEntry[] =
    frame === undefined
      ? []
      : [{ label: `Go to Packet ${frame}`, key: 'Ctrl+Enter', run: () => actions.goTo(frame) }, 'separator'];
  return [
    ...lead,
    {
      label: 'Apply as Column',
      disabled: missing,
      run: () => actions.addColumn(filterName ?? '', field.title),
    },
    ways('Apply as Filter', (how) => actions.applyFilter(number, by, how), missing),
    ...filterEntries(number, row, actions),
    'separator',
    {
      label: 'Copy',
      entries: [
        { label: 'Line', key: 'Ctrl+C', run: () => actions.copy(field.label, 'field') },
        { label: 'Value', disabled: field.value === '', run: () => actions.copy(field.value, 'value') },
        {
          label: 'Field Name',
          disabled: missing,
          run: () => actions.copy(filterName ?? '', filterName ?? 'field'),
        },
        { label: 'As Filter', disabled: missing, run: () => void actions.copyFilter(number, by) },
        ...bytesEntries(number, field, actions),
      ],
    },
    'separator',
    ...codeEntries(number, row, actions),
    { label: 'Break When the Next Packet Like This…', run: () => actions.breakOnLike(number) },
  ];
}

/** @param range the marked bytes; all of them if null */
export function bytesMenu(number: number, range: SourceRange | null, actions: PacketActions): MenuEntry[] {
  return [
    ...bytesEntries(number, range, actions),
    'separator',
    ...bytesEntries(number, null, actions, 'Whole Packet: '),
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
    entry('Bytes as Hex', 'hex'),
    entry('Bytes as Printable Text', 'text'),
    entry('Bytes as C Array', 'c'),
  ];
}
