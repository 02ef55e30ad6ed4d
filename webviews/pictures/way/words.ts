/** What a packet's way says: a sentence for the whole, a line for each station, the table. */
import type { WayResponse, WayStation } from '../../../debug-adapter/protocol.ts';
import { durationText, timeText } from '../sequence/time.ts';
import type { Table } from '../table.ts';

export function sentenceOf({ packet, fate, stations }: WayResponse): string {
  const [first, last] = [stations[0], stations.at(-1)];
  if (packet === undefined || first === undefined || last === undefined) return '';
  const whole = durationText(last.at.timeNs - first.at.timeNs);
  switch (fate) {
    case 'lost':
      return `Packet ${packet.number} is lost on the wire, ${whole} after ${first.title}.`;
    case 'dropped':
      return `Packet ${packet.number} is dropped: ${last.details[0] ?? ''}.`;
    case 'in flight':
      return `Packet ${packet.number} is on its way: it has come to "${last.title}".`;
    default:
      return `Packet ${packet.number} takes ${whole} from "${first.title}" to "${last.title}".`;
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
    `t = ${timeText(at.timeNs)} s, event ${at.event}`,
    countsText(station),
    code === undefined ? '' : `code: ${code}()`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const SIDES = { sender: 'sender', wire: 'wire', receiver: 'receiver' } as const;

export function wayTable(way: WayResponse | undefined): Table {
  const headers = ['Where', 'Station', 'Details', 'Time (s)', 'Event', 'After', 'users', 'dataref', 'Code'];
  if (way?.packet === undefined) return { caption: 'No packet is recorded.', headers, rows: [] };
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
