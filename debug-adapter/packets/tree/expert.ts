/** Remarks on a packet, by severity and group, as Wireshark's "Expert Information". */
import { field, type Field } from './field.ts';
import type { Item, Text } from './item.ts';

const SEVERITIES = { Chat: 0x200000, Note: 0x400000, Warning: 0x600000, Error: 0x800000 } as const;
const GROUPS = {
  Checksum: 0x1000000,
  Sequence: 0x2000000,
  Response: 0x3000000,
  Undecoded: 0x5000000,
  Reassemble: 0x6000000,
  Malformed: 0x7000000,
  Protocol: 0x9000000,
  Deprecated: 0xe000000,
} as const;
export type Severity = keyof typeof SEVERITIES;
export type Group = keyof typeof GROUPS;

/** Characters of a message. */
const LONGEST = 239;

const swapped = (names: Record<string, number>) =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [value, name]));

const EXPERT = field('_ws.expert', 'Expert Info', 'protocol');
const MESSAGE = field('_ws.expert.message', 'Message', 'string');
const SEVERITY = field('_ws.expert.severity', 'Severity level', 'uint32', { names: swapped(SEVERITIES) });
const GROUP = field('_ws.expert.group', 'Group', 'uint32', { names: swapped(GROUPS) });
/** A packet that is not as it must be; a filter finds it by this name whatever the remark is. */
export const MALFORMED = field('_ws.malformed', 'Malformed Packet', 'protocol');
export const EXPERT_FIELDS: readonly Field[] = [EXPERT, MESSAGE, SEVERITY, GROUP, MALFORMED];

/** Adds a remark to a line. @param what is found when the remark was made; its title is the message unless given */
export function expert(
  item: Item,
  what: Field,
  severity: Severity,
  group: Group,
  message: Text = what.title,
): void {
  const { packet } = item;
  const bytes = packet.bytes;
  const told = () => (typeof message === 'string' ? message : message());
  const info = item.heading(
    EXPERT,
    bytes,
    item.offset,
    0,
    () => `Expert Info (${severity}/${group}): ${told()}`,
  );
  info.generated();
  info.heading(what, bytes, item.offset, 0, told).generated();
  info.add(MESSAGE, bytes, item.offset, 0, told().slice(0, LONGEST)).generated().hidden();
  info.add(SEVERITY, bytes, item.offset, 0, SEVERITIES[severity]).as(severity).generated();
  info.add(GROUP, bytes, item.offset, 0, GROUPS[group]).as(group).generated();
  if (group === 'Malformed') item.add(MALFORMED, bytes, item.offset, 0, 0).hidden();
}
