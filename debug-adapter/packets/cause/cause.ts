/** Why a frame was sent, as the machine's code knows it: plain data, kept with the frame. */
import type { LossSign, SendReason } from '../../../stack/capture/send_reason.ts';

/** What was being handled when the code decided to send it. */
export const HANDLED = ['nothing', 'call', 'packet', 'timer', 'exit'] as const;
export type Handled = (typeof HANDLED)[number];

export interface Cause {
  handled: Handled;
  /** What the code has decided; omitted where it only does what it is asked to. */
  why?: SendReason;
  /** The event number of the decision. */
  event: number;
  /** The packet that was handled: the first of those that GRO has joined, and the last. */
  packet?: number;
  lastPacket?: number;
  /** It had waited in the backlog until the process released the socket. */
  isFromBacklog?: boolean;
  /** The system call that ran, and whose: `send`, `3, 5 bytes`, `client`. */
  call?: string;
  arguments?: string;
  process?: string;
  pid?: number;
  /** The function of the timer or tasklet that ran. */
  timer?: string;
  /** Of a retransmission: how the segment came to be marked lost. */
  sign?: LossSign;
  /** The packet that a delayed ACK is for; the one whose ACK or SACK has marked a segment lost. */
  about?: number;
  /**
   * The retransmission time-out in ms; how much later than the lost segment another was sent that has arrived, in µs;
   * which of several probes or SYN-ACKs it is.
   */
  amount?: number;
  /** It waited for its neighbour's address: the packet that told it. */
  released?: number;
  /** It closes the window. */
  window?: ClosedWindow;
}

export interface ClosedWindow {
  /** Bytes in the receive queue that nobody has read yet. */
  unread: number;
  /** Who has the socket open; omitted if nobody has. */
  process?: string;
  pid?: number;
}
