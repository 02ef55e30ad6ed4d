/** A captured frame: as seen on a device, with its fate if that is known. */
import type { Cause } from './cause/cause.ts';
import type { PacketDirection, PacketFate } from '../protocol.ts';
import type { Drop } from './truth/drop.ts';
import type { Truth } from './truth/truth.ts';

/** The link type of every machine's own frames. */
export const ETHERNET = 1;

export interface CapturedFrame {
  /** Counts from 1, without gaps. */
  readonly number: number;
  /** Nanoseconds since the capture's time 0: virtual ones since boot in a machine. */
  readonly timeNs: number;
  /** Not every file tells it. */
  readonly direction?: PacketDirection;
  /** The device that captured it: `lo`; empty if the file does not tell. */
  readonly interface: string;
  /** What it begins with, as a LINKTYPE_ number of the pcap project; Ethernet if omitted. */
  readonly linkType?: number;
  /** Starts with the link layer's header; shorter than `length` if the capture truncates frames. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire. */
  readonly length: number;
  /** In a machine's own capture: the last event when it was sent. */
  readonly event?: number;
  fate?: PacketFate;
  /** Why it was lost or dropped: a kernel drop reason, or the wire's effect. */
  reason?: string;
  /** Why it was sent; a frame from elsewhere has none. */
  readonly cause?: Cause;
  /** Where and why it was lost or dropped, with more than the reason. */
  drop?: Drop;
  /** Of a TCP segment in a machine's own capture. */
  truth?: Truth;
  /** The user has marked it. */
  isMarked?: boolean;
  /** The user's comment. */
  comment?: string;
  /** Relative times count from it. */
  isReference?: boolean;
}
