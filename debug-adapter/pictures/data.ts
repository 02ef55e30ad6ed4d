/** What the pictures show, as plain data. Types only: the webviews see them through the protocol. */

import type { GraphsArguments, GraphsData } from '../graphs/data.ts';
import type { SequenceArguments, SequenceData } from '../sequence/data.ts';
import type { WayArguments, WayData } from '../way/data.ts';

/** What is read from the machine. */
export type PictureData = QueuesData | StatesData | RingsData;
export type PictureId = PictureData['picture'];

/** All that is drawn: what is read from the machine, and what was recorded. */
export type DrawnData = PictureData | SequenceData | GraphsData | WayData;
export type DrawnId = DrawnData['picture'];
export type DrawnOf<Id extends DrawnId> = Extract<DrawnData, { picture: Id }>;
/** Which data of a picture is wanted. */
export type Wanted =
  | { [Id in PictureId]: { picture: Id } }[PictureId]
  | ({ picture: 'sequence' } & SequenceArguments)
  | ({ picture: 'graphs' } & GraphsArguments)
  | ({ picture: 'way' } & WayArguments);
export type WantedOf<Id extends DrawnId> = Extract<Wanted, { picture: Id }>;

// ---------------------------------------------------------------------------------------------------------------------
// The two queues of a listener

export interface QueuesData {
  picture: 'queues';
  /** Those that listen, then the last ones that were closed. */
  listeners: ListenerData[];
}

export interface ListenerData {
  /** Its key in the Sockets tree: the end of its node's id, `sock:3`. */
  socket: string;
  /** `server :8080`, preceded by the host if there are several. */
  name: string;
  /** False once it was closed. */
  listens: boolean;
  /** The Packets panel's filter for its packets. */
  packetFilter?: string;
  /** As given to listen(); Linux lets one more wait in each queue. */
  backlog: number;
  /** A SYN that finds the SYN queue full is answered with a SYN cookie, and otherwise dropped. */
  cookies: boolean;
  synQueue: QueueData;
  acceptQueue: QueueData;
  /** How often each happened since the listener began. */
  counts: Partial<Record<ListenerChangeKind, number>>;
  /** The last changes, oldest first. */
  changes: ListenerChange[];
}

export interface QueueData {
  length: number;
  /** How many fit. */
  room: number;
  /** In the order of their arrival; for a long queue only the oldest. */
  entries: QueueEntry[];
}

export interface QueueEntry {
  /** The same in both queues: `127.0.0.1:40312`. */
  peer: string;
  /** A short name for it: its process, or its port. */
  name: string;
  /** The request's, or the connection's, key in the Sockets tree. */
  socket: string;
  packetFilter?: string;
  /** Since when it is in this queue: `40 µs`. */
  age: string;
  /** `SYN-ACK again in 1 s`, `ESTABLISHED` */
  state: string;
}

export type ListenerChangeKind =
  | 'listens'
  | 'closed'
  /** A SYN: its request is in the SYN queue. */
  | 'queued'
  /** A SYN dropped: the SYN queue is full. */
  | 'synQueueFull'
  /** A SYN dropped: the accept queue is full. */
  | 'synDropped'
  /** An ACK dropped: the accept queue is full. */
  | 'ackDropped'
  /** The same with tcp_abort_on_overflow: the request is reset. */
  | 'aborted'
  | 'cookie'
  | 'reserved'
  | 'deferred'
  /** The SYN-ACK is sent again. */
  | 'synAckAgain'
  | 'expired'
  | 'unreachable'
  | 'reset'
  | 'refused'
  | 'established'
  | 'accepted'
  | 'forgotten';

export interface ListenerChange {
  kind: ListenerChangeKind;
  /** The event number. */
  event: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  /** Whose connection it is about, as in an entry; omitted: about none. */
  peer?: string;
  /** A sentence that says what happened, and why. */
  text: string;
  /** It happened since the stop before. */
  isNew: boolean;
}

// ---------------------------------------------------------------------------------------------------------------------
// The states of all TCP sockets

export interface StatesData {
  picture: 'states';
  sockets: StateSocket[];
  /** Sockets that are left out, because there are too many. */
  leftOut: number;
  /** The last transitions, oldest first. */
  changes: StateChange[];
}

export interface StateSocket {
  /** Its key in the Sockets tree. */
  socket: string;
  /** `client :40312→:8080` */
  name: string;
  /** Without its prefix: `NEW_SYN_RECV`. */
  state: string;
  /** More about the state: `ends in 60 s`. */
  detail?: string;
  packetFilter?: string;
}

export interface StateChange {
  /** The event number. */
  event: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  socket: string;
  /** As in a socket. */
  name: string;
  from: string;
  to: string;
  /** A time-wait sock takes the place of the socket, which is closed. */
  isTimeWait?: boolean;
  /** It happened since the stop before. At a stop at the transition itself the socket still has its old state. */
  isNew: boolean;
}

// ---------------------------------------------------------------------------------------------------------------------
// The descriptor rings of the NICs

export interface RingsData {
  picture: 'rings';
  nics: NicRings[];
  /** The name of the one that is at work, or was last. */
  busy?: string;
}

export interface NicRings {
  /** `lo`; preceded by the host if there are several. */
  name: string;
  /** The driver accepts no packet: too few descriptors are free. */
  isStopped: boolean;
  /** Its interrupts are masked. */
  isMasked: boolean;
  /** NAPI is scheduled: the softirq will read the ring, or reads it. */
  isPolling: boolean;
  tx: Ring;
  rx: Ring;
}

export interface Ring {
  /** Descriptors. */
  count: number;
  /** Where the hardware works next, and where it has to stop. */
  head: number;
  tail: number;
  /** The driver's. */
  nextToUse: number;
  nextToClean: number;
  /** TX: descriptors that the driver has filled and not cleaned up. RX: those with a frame that it has not taken. */
  used: number;
  /** These, from next_to_clean on; of many only the first. */
  entries: RingEntry[];
}

export interface RingEntry {
  index: number;
  kind: 'toSend' | 'sent' | 'received';
  bytes: number;
  /** The last descriptor of its packet. */
  isLast: boolean;
  /** `[SYN] :40312→:8080 Seq=0`, and the same at length. */
  text: string;
  about: string;
  /** The packet's number; a packet has none before it is sent. */
  packet?: number;
}
