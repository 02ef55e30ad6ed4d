/** The connection of a stream's page to the extension. */
import { Channel, type AnnouncementOf } from '../channel.ts';
import {
  parseToStream,
  type FollowStreamResponse,
  type FromStream,
  type FromStreamOf,
  type ToStream,
} from './messages.ts';

export type Announcement = AnnouncementOf<ToStream>;

export class Host extends Channel<ToStream, FromStream> {
  constructor(onAnnouncement: (message: Announcement) => void) {
    super(parseToStream, onAnnouncement);
  }

  async getPiece(question: Omit<FromStreamOf<'getPiece'>, 'id' | 'type'>): Promise<FollowStreamResponse> {
    return (await this.ask<'piece'>({ type: 'getPiece', ...question })).followed;
  }
}
