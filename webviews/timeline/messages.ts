/** The messages between the extension and the Timeline view, parsed on both sides. */
import type { TimelineArguments, TimelineResponse } from '../../debug-adapter/protocol.ts';
import { boolean, count, object, oneOf, optional, string, union } from '../shape.ts';
import { timelineArguments, timelineResponse } from './shape.ts';

/** The commands that an empty timeline offers. */
const COMMANDS = ['startDebugging', 'newScenario', 'openSample'] as const;
export type TimelineCommand = (typeof COMMANDS)[number];

/** What the extension sends to the Timeline view. */
export type ToTimeline =
  /** A new stop, another session, its end, other bookmarks, or progress while it runs: once a second then. */
  | {
      type: 'changed';
      /** Identifies the debug session; omitted when there is none. */
      session?: string;
      running: boolean;
      /** Virtual time: `t = 0.000130000 s`. */
      moment?: string;
      /** The machine is gone: when it has ended. */
      ended?: string;
    }
  /** The answer to `getTimeline`. */
  | { type: 'timeline'; id: number; data: TimelineResponse }
  | { type: 'failed'; id: number; message: string };

/** What the Timeline view sends to the extension. */
export type FromTimeline =
  | { type: 'ready' }
  | { type: 'getTimeline'; id: number; wanted: TimelineArguments }
  /** Go to this moment of the run. */
  | { type: 'goToEvent'; event: number }
  | { type: 'goToBookmark'; name: string }
  /** Name a moment; the extension asks for the name. Without an event: that of the stop. */
  | { type: 'bookmark'; event?: number }
  | { type: 'renameBookmark'; name: string }
  | { type: 'removeBookmark'; name: string }
  | { type: 'revealPacket'; number: number }
  /** Save this text to a file; the extension asks for the file. */
  | { type: 'save'; format: 'svg' | 'csv'; name: string; text: string }
  | { type: 'run'; command: TimelineCommand }
  | { type: 'problem'; message: string };

export type ToTimelineOf<T extends ToTimeline['type']> = Extract<ToTimeline, { type: T }>;
export type FromTimelineOf<T extends FromTimeline['type']> = Extract<FromTimeline, { type: T }>;

/** @throws ShapeError naming what is wrong with a message that the view received */
export const parseToTimeline = union<ToTimeline>('a message to the Timeline view', {
  changed: object<ToTimelineOf<'changed'>>({
    type: oneOf('changed'),
    session: optional(string),
    running: boolean,
    moment: optional(string),
    ended: optional(string),
  }),
  timeline: object<ToTimelineOf<'timeline'>>({ type: oneOf('timeline'), id: count, data: timelineResponse }),
  failed: object<ToTimelineOf<'failed'>>({ type: oneOf('failed'), id: count, message: string }),
});

/** @throws ShapeError naming what is wrong with a message that the extension received */
export const parseFromTimeline = union<FromTimeline>('a message from the Timeline view', {
  ready: object<FromTimelineOf<'ready'>>({ type: oneOf('ready') }),
  getTimeline: object<FromTimelineOf<'getTimeline'>>({
    type: oneOf('getTimeline'),
    id: count,
    wanted: timelineArguments,
  }),
  goToEvent: object<FromTimelineOf<'goToEvent'>>({ type: oneOf('goToEvent'), event: count }),
  goToBookmark: object<FromTimelineOf<'goToBookmark'>>({ type: oneOf('goToBookmark'), name: string }),
  bookmark: object<FromTimelineOf<'bookmark'>>({ type: oneOf('bookmark'), event: optional(count) }),
  renameBookmark: object<FromTimelineOf<'renameBookmark'>>({ type: oneOf('renameBookmark'), name: string }),
  removeBookmark: object<FromTimelineOf<'removeBookmark'>>({ type: oneOf('removeBookmark'), name: string }),
  revealPacket: object<FromTimelineOf<'revealPacket'>>({ type: oneOf('revealPacket'), number: count }),
  save: object<FromTimelineOf<'save'>>({
    type: oneOf('save'),
    format: oneOf('svg', 'csv'),
    name: string,
    text: string,
  }),
  run: object<FromTimelineOf<'run'>>({ type: oneOf('run'), command: oneOf(...COMMANDS) }),
  problem: object<FromTimelineOf<'problem'>>({ type: oneOf('problem'), message: string }),
});
