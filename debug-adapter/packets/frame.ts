/** What the machine's capture hands over: one frame, as it was seen on a device, and what became of it. */
import type { PacketDirection, PacketFate } from '../protocol.ts';

export interface CapturedFrame {
  /** Counts from 1, without gaps. */
  readonly number: number;
  /** Virtual nanoseconds. */
  readonly timeNs: number;
  readonly direction: PacketDirection;
  /** The device that captured it: `lo`. */
  readonly interface: string;
  /** From the Ethernet header on; shorter than `length` if the capture cuts frames. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire. */
  readonly length: number;
  fate?: PacketFate;
  /** Why it was lost or dropped: a kernel drop reason, or what the wire did. */
  reason?: string;
}
