/** Where and why a frame was dropped: plain data, kept with the frame. */
import type { DropDetail } from '../../../stack/capture/drop_detail.ts';
import type { FullQueue } from '../../../stack/capture/full_queue.ts';

/** Queues that can be full: those of Linux that drop packets, a listener's two, and the receive ring of a NIC. */
export type DropQueue = FullQueue | 'accept' | 'syn' | 'rx_ring';

export interface Drop {
  /** SKB_DROP_REASON_… without the prefix, the Linux counter where there is only that, or what the wire has done. */
  reason: string;
  /** What exactly is wrong, where the reason leaves that open. */
  detail?: DropDetail;
  /** The machine that dropped it; omitted if the wire did. */
  host?: string;
  /** What was full, and how full: in entries, descriptors, packets or bytes, as the queue counts. */
  queue?: DropQueue;
  length?: number;
  limit?: number;
  /** Of a ring: `eth0`. */
  interface?: string;
  /** The event number of the moment. */
  event: number;
}
