/** The data of the timeline, as the request sockscope/timeline answers it. Types only. */
import type { Bookmark, Moment, PacketFate } from '../protocol.ts';

/** What the axis counts: virtual nanoseconds since boot, or events. */
export type TimelineAxis = 'time' | 'events';

/**
 * `sockscope/timeline`: what happened in a window of the run, by host and process. What is too small to be seen is
 * counted together. Works stopped and running.
 */
export interface TimelineArguments {
  /** Default: time. */
  axis?: TimelineAxis;
  /** The window, on the axis; default: all of the run. */
  from?: number;
  to?: number;
  /** How many things can be told apart side by side; default 400. */
  columns?: number;
}
export interface TimelineResponse {
  axis: TimelineAxis;
  /** The window, on the axis. */
  from: number;
  to: number;
  /** The first and the last moment that are recorded; omitted: nothing is. */
  whole?: { from: Moment; to: Moment };
  /** How much happened before that and is not kept any more. */
  missing: number;
  lanes: TimelineLane[];
  /** How many further processes have no lane. */
  lanesLeftOut: number;
  bars: TimelineBar[];
  packets: TimelinePacket[];
  outputs: TimelineOutput[];
  /** Where the machine has stopped. */
  stops: Moment[];
  bookmarks: Bookmark[];
  /** Where it is stopped. */
  stop?: Moment;
  /** The run has ended: nothing will follow. */
  isOver?: boolean;
}

export interface TimelineLane {
  id: string;
  /** A process, the kernel of a host where no process is behind an address, or the outside of the world. */
  kind: 'process' | 'kernel' | 'outside';
  name: string;
  host: string;
  pid?: number;
}
/** A system call, or a sleep in one; or several that are too short to be seen. */
export interface TimelineBar {
  /** The index of its lane. */
  lane: number;
  kind: 'call' | 'sleep';
  from: Moment;
  /** Omitted while it goes on. */
  to?: Moment;
  /** `connect`; of several the name that all have, or nothing. */
  name: string;
  /** Of one call. */
  arguments?: string;
  result?: string;
  count: number;
}
/** A line that a process has written, or several that are too close to be told apart. */
export interface TimelineOutput {
  /** The index of its lane. */
  lane: number;
  /** The event before it; of the first. */
  at: Moment;
  stream: 'stdout' | 'stderr';
  /** The first, perhaps cut short. */
  text: string;
  count: number;
}
/** A packet, or several between the same lanes that are too close to be told apart. */
export interface TimelinePacket {
  /** Indices of lanes. */
  from: number;
  to: number;
  /** Of the first. */
  number: number;
  protocol: string;
  label: string;
  sent: Moment;
  /** Of the last that has arrived. */
  arrived?: Moment;
  fate: PacketFate;
  /** Bytes of payload, of all of them. */
  payload: number;
  count: number;
}
