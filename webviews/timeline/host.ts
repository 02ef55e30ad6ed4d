/** The Timeline view's connection to the extension. */
import type { TimelineArguments, TimelineResponse } from '../../debug-adapter/protocol.ts';
import { Channel, type AnnouncementOf } from '../channel.ts';
import { parseToTimeline, type FromTimeline, type ToTimeline } from './messages.ts';

export class Host extends Channel<ToTimeline, FromTimeline> {
  constructor(onAnnouncement: (message: AnnouncementOf<ToTimeline>) => void) {
    super(parseToTimeline, onAnnouncement);
  }

  async getTimeline(wanted: TimelineArguments): Promise<TimelineResponse> {
    return (await this.ask<'timeline'>({ type: 'getTimeline', wanted })).data;
  }
}
