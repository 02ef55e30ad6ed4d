/** The data of the sequence diagram, as the request sockscope/sequence answers it. Types only. */
import type { PacketCodeFrame, PacketFate } from '../protocol.ts';

/** A moment of the world: the number of an event, and its virtual time in ns since boot. */
export interface Moment {
  event: number;
  timeNs: number;
}

/** `sockscope/sequence`: what happened between programs, for a sequence diagram. Works stopped and running. */
export interface SequenceArguments {
  /** Only this connection, and what its two ends did: the id of one of `connections`. */
  connection?: string;
  /** Only from this event on, up to that one. */
  from?: number;
  to?: number;
  /** How many packets and system calls at most; the newest. Default 1000. */
  count?: number;
}
export interface SequenceResponse {
  /** The newest moment that is recorded; omitted: nothing is. */
  last?: Moment;
  /** The first moment of which something is shown, if older things were left out or are not kept any more. */
  begins?: Moment;
  /** How many packets and system calls of the chosen window were left out: the older ones. */
  leftOut: number;
  /** The conversations of the whole recording, in the order of their first packets. */
  connections: SequenceConnection[];
  /** From left to right. */
  lifelines: SequenceLifeline[];
  calls: SequenceCall[];
  packets: SequencePacket[];
  states: SequenceState[];
  queues: SequenceQueues[];
  /** The moment at which the machine is stopped. */
  stop?: Moment;
  /** The run has ended: nothing will follow. */
  isOver?: boolean;
}
/** The same for the view that draws it. */
export interface SequenceData extends SequenceResponse {
  picture: 'sequence';
}

export interface SequenceConnection {
  id: string;
  /** `TCP 127.0.0.1:40312 → 127.0.0.1:8080`: the side that began comes first. */
  label: string;
  /** How many packets are recorded. */
  packets: number;
}
export interface SequenceLifeline {
  id: string;
  /** A process, the kernel of a host where no process is behind an address, or the outside of the world. */
  kind: 'process' | 'kernel' | 'outside';
  /** The process's name, or the address. */
  name: string;
  pid?: number;
  host: string;
  /** `127.0.0.1:8080`; the first few, if there are several. */
  addresses: string[];
}
/** A system call, a bar along its lifeline. */
export interface SequenceCall {
  lifeline: string;
  /** The thread that made it: its calls follow each other. */
  pid: number;
  name: string;
  /** `3, 127.0.0.1:8080` */
  arguments: string;
  /** `0`, `ECONNREFUSED`; omitted while it has not returned, or if it returns nothing that can be shown. */
  result?: string;
  from: Moment;
  /** Omitted while it has not returned. */
  to?: Moment;
  /** When it slept; the last one has no end while it does. */
  sleeps: { from: Moment; to?: Moment }[];
}
/** A packet, an arrow between two lifelines. */
export interface SequencePacket {
  number: number;
  from: string;
  to: string;
  protocol: string;
  /** `SYN`, `PSH-ACK`, `echo request` */
  label: string;
  /** `Seq=1 Ack=1`, relative to the connection's first numbers. */
  numbers: string;
  /** Bytes of payload. */
  payload: number;
  /** The NIC has sent it. */
  sent: Moment;
  /** A NIC has stored it. */
  stored?: Moment;
  /** The receiver's stack has taken it, or it has left the world. */
  arrived?: Moment;
  fate: PacketFate;
  reason?: string;
  /** The same bytes were sent before. */
  isRepeated?: boolean;
  /** The wire has delivered it a second time. */
  isDuplicate?: boolean;
  /** The sending NIC, and the one that stored it: `client eth0`. */
  sender: string;
  receiver?: string;
}
/** A socket's state changes. */
export interface SequenceState {
  lifeline: string;
  at: Moment;
  from: string;
  to: string;
  /** `127.0.0.1:40312 → 127.0.0.1:8080` */
  socket: string;
}
/** A listener's queues change, or are found full. */
export interface SequenceQueues {
  lifeline: string;
  at: Moment;
  /** `127.0.0.1:8080` */
  socket: string;
  syn: number;
  accept: number;
  /** What listen() was told: one more than that fit into the accept queue. */
  backlog: number;
  overflow?: 'accept' | 'syn';
}

/**
 * `sockscope/eventCode`: the code of a system call, of a sleep or of a state change of the sequence, by the event at
 * which it began.
 */
export interface EventCodeArguments {
  event: number;
}
export interface EventCodeResponse {
  /** Innermost first; omitted when it is not known (any more). */
  stack?: PacketCodeFrame[];
  /** The index of the frame to show first. */
  opening?: number;
}

/** `sockscope/trace`: the run as text, a line for each thing that happens. Works stopped and running. */
export interface TraceArguments {
  /** How many lines at most; the oldest. Default 100,000. */
  count?: number;
}
export interface TraceResponse {
  /** Oldest first. */
  lines: TraceLine[];
  /** Lines of the beginning that are not kept any more. */
  missing: number;
  /** Lines of the end that were not asked for. */
  leftOut: number;
}
export interface TraceLine extends Moment {
  /** `client[101]: connect(3, 127.0.0.1:8080)` */
  text: string;
}
