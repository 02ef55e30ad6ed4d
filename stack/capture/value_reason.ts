/** Why a value of a connection has changed: told where the code changes it. Linux keeps no such thing. */

/** The values of a TCP socket whose changes are told. */
export const TOLD_VALUES = [
  'snd_cwnd',
  'snd_ssthresh',
  'snd_wnd',
  'rcv_wnd',
  'rcv_ssthresh',
  'window_clamp',
] as const;
export type ToldValue = (typeof TOLD_VALUES)[number];

export const VALUE_REASONS = [
  // snd_cwnd and snd_ssthresh.
  /** The handshake is complete. */
  'cwnd_initial',
  /** The handshake is complete, and its SYN or SYN-ACK was lost. */
  'cwnd_initial_lost',
  'slow_start',
  'avoidance',
  /** Congestion without loss: the peer echoes a mark of a router (ECN). */
  'ecn_echo',
  /** Congestion without loss: the device queue of this host is full. */
  'local_congestion',
  'recovery',
  /** One step of the proportional rate reduction. */
  'prr',
  'reduction_over',
  /** A tail loss probe has taken the place of a segment that was lost. */
  'loss_probe_repaired',
  /** D-SACKs report every retransmission as a duplicate. */
  'undo_dsack',
  /** The ACK echoes a timestamp from before the retransmission. */
  'undo_timestamps',
  /** All has arrived before anything was sent again. */
  'undo_reordered',
  /** F-RTO: after a time-out something is acknowledged that was not sent again. */
  'undo_frto',
  'timeout',
  /** The retransmission timer has fired, and what is lost is the path's MTU. */
  'mtu_loss',
  'mtu_probe_sent',
  'mtu_probe_arrived',
  'mtu_probe_lost',
  'application_limited',
  'idle_restart',
  'hystart_train',
  'hystart_delay',
  'disconnected',
  'connect_failed',
  // snd_wnd.
  'handshake',
  'advertised',
  // rcv_wnd, rcv_ssthresh and window_clamp.
  'window_initial',
  /** As much as the receive buffer has room for. */
  'window_space',
  /** Less than there is room for: as much as rcv_ssthresh allows. */
  'window_limited',
  /** The room has become less, and the window's end stays where it is. */
  'window_kept',
  /** Less than a segment or a sixteenth of the buffer is free. */
  'window_closed',
  'ssthresh_grown',
  /** The receive buffer is over its limit. */
  'ssthresh_clamped',
  'memory_pressure',
  /** The process reads more in a round trip than before: the buffer is enlarged. */
  'buffer_grown',
  'window_clamp_option',
  /** SO_RCVLOWAT needs a larger buffer. */
  'low_water_mark',
] as const;
export type ValueReason = (typeof VALUE_REASONS)[number];
