/** A sequence as a table: the same as the diagram, in words. */
import type { SequenceResponse } from '../../../debug-adapter/protocol.ts';
import type { Table } from '../table.ts';
import { itemsOf, type Item } from './rows.ts';
import { timeText } from './time.ts';
import { namesOf, plural, sentenceOf } from './words.ts';

const KINDS: Readonly<Record<Item['kind'], string>> = {
  call: 'system call',
  return: 'return',
  state: 'state',
  queues: 'queues',
  sent: 'packet sent',
  stored: 'packet in the ring',
  arrived: 'packet arrives',
};

export function sequenceTable(sequence: SequenceResponse | undefined): Table {
  const headers = ['Time (s)', 'Event', 'Where', 'What', 'In words'];
  if (sequence === undefined) return { caption: 'Nothing is recorded.', headers, rows: [] };
  const nameOf = namesOf(sequence);
  const rows = itemsOf(sequence, true).map((item) => [
    timeText(item.at.timeNs).replaceAll(' ', ''),
    String(item.at.event),
    nameOf(item.lifeline).replace(/^nic (localhost )?/, ''),
    KINDS[item.kind],
    sentenceOf(item, nameOf),
  ]);
  const { packets, calls } = sequence;
  const caption = `${plural(packets.length, 'packet')} and ${plural(calls.length, 'system call')}, in the order in which they happened.`;
  return { caption, headers, rows };
}
