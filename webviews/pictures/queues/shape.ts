/** The queues' data, checked. */
import type {
  ListenerChange,
  ListenerChangeKind,
  ListenerData,
  QueueData,
  QueueEntry,
  QueuesData,
} from '../../../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string, type Shape } from '../../shape.ts';

const KINDS = {
  listens: true,
  closed: true,
  queued: true,
  synQueueFull: true,
  synDropped: true,
  ackDropped: true,
  aborted: true,
  cookie: true,
  reserved: true,
  deferred: true,
  synAckAgain: true,
  expired: true,
  unreachable: true,
  reset: true,
  refused: true,
  established: true,
  accepted: true,
  forgotten: true,
} as const satisfies Record<ListenerChangeKind, true>;
const kinds = Object.keys(KINDS) as ListenerChangeKind[];

const entry = object<QueueEntry>({
  peer: string,
  name: string,
  socket: string,
  packetFilter: optional(string),
  age: string,
  state: string,
});
const queue = object<QueueData>({ length: count, room: count, entries: array(entry) });
const change = object<ListenerChange>({
  kind: oneOf(...kinds),
  event: count,
  time: string,
  peer: optional(string),
  text: string,
  isNew: boolean,
});
const counts: Shape<ListenerData['counts']> = object<ListenerData['counts']>(
  Object.fromEntries(kinds.map((kind) => [kind, optional(count)])) as Record<
    ListenerChangeKind,
    Shape<number | undefined>
  >,
);

export const queuesData = object<QueuesData>({
  picture: oneOf('queues'),
  listeners: array(
    object<ListenerData>({
      socket: string,
      name: string,
      listens: boolean,
      packetFilter: optional(string),
      backlog: count,
      cookies: boolean,
      synQueue: queue,
      acceptQueue: queue,
      counts,
      changes: array(change),
    }),
  ),
});
