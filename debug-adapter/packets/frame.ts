/** The machine's capture format: a frame as seen on a device, and its fate. */
import type { PacketDirection, PacketFate } from '../protocol.ts';

export interface CapturedFrame {
  /** Counts from 1, without gaps. */
  readonly number: number;
  /** Virtual nanoseconds. */
  readonly timeNs: number;
  readonly direction: PacketDirection;
  /** The device that captured it: `lo`. */
  readonly interface: string;
  /** Starts with the Ethernet header; shorter than `length` if the capture truncates frames. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire. */
  readonly length: number;
  fate?: PacketFate;
  /** Why it was lost or dropped: a kernel drop reason, or the wire's effect. */
  reason?: string;
  /** The user has marked it. */
  isMarked?: boolean;
  /** The user's comment. */
  comment?: string;
  /** Relative times count from it. */
  isReference?: boolean;
}
