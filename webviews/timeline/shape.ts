/** The shape of the timeline's data and of what is asked for, checked at run time. */
import type {
  Bookmark,
  Moment,
  TimelineArguments,
  TimelineBar,
  TimelineLane,
  TimelineOutput,
  TimelinePacket,
  TimelineResponse,
} from '../../debug-adapter/protocol.ts';
import { array, boolean, count, number, object, oneOf, optional, string, type Shape } from '../shape.ts';

const integer: Shape<number> = (value, path) => Math.round(number(value, path));
const axis = oneOf('time', 'events');
const moment: Shape<Moment> = object<Moment>({ event: count, timeNs: count });
const lane: Shape<TimelineLane> = object<TimelineLane>({
  id: string,
  kind: oneOf('process', 'kernel', 'outside'),
  name: string,
  host: string,
  pid: optional(count),
});
const bar: Shape<TimelineBar> = object<TimelineBar>({
  lane: count,
  kind: oneOf('call', 'sleep'),
  from: moment,
  to: optional(moment),
  name: string,
  arguments: optional(string),
  result: optional(string),
  count,
});
const packet: Shape<TimelinePacket> = object<TimelinePacket>({
  from: count,
  to: count,
  number: count,
  protocol: string,
  label: string,
  sent: moment,
  arrived: optional(moment),
  fate: oneOf('in flight', 'delivered', 'lost', 'dropped'),
  payload: count,
  count,
});
const output: Shape<TimelineOutput> = object<TimelineOutput>({
  lane: count,
  at: moment,
  stream: oneOf('stdout', 'stderr'),
  text: string,
  count,
});
const bookmark: Shape<Bookmark> = object<Bookmark>({ name: string, event: count, timeNs: count });

export const timelineArguments: Shape<TimelineArguments> = object<TimelineArguments>({
  axis: optional(axis),
  from: optional(integer),
  to: optional(integer),
  columns: optional(count),
});

export const timelineResponse: Shape<TimelineResponse> = object<TimelineResponse>({
  axis,
  from: number,
  to: number,
  whole: optional(object<{ from: Moment; to: Moment }>({ from: moment, to: moment })),
  missing: count,
  lanes: array(lane),
  lanesLeftOut: count,
  bars: array(bar),
  packets: array(packet),
  outputs: array(output),
  stops: array(moment),
  bookmarks: array(bookmark),
  stop: optional(moment),
  isOver: optional(boolean),
});
