/** A sequence as a table: the same as the diagram, in words. */
import { t } from '../../language.ts';
import type { SequenceResponse } from '../../../debug-adapter/protocol.ts';
import type { Table } from '../table.ts';
import { itemsOf, sleepsOf, type Item } from './rows.ts';
import { timeText } from './time.ts';
import { namesOf, plural, sentenceOf } from './words.ts';

const KINDS: Readonly<Record<Item['kind'], string>> = {
  call: t('system call'),
  return: t('return'),
  sleep: t('sleep'),
  state: t('state'),
  queues: t('queues'),
  sent: t('packet sent'),
  stored: t('packet in the ring'),
  arrived: t('packet arrives'),
};

export function sequenceTable(sequence: SequenceResponse | undefined): Table {
  const headers = [t('Time (s)'), t('Event'), t('Where'), t('What'), t('In words')];
  if (sequence === undefined) return { caption: t('Nothing is recorded.'), headers, rows: [] };
  const nameOf = namesOf(sequence);
  const items = [...itemsOf(sequence, true), ...sleepsOf(sequence.calls)];
  const inOrder = items.sort((a, b) => a.at.event - b.at.event);
  const rows = inOrder.map((item) => [
    timeText(item.at.timeNs).replaceAll(' ', ''),
    String(item.at.event),
    nameOf(item.lifeline).replace(/^nic (localhost )?/, ''),
    KINDS[item.kind],
    sentenceOf(item, nameOf),
  ]);
  const { packets, calls } = sequence;
  const caption = t(
    '{0} and {1}, in the order in which they happened.',
    plural(packets.length, t('{0} packet'), t('{0} packets')),
    plural(calls.length, t('{0} system call'), t('{0} system calls')),
  );
  return { caption, headers, rows };
}
