/** What happens to a packet on its way, as plain data: the decoded records, in the order in which they were written. */
import type { Moment } from '../protocol.ts';
import type { End } from '../sequence/ends.ts';

export type StepKind =
  /** It is in the write queue of a TCP socket. `number`: its first sequence number. */
  | 'write'
  /** It has its headers and comes to the qdisc. */
  | 'qdisc'
  | 'enqueued'
  | 'dequeued'
  /** The driver gets it. `number`: the TX descriptor. */
  | 'driver'
  /** The NIC sends it, as this frame. */
  | 'wire'
  /** The driver has cleaned up its descriptors and frees it. */
  | 'cleaned'
  /** A NIC has stored the frame. `number`: the RX descriptor. */
  | 'stored'
  /** The driver has made a packet buffer of it. */
  | 'napi'
  /** GRO has joined it to another packet. */
  | 'gro'
  /** The protocols get it. */
  | 'stack'
  | 'backlog'
  | 'outOfOrder'
  | 'receive'
  /** Its data is in the receive queue, in the packet buffer of another frame. `number`: that frame. */
  | 'merged'
  /** `number`: how many bytes the program gets. */
  | 'copied'
  | 'freed'
  | 'dropped';

export interface Step extends Moment {
  kind: StepKind;
  host: string;
  /** The task that was on the CPU; 0: an interrupt, a softirq or none. */
  pid: number;
  /** The sender's packet buffer; 0: there is none. */
  buffer: number;
  /** The frame's number; 0: it is not sent yet. */
  frame: number;
  users: number;
  dataref: number;
  number: number;
  /** The NIC; or why it was dropped. */
  name: string;
  /** Of a write. */
  socket?: End;
}
