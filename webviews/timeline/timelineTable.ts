/** What a timeline shows as a table: a row for each thing, in order. */
import { t } from '../language.ts';
import type { TimelineResponse } from '../../debug-adapter/protocol.ts';
import { timeText } from '../pictures/sequence/time.ts';
import type { Table } from '../pictures/table.ts';
import { itemsOf, type Layout } from './layout.ts';
import { momentText, sentenceOf } from './words.ts';

export function timelineTable(data: TimelineResponse | undefined, layout: Layout | undefined): Table {
  const headers = [t('Time (s)'), t('Event'), t('What')];
  if (data === undefined || layout === undefined) return { caption: t('Timeline'), headers, rows: [] };
  const { stop } = data;
  return {
    caption: stop === undefined ? t('Timeline') : t('Timeline. Stopped at {0}', momentText(stop)),
    headers,
    rows: itemsOf(layout).map((item) => [
      timeText(item.at.timeNs),
      String(item.at.event),
      sentenceOf(item, data.lanes),
    ]),
  };
}
