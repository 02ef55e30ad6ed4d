/** A TCP segment in an Ethernet frame of the machine, read without decoding the packet. */

export interface Segment {
  /** Its direction of its connection, and the opposite one. */
  readonly flow: string;
  readonly reverse: string;
  readonly seq: number;
  /** The number behind its last byte; SYN and FIN count as bytes. */
  readonly end: number;
  /** It opens a connection. */
  readonly isSyn: boolean;
}

const ETHERNET = 14;
const IPV4 = 0x0800;
const TCP = 6;
const [FIN, SYN] = [0x01, 0x02];
/** Of the IPv4 header: more fragments follow, or this is not the first. */
const FRAGMENT = 0x3fff;

/** @param length the frame's, of which `bytes` may be a part. @returns null for anything else */
export function segmentOf(bytes: Uint8Array, length: number): Segment | null {
  if (bytes.length < ETHERNET + 40 || u16(bytes, 12) !== IPV4) return null;
  if (bytes[ETHERNET + 9] !== TCP || (u16(bytes, ETHERNET + 6) & FRAGMENT) !== 0) return null;
  const at = ETHERNET + (bytes[ETHERNET]! & 15) * 4;
  if (bytes.length < at + 20) return null;
  // A segment of 64 KiB may say 0: its length is the frame's.
  const total = u16(bytes, ETHERNET + 2) || length - ETHERNET;
  const header = at - ETHERNET + (bytes[at + 12]! >> 4) * 4;
  const flags = bytes[at + 13]!;
  const control = (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
  const seq = u32(bytes, at + 4);
  const source = `${u32(bytes, ETHERNET + 12)}:${u16(bytes, at)}`;
  const destination = `${u32(bytes, ETHERNET + 16)}:${u16(bytes, at + 2)}`;
  return {
    flow: `${source}>${destination}`,
    reverse: `${destination}>${source}`,
    seq,
    end: (seq + Math.max(0, total - header) + control) >>> 0,
    isSyn: (flags & SYN) !== 0,
  };
}

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
const u32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
