/** Why a packet is sent: what the code that sends it next has decided. Linux keeps no such thing. */
export const SEND_REASONS = [
  // Handshake.
  'syn',
  'syn_timeout',
  'syn_ack',
  'syn_cookie',
  /** The request's timer has fired, or its SYN came again. */
  'syn_ack_again',
  /** Both ends have sent a SYN. */
  'syn_crossed',
  'handshake_ack',
  // Data and FIN.
  'data',
  /** An ACK has opened the window or the congestion window. */
  'more_data',
  /** Packets have left the NIC: TCP small queues have room. */
  'queue_room',
  'uncork',
  'nodelay',
  'mtu_probe',
  'fin',
  // ACKs.
  'ack_full',
  'ack_quick',
  'ack_requested',
  'ack_out_of_order',
  /** Bytes have come in order, and others still wait behind a gap. */
  'ack_gap',
  'ack_compressed',
  'ack_delayed',
  /** A delayed ACK was nearly due. */
  'ack_due',
  'ack_read',
  'window_update',
  'ack_duplicate',
  'ack_challenge',
  'ack_fin',
  'ack_time_wait',
  'ack_request',
  // Retransmissions and probes.
  'timeout',
  'timeout_window_closed',
  'lost',
  /** New data after a time-out, to learn whether it was spurious (F-RTO). */
  'after_timeout',
  'loss_probe',
  'window_probe',
  'keepalive',
  // Resets.
  'reset_no_socket',
  'reset_listener',
  'reset_bad_ack',
  'reset_nobody_reads',
  'reset_time_wait',
  /** A SYN has come in place of the FIN. */
  'reset_time_wait_syn',
  /** A SYN has come in place of the ACK. */
  'reset_request',
  'reset_accept_full',
  /** The handshake is complete, and no socket could be made. */
  'reset_no_child',
  'reset_unread',
  'reset_linger',
  'reset_linger2',
  'reset_disconnect',
  'reset_listener_closed',
  'reset_orphans',
  /** TCP's memory is used up, and the socket is closed already. */
  'reset_memory',
  'reset_keepalive',
  // Not TCP.
  'icmp_error',
  'icmp_reply',
  'forward',
  /** A debugger has put it on the wire. */
  'injected',
] as const;

export type SendReason = (typeof SEND_REASONS)[number];

/** How a segment came to be marked lost. */
export const LOSS_SIGNS = ['rack', 'timeout', 'duplicate_acks', 'partial_ack', 'sacks', 'mtu'] as const;
export type LossSign = (typeof LOSS_SIGNS)[number];
