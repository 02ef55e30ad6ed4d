/** The messages between the extension and the page of a followed stream; both sides parse what they receive. */
import type {
  FollowStreamResponse,
  StreamChunk,
  StreamDirection,
  StreamEnd,
  StreamProtocolName,
} from '../../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string, union, type Shape } from '../shape.ts';

export type {
  FollowStreamResponse,
  StreamChunk,
  StreamDirection,
  StreamEnd,
  StreamProtocolName,
} from '../../debug-adapter/protocol.ts';

/** What the extension sends. */
export type ToStream =
  /** Follow this stream. */
  | { type: 'show'; protocol: StreamProtocolName; stream: number }
  /** There may be more packets. */
  | { type: 'changed' }
  /** The answer to `getPiece`. */
  | { type: 'piece'; id: number; followed: FollowStreamResponse }
  | { type: 'failed'; id: number; message: string };

interface Stream {
  protocol: StreamProtocolName;
  stream: number;
}

/** What the page sends. */
export type FromStream =
  | { type: 'ready' }
  | ({ type: 'getPiece'; id: number; direction: StreamDirection; piece: number } & Stream)
  /** Another stream is followed: the title names it, and the list shows its packets. */
  | ({ type: 'follow' } & Stream)
  /** Show a packet in the list. */
  | { type: 'goTo'; number: number }
  /** Let the list show everything else. */
  | ({ type: 'filterOut' } & Stream)
  /** Save the bytes; the extension asks for the file. */
  | ({ type: 'save'; direction: StreamDirection } & Stream)
  | { type: 'copy'; text: string; what: string }
  | { type: 'problem'; message: string };

export type ToStreamOf<T extends ToStream['type']> = Extract<ToStream, { type: T }>;
export type FromStreamOf<T extends FromStream['type']> = Extract<FromStream, { type: T }>;

const protocol = oneOf('tcp', 'udp');
const stream = { protocol, stream: count };
const direction = oneOf('both', 'client', 'server');
const end: Shape<StreamEnd> = object<StreamEnd>({
  name: string,
  packets: count,
  bytes: count,
  missing: count,
  letGo: count,
  waiting: count,
});

/** @throws ShapeError naming what is wrong with a message that the page received */
export const parseToStream = union<ToStream>('a message to the page of a stream', {
  show: object<ToStreamOf<'show'>>({ type: oneOf('show'), ...stream }),
  changed: object<ToStreamOf<'changed'>>({ type: oneOf('changed') }),
  piece: object<ToStreamOf<'piece'>>({
    type: oneOf('piece'),
    id: count,
    followed: object<FollowStreamResponse>({
      ...stream,
      streams: count,
      client: end,
      server: end,
      pieces: count,
      piece: count,
      chunks: array(
        object<StreamChunk>({
          number: count,
          isServer: boolean,
          position: count,
          base64: string,
          missing: optional(count),
        }),
      ),
      following: optional(object<{ done: number; of: number }>({ done: count, of: count })),
    }),
  }),
  failed: object<ToStreamOf<'failed'>>({ type: oneOf('failed'), id: count, message: string }),
});

/** @throws ShapeError naming what is wrong with a message that the extension received */
export const parseFromStream = union<FromStream>('a message from the page of a stream', {
  ready: object<FromStreamOf<'ready'>>({ type: oneOf('ready') }),
  getPiece: object<FromStreamOf<'getPiece'>>({
    type: oneOf('getPiece'),
    id: count,
    direction,
    piece: count,
    ...stream,
  }),
  follow: object<FromStreamOf<'follow'>>({ type: oneOf('follow'), ...stream }),
  goTo: object<FromStreamOf<'goTo'>>({ type: oneOf('goTo'), number: count }),
  filterOut: object<FromStreamOf<'filterOut'>>({ type: oneOf('filterOut'), ...stream }),
  save: object<FromStreamOf<'save'>>({ type: oneOf('save'), direction, ...stream }),
  copy: object<FromStreamOf<'copy'>>({ type: oneOf('copy'), text: string, what: string }),
  problem: object<FromStreamOf<'problem'>>({ type: oneOf('problem'), message: string }),
});
