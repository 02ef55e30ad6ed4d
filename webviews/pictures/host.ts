/** The Pictures view's connection to the extension. */
import type { DrawnData, Wanted } from '../../debug-adapter/protocol.ts';
import { Channel, type AnnouncementOf } from '../channel.ts';
import { parseToPictures, type FromPictures, type ToPictures } from './messages.ts';

/** Messages that the extension sends unasked. */
export type Announcement = AnnouncementOf<ToPictures>;

export class Host extends Channel<ToPictures, FromPictures> {
  constructor(onAnnouncement: (message: Announcement) => void) {
    super(parseToPictures, onAnnouncement);
  }

  async getPicture(wanted: Wanted): Promise<DrawnData> {
    return (await this.ask<'picture'>({ type: 'getPicture', wanted })).data;
  }
}
