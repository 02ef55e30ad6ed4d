/** A frame in transit between two NICs. */
import { CHECKSUM_NONE, CHECKSUM_PARTIAL, page, skb_frag } from '../include/linux/skbuff.ts';
import { csum_block_add, csum_fold, csum_partial } from '../lib/checksum.ts';
import { get_page, put_page } from '../net/core/skbuff/alloc.ts';
import type { WireEffect } from './frame_change.ts';

/**
 * A NIC's transmission unit: an Ethernet frame without preamble and frame check sequence.
 *
 * The headers are copied into the frame. The payload is not copied: the frame holds one reference to each of
 * the sender's pages until frame_release(). The pages' bytes do not change in transit.
 *
 * A virtual wire can carry frames that a real one cannot: a packet of 64 KiB that its receiver treats as
 * segments of gso_size bytes, and a checksum that was never computed (ip_summed is CHECKSUM_PARTIAL), as
 * between virtual machines.
 */
export class wire_frame {
  /** A machine numbers its frames in the order of sending, from 1. A duplicate has its original's number. */
  number: number;
  /** When its first bit left the sender, in ns. */
  sent_at: number;
  /** Total length in bytes. */
  length: number;
  /** The first bytes: all headers, and payload that the sender had in the same piece. */
  head: Uint8Array;
  /** The rest, in pages. */
  frags: skb_frag[];
  /** Payload bytes per segment; 0: the frame is a single segment. */
  gso_size = 0;
  gso_segs = 0;
  /** SKB_GSO_… */
  gso_type = 0;
  /** CHECKSUM_PARTIAL: not yet computed, from csum_start to the end; otherwise CHECKSUM_NONE. */
  ip_summed = CHECKSUM_NONE;
  /** Start of the checksummed part, from the start of the frame. */
  csum_start = 0;
  /** Offset of the checksum field from csum_start. */
  csum_offset = 0;
  /** A bit was flipped in transit. */
  corrupted = false;
  /** What a debugger wants to happen to it once its last bit is sent; null: nothing. */
  orders: readonly WireEffect[] | null = null;

  constructor(number: number, sent_at: number, length: number, head: Uint8Array, frags: skb_frag[]) {
    this.number = number;
    this.sent_at = sent_at;
    this.length = length;
    this.head = head;
    this.frags = frags;
  }
}

/** Release the frame's pages. */
export function frame_release(frame: wire_frame): void {
  for (const frag of frame.frags) put_page(frag.page);
}

/** A second frame with the same bytes and its own references to the same pages. */
export function frame_clone(frame: wire_frame): wire_frame {
  const frags = frame.frags.map((frag) => {
    get_page(frag.page);
    return new skb_frag(frag.page, frag.offset, frag.size);
  });
  const clone = new wire_frame(frame.number, frame.sent_at, frame.length, frame.head.slice(), frags);
  clone.gso_size = frame.gso_size;
  clone.gso_segs = frame.gso_segs;
  clone.gso_type = frame.gso_type;
  clone.ip_summed = frame.ip_summed;
  clone.csum_start = frame.csum_start;
  clone.csum_offset = frame.csum_offset;
  clone.corrupted = frame.corrupted;
  return clone;
}

/** The Internet checksum sum over the frame's bytes from `start` to the end. */
export function frame_csum(frame: wire_frame, start: number): number {
  let csum = csum_partial(frame.head, start, frame.head.length - start, 0);
  let offset = frame.head.length - start;
  for (const frag of frame.frags) {
    csum = csum_block_add(csum, csum_partial(frag.page.bytes, frag.offset, frag.size, 0), offset);
    offset += frag.size;
  }
  return csum;
}

/** Compute a checksum that was left to the device: the field so far holds the sum of the pseudo header. */
export function frame_complete_checksum(frame: wire_frame): void {
  if (frame.ip_summed !== CHECKSUM_PARTIAL) return;
  // 0 would mean "none" in a UDP header; 0xffff is the same number in one's complement.
  const check = csum_fold(frame_csum(frame, frame.csum_start)) || 0xffff;
  const at = frame.csum_start + frame.csum_offset;
  frame.head[at] = check >> 8;
  frame.head[at + 1] = check;
  frame.ip_summed = CHECKSUM_NONE;
}

/** Copy all bytes of the frame, for wires and files that need them in one piece. */
export function frame_bytes(frame: wire_frame): Uint8Array {
  const bytes = new Uint8Array(frame.length);
  bytes.set(frame.head);
  let at = frame.head.length;
  for (const { page, offset, size } of frame.frags) {
    bytes.set(page.bytes.subarray(offset, offset + size), at);
    at += size;
  }
  return bytes;
}

/** One byte of the frame. */
export function frame_byte({ head, frags }: wire_frame, at: number): number {
  if (at < head.length) return head[at]!;
  let start = head.length;
  for (const { page, offset, size } of frags) {
    if (at < start + size) return page.bytes[offset + at - start]!;
    start += size;
  }
  return 0;
}

/** An Ethernet header and the longest IP and TCP headers: NICs expect these in one contiguous piece. */
const HEAD_BYTES = 14 + 60 + 60;

/** A frame made from bytes that lie in one piece. */
export function frame_from(number: number, sent_at: number, bytes: Uint8Array): wire_frame {
  const rest = bytes.slice(HEAD_BYTES);
  const frags = rest.length === 0 ? [] : [new skb_frag(new page(rest), 0, rest.length)];
  return new wire_frame(number, sent_at, bytes.length, bytes.slice(0, HEAD_BYTES), frags);
}

/**
 * Write bytes into a frame in transit. A page is copied first, because the sender may have to retransmit it.
 *
 * @throws RangeError when they do not lie in the frame
 */
export function frame_write(frame: wire_frame, at: number, bytes: Uint8Array): void {
  if (at < 0 || at + bytes.length > frame.length)
    throw new RangeError(`there are ${frame.length} bytes, not ${at + bytes.length}`);
  frame.head.set(bytes.subarray(0, Math.max(0, frame.head.length - at)), Math.min(at, frame.head.length));
  write_frags(frame.frags, at - frame.head.length, bytes);
}

/** Write those of the bytes that lie in pages. @param at where they begin, from the start of the first page's part */
export function write_frags(frags: readonly skb_frag[], at: number, bytes: Uint8Array): void {
  let start = 0;
  for (const frag of frags) {
    const from = Math.max(at, start);
    const part = bytes.subarray(from - at, Math.max(from, start + frag.size) - at);
    if (from < start + frag.size && part.length > 0) own_page(frag).set(part, from - start);
    start += frag.size;
  }
}
function own_page(frag: skb_frag): Uint8Array {
  const copy = new page(frag.page.bytes.slice(frag.offset, frag.offset + frag.size));
  put_page(frag.page);
  frag.page = copy;
  frag.offset = 0;
  return copy.bytes;
}
