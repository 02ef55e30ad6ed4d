/** What tcp_ack() learns from one ACK, as bits; and what it decides to send again. @linux net/ipv4/tcp_input.c */

/** The segment carried data. */
export const FLAG_DATA = 0x01;
/** The ACK updated the send window. */
export const FLAG_WIN_UPDATE = 0x02;
/** The ACK acknowledged new data. */
export const FLAG_DATA_ACKED = 0x04;
/** Some of that data had been sent more than once. */
export const FLAG_RETRANS_DATA_ACKED = 0x08;
/** The ACK acknowledged our SYN. */
export const FLAG_SYN_ACKED = 0x10;
/** Data was newly acknowledged by SACK. */
export const FLAG_DATA_SACKED = 0x20;
/** The peer echoes a congestion mark. */
export const FLAG_ECE = 0x40;
/** A retransmission was found to be lost. */
export const FLAG_LOST_RETRANS = 0x80;
/** Came by the slow path: the window must be looked at. */
export const FLAG_SLOWPATH = 0x100;
/** Data that was sent only once was (S)ACKed. */
export const FLAG_ORIG_SACK_ACKED = 0x200;
/** snd_una moved. */
export const FLAG_SND_UNA_ADVANCED = 0x400;
/** A D-SACK reported a duplicate. */
export const FLAG_DSACKING_ACK = 0x800;
/** The loss-probe or retransmission timer must be set anew. */
export const FLAG_SET_XMIT_TIMER = 0x1000;
/** The first segment in the queue is SACKed, but the peer did not acknowledge it: it has taken the SACK back. */
export const FLAG_SACK_RENEGING = 0x2000;
/** Call tcp_replace_ts_recent(). */
export const FLAG_UPDATE_TS_RECENT = 0x4000;
/** The caller sends the challenge ACK itself. */
export const FLAG_NO_CHALLENGE_ACK = 0x8000;
/** Probably a delayed ACK: its RTT is no good minimum. */
export const FLAG_ACK_MAYBE_DELAYED = 0x10000;
/** The D-SACK answers a tail loss probe. */
export const FLAG_DSACK_TLP = 0x20000;

export const FLAG_ACKED = FLAG_DATA_ACKED | FLAG_SYN_ACKED;
/** With none of these the ACK is a duplicate. */
export const FLAG_NOT_DUP = FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED;
/** The congestion control must look. */
export const FLAG_CA_ALERT = FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK;
export const FLAG_FORWARD_PROGRESS = FLAG_ACKED | FLAG_DATA_SACKED;

/** Nothing is to be sent again. */
export const REXMIT_NONE = 0;
/** Send again what is marked lost. */
export const REXMIT_LOST = 1;
/** Send something new first, to find out whether the time-out was spurious (F-RTO). */
export const REXMIT_NEW = 2;

/** What goes into tcp_fastretrans_alert() and comes out of it: Linux's *ack_flag, *rexmit and do_lost. */
export class tcp_alert {
  /** FLAG_… bits. */
  flag: number;
  /** REXMIT_… */
  rexmit = REXMIT_NONE;
  /** Without RACK: look at the SACKs for what is lost. */
  do_lost = false;

  constructor(flag: number) {
    this.flag = flag;
  }
}
