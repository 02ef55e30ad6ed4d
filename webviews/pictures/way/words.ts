/** What a packet's way says: a sentence for the whole, a line for each station, the table. */
import type { WayResponse, WayStation } from '../../../debug-adapter/protocol.ts';
import { t } from '../../language.ts';
import { durationText, timeText } from '../sequence/time.ts';
import type { Table } from '../table.ts';

export function sentenceOf({ packet, fate, stations }: WayResponse): string {
  const [first, last] = [stations[0], stations.at(-1)];
  if (packet === undefined || first === undefined || last === undefined) return '';
  const whole = durationText(last.at.timeNs - first.at.timeNs);
  switch (fate) {
    case 'lost':
      return t('Packet {0} is lost on the wire, {1} after "{2}".', packet.number, whole, first.title);
    case 'dropped':
      return t('Packet {0} is dropped: {1}.', packet.number, last.details[0] ?? '');
    case 'in flight':
      return t('Packet {0} is on its way: it has come to "{1}".', packet.number, last.title);
    default:
      return t('Packet {0} takes {1} from "{2}" to "{3}".', packet.number, whole, first.title, last.title);
  }
}

/** `users 1 · data shared by 2` */
export function countsText({ users, dataref }: WayStation): string {
  if (users === undefined) return '';
  return dataref === undefined || dataref < 2 ? `users ${users}` : `users ${users} · dataref ${dataref}`;
}
/** What the tooltip and a screen reader say of a station. */
export function stationText(station: WayStation): string {
  const { title, details, at, code } = station;
  return [
    [title, ...details].join(', '),
    t('t = {0} s, event {1}', timeText(at.timeNs), at.event),
    countsText(station),
    code === undefined ? '' : t('code: {0}()', code),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const SIDES = { sender: t('sender'), wire: t('wire'), receiver: t('receiver') } as const;

export function wayTable(way: WayResponse | undefined): Table {
  const headers = [
    t('Where'),
    t('Station'),
    t('Details'),
    t('Time (s)'),
    t('Event'),
    t('After'),
    'users',
    'dataref',
    t('Code'),
  ];
  if (way?.packet === undefined) return { caption: t('No packet is recorded.'), headers, rows: [] };
  const { stations, packet } = way;
  return {
    caption: `${packet.label}. ${sentenceOf(way)}`,
    headers,
    rows: stations.map(({ side, title, details, at, users, dataref, code }, index) => {
      const before = stations[index - 1];
      return [
        SIDES[side],
        title,
        details.join(', '),
        timeText(at.timeNs).replaceAll(' ', ''),
        String(at.event),
        before === undefined ? '' : afterText(at.timeNs - before.at.timeNs),
        users === undefined ? '' : String(users),
        dataref === undefined ? '' : String(dataref),
        code ?? '',
      ];
    }),
  };
}
/** Time stands still while code runs. */
export function afterText(ns: number): string {
  return ns === 0 ? '0' : durationText(ns);
}
