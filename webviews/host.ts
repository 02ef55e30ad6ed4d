/** The Packets panel's connection to the extension. */
import { Channel, type AnnouncementOf } from './channel.ts';
import { parseToPanel, type FromPanel, type ToPanel, type ToPanelOf } from './messages.ts';

export { RequestFailed } from './channel.ts';

/** Messages that the extension sends unasked. */
export type Announcement = AnnouncementOf<ToPanel>;

export class Host extends Channel<ToPanel, FromPanel> {
  constructor(onAnnouncement: (message: Announcement) => void) {
    super(parseToPanel, onAnnouncement);
  }

  getRows(from: number, count: number, filter: string): Promise<ToPanelOf<'rows'>> {
    return this.ask<'rows'>({ type: 'getRows', from, count, ...(filter && { filter }) });
  }

  getPacket(number: number): Promise<ToPanelOf<'packet'>> {
    return this.ask<'packet'>({ type: 'getPacket', number });
  }
}
