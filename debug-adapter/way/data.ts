/** The data of a packet's way, as the request sockscope/packetWay answers it. Types only. */
import type { CodeLocation, PacketFate } from '../protocol.ts';
import type { Moment } from '../sequence/data.ts';

/** `sockscope/packetWay`: the stations of a packet, from send() to recv(). Works stopped and running. */
export interface WayArguments {
  /** The packet's number; by default the newest with a payload, or else the newest. */
  number?: number;
}
export interface WayResponse {
  /** The newest packets that are recorded, newest first: one of them can be asked for. */
  packets: WayPacket[];
  /** The one that is answered; omitted: there is none. */
  packet?: WayPacket;
  fate?: PacketFate;
  /** In the order of the way. */
  stations: WayStation[];
  /** The moment at which the machine is stopped. */
  stop?: Moment;
  /** The run has ended: nothing will follow. */
  isOver?: boolean;
}
/** The same for the view that draws it. */
export interface WayData extends WayResponse {
  picture: 'way';
}

export interface WayPacket {
  number: number;
  /** `127.0.0.1:40312 → 127.0.0.1:8080 PSH-ACK 7 bytes` */
  label: string;
}

export type StationKind =
  | 'send'
  | 'write'
  | 'qdisc'
  | 'driver'
  | 'wire'
  | 'lost'
  | 'stored'
  | 'napi'
  | 'stack'
  | 'backlog'
  | 'outOfOrder'
  | 'receive'
  | 'recv'
  | 'freed'
  | 'dropped';

export interface WayStation {
  kind: StationKind;
  /** On the sender's way down, on the wire, or on the receiver's way up. */
  side: 'sender' | 'wire' | 'receiver';
  /** `Write queue` */
  title: string;
  /** What is true of it there: `descriptor 3 of lo`. */
  details: string[];
  at: Moment;
  /** The packet buffer's reference count, and how many packet buffers share its data. */
  users?: number;
  dataref?: number;
  /** The function whose code it is. */
  code?: string;
  location?: CodeLocation;
}
