/** Why the state of a connection, or of its congestion control, has changed: told by the code that changes it. Linux keeps no such thing. */

export const OPENING_REASONS = [
  'listen',
  /** The port cannot be listened at after all. */
  'listen_failed',
  'connect',
  'connect_no_port',
  'connect_no_route',
  /** The SYN cannot be made. */
  'connect_not_sent',
  /** A SYN has come to a listener. */
  'syn',
  /** The SYN-ACK has come. */
  'syn_ack',
  /** Both ends have sent a SYN. */
  'syn_crossed',
  /** The ACK of the SYN-ACK has come for a request: its socket is made. */
  'request_acked',
  /** The handshake of this end is complete. */
  'syn_acked',
  'child_no_route',
  'child_no_port',
  /** Two ACKs have made a socket for the same connection. */
  'child_duplicate',
] as const;
export type OpeningReason = (typeof OPENING_REASONS)[number];

export const CLOSING_REASONS = [
  'close',
  'close_listener',
  /** close() in SYN_SENT. */
  'close_unconnected',
  'shutdown',
  /** shutdown() in SYN_SENT or LISTEN. */
  'shutdown_unconnected',
  'close_unread',
  /** close() with SO_LINGER 0. */
  'linger_zero',
  /** connect() to no address. */
  'disconnect',
  /** The listener is closed; this socket was in its accept queue. */
  'listener_closed',
  'fin',
  'fin_acked',
  /** close() in FIN_WAIT2. */
  'closed_in_fin_wait2',
  /** Our FIN is acknowledged, and the socket was closed before. */
  'orphan_fin_acked',
  /** The keepalive timer ends the first part of an orphan's FIN_WAIT2. */
  'fin_wait2_timer',
  /** A time-wait sock takes the place of the socket. */
  'time_wait',
  /** There are as many time-wait socks as there may be. */
  'time_wait_full',
] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

/** Why a time-wait sock ends; `reset` and `data_after_close` are reasons of it, too. */
export const TIME_WAIT_END_REASONS = [
  'time_wait_over',
  /** It has waited for the FIN of the peer (FIN_WAIT2). */
  'no_fin',
  /** A SYN for a new connection of the same two ends. */
  'new_syn',
  /** connect() to the same end from the same port. */
  'new_connect',
  /** A RST in TIME_WAIT, with net.ipv4.tcp_rfc1337 0. */
  'reset_in_time_wait',
  /** A SYN where the FIN of the peer is due. */
  'syn_for_fin',
] as const;
export type TimeWaitEndReason = (typeof TIME_WAIT_END_REASONS)[number];

/** Why a connection ends before its time. */
export const ENDED_REASONS = [
  'reset',
  'data_after_close',
  /** The socket is closed and does not wait for the FIN of the peer (any longer). */
  'linger2',
  'icmp_error',
  'syn_limit',
  'retransmission_limit',
  'orphan_limit',
  'probe_limit',
  /** The peer has closed its window over what was sent, and is silent. */
  'window_limit',
  'keepalive_limit',
  /** TCP_USER_TIMEOUT is over. */
  'user_timeout',
  'too_many_orphans',
  'out_of_memory',
] as const;
export type EndedReason = (typeof ENDED_REASONS)[number];

export type StateReason = OpeningReason | ClosingReason | TimeWaitEndReason | EndedReason;
/** Why a socket is as before a connection: after a failed connect() it is closed already. */
export type DisconnectReason = StateReason | 'connect_failed';

/** Why congestion control is in another state. */
export const CA_REASONS = [
  'ca_disorder',
  'ca_nothing_missing',
  'ca_recovery',
  'ca_recovered',
  /** All that was sent before the time-out is acknowledged. */
  'ca_timeout_over',
  'ca_timeout',
  'ca_undone',
  'ca_ecn',
  'ca_local',
  'ca_reduction_over',
  'ca_probe_repaired',
  'ca_mtu',
  'ca_disconnected',
  'ca_connect_failed',
] as const;
export type CaReason = (typeof CA_REASONS)[number];
