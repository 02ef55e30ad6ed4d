/** The connection of the page that compares captures to the extension. */
import { Channel, type AnnouncementOf } from '../channel.ts';
import {
  parseToCompare,
  type Aspect,
  type CompareSummary,
  type FromCompare,
  type ToCompare,
  type ToCompareOf,
} from './messages.ts';

export type Announcement = AnnouncementOf<ToCompare>;

export class Host extends Channel<ToCompare, FromCompare> {
  constructor(onAnnouncement: (message: Announcement) => void) {
    super(parseToCompare, onAnnouncement);
  }

  getRows(from: number, count: number, onlyDifferences: boolean): Promise<ToCompareOf<'rows'>> {
    return this.ask<'rows'>({ type: 'getRows', from, count, onlyDifferences });
  }

  getRow(index: number): Promise<ToCompareOf<'row'>> {
    return this.ask<'row'>({ type: 'getRow', index });
  }

  async next(from: number, backwards: boolean): Promise<number | undefined> {
    return (await this.ask<'difference'>({ type: 'next', from, backwards })).index;
  }

  async ignore(ignored: Aspect[]): Promise<CompareSummary> {
    return (await this.ask<'summary'>({ type: 'ignore', ignored })).summary;
  }
}
