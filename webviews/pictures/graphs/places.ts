/** The things in a graph that one can go to: samples and segments, in the order in which they happened. */
import { t } from '../../language.ts';
import type { GraphSegment, GraphsResponse, Moment } from '../../../debug-adapter/protocol.ts';
import type { Table } from '../table.ts';
import { timeText } from '../sequence/time.ts';
import { unitText, valueText } from './axis.ts';

export interface Place {
  at: Moment;
  segment?: GraphSegment;
  /** An index of the moments: what the lines show there. Undefined before the first. */
  row: number | undefined;
}

export function placesOf({ moments, lines, segments }: GraphsResponse): Place[] {
  const places: Place[] = [];
  let row: number | undefined;
  let next = 0;
  const takeRows = (before: number) => {
    for (; lines.length > 0 && next < moments.length && moments[next]!.event < before; next++) {
      row = next;
      places.push({ at: moments[next]!, row });
    }
  };
  for (const segment of segments) {
    takeRows(segment.at.event);
    places.push({ at: segment.at, segment, row });
  }
  takeRows(Infinity);
  return places;
}

const KINDS: Readonly<Record<GraphSegment['kind'], string>> = {
  data: t('sent'),
  again: t('sent again'),
  sack: t('reported by SACK'),
};

/** `t = 0.000 020 s, event 12. Packet 3, bytes 1 to 101, sent. cwnd 10, in flight 1` */
export function sentenceOf({ at, segment, row }: Place, { lines }: GraphsResponse): string {
  const parts = [t('t = {0} s, event {1}', timeText(at.timeNs), at.event)];
  if (segment !== undefined) {
    const { number, from, to, kind } = segment;
    parts.push(t('Packet {0}: {1} to {2} {3}', number, from, to, KINDS[kind]));
  }
  if (row !== undefined)
    parts.push(lines.map(({ label, values }) => `${label} ${valueText(values[row]!)}`).join(', '));
  return parts.join('. ');
}

export function tableOf(data: GraphsResponse | undefined, title: string): Table {
  if (data === undefined) return { caption: t('Nothing is recorded.'), headers: [], rows: [] };
  const { lines, segments, unit, leftOut } = data;
  const hasSegments = segments.length > 0;
  const headers = [
    t('Time (s)'),
    t('Event'),
    ...(hasSegments ? [t('What'), t('Packet'), t('From'), t('To')] : []),
    ...lines.map(({ label }) => `${label} (${unitText(unit)})`),
  ];
  const rows = placesOf(data).map(({ at, segment, row }) => [
    timeText(at.timeNs).replaceAll(' ', ''),
    String(at.event),
    ...(hasSegments ? segmentCells(segment) : []),
    ...lines.map(({ values }) => (row === undefined || values[row] === null ? '' : String(values[row]))),
  ]);
  const cut = leftOut === 0 ? '' : t(' {0} between them are left out.', leftOut.toLocaleString('en'));
  return { caption: `${t('{0}, at each moment at which it changes.', title)}${cut}`, headers, rows };
}
function segmentCells(segment: GraphSegment | undefined): string[] {
  if (segment === undefined) return ['', '', '', ''];
  const { kind, number, from, to } = segment;
  return [KINDS[kind], String(number), String(from), String(to)];
}
