/** A change of a value of a connection, as the machine's code knows it: plain data. */
import type { CaReason, StateReason } from '../../../stack/capture/state_reason.ts';
import type { ToldValue, ValueReason } from '../../../stack/capture/value_reason.ts';
import type { Cause } from './cause.ts';

/** The values whose changes are noted. */
export type ValueName = ToldValue | 'skc_state' | 'tw_substate' | 'icsk_ca_state';
export type ChangeReason = ValueReason | StateReason | CaReason;

export interface ValueChange {
  value: ValueName;
  /** What the code has decided. */
  why: ChangeReason;
  from: number;
  to: number;
  timeNs: number;
  /** Of rcv_wnd: bytes in the receive queue that nobody has read yet. */
  unread: number;
  /** Of rcv_wnd that closes: who has the socket open. */
  reader?: { process: string; pid: number };
  /** What was handled; its event is that of the change. */
  cause: Cause;
}

/** The functions of the kernel that change it for that reason: of several, each for another case. */
export const CHANGED_IN: Readonly<Record<ChangeReason, readonly string[]>> = {
  cwnd_initial: ['tcp_init_transfer'],
  cwnd_initial_lost: ['tcp_init_transfer'],
  slow_start: ['tcp_slow_start'],
  avoidance: ['tcp_cong_avoid_ai'],
  ecn_echo: ['tcp_try_to_open'],
  local_congestion: ['__tcp_transmit_skb'],
  recovery: ['tcp_enter_recovery'],
  prr: ['tcp_cwnd_reduction'],
  reduction_over: ['tcp_end_cwnd_reduction'],
  loss_probe_repaired: ['tcp_process_tlp_ack'],
  undo_dsack: ['tcp_try_undo_dsack', 'tcp_try_undo_recovery', 'tcp_try_undo_loss'],
  undo_timestamps: ['tcp_try_undo_recovery', 'tcp_try_undo_loss', 'tcp_try_undo_partial'],
  undo_reordered: ['tcp_try_undo_recovery', 'tcp_try_undo_loss', 'tcp_try_undo_partial'],
  undo_frto: ['tcp_try_undo_loss'],
  timeout: ['tcp_enter_loss'],
  mtu_loss: ['tcp_non_congestion_loss_retransmit'],
  mtu_probe_sent: ['tcp_mtu_probe'],
  mtu_probe_arrived: ['tcp_mtup_probe_success'],
  mtu_probe_lost: ['enter_recovery_if_lost'],
  application_limited: ['tcp_cwnd_application_limited'],
  idle_restart: ['tcp_cwnd_restart'],
  hystart_train: ['hystart_update'],
  hystart_delay: ['hystart_update'],
  disconnected: ['tcp_disconnect'],
  connect_failed: ['tcp_disconnect'],
  handshake: ['tcp_rcv_synsent_state_process', 'tcp_rcv_state_process', 'tcp_create_openreq_child'],
  advertised: ['tcp_ack_update_window'],
  window_initial: ['tcp_connect_init', 'tcp_create_openreq_child', 'tcp_init_buffer_space'],
  window_space: ['tcp_select_window'],
  window_limited: ['tcp_select_window'],
  window_kept: ['tcp_select_window'],
  window_closed: ['tcp_select_window'],
  ssthresh_grown: ['tcp_grow_window'],
  ssthresh_clamped: ['tcp_clamp_window'],
  memory_pressure: ['tcp_grow_window', '__tcp_select_window', 'tcp_prune_queue'],
  buffer_grown: ['grow_rcvbuf'],
  window_clamp_option: ['tcp_set_window_clamp'],
  low_water_mark: ['tcp_set_rcvlowat'],

  listen: ['inet_csk_listen_start'],
  listen_failed: ['inet_csk_listen_start'],
  connect: ['tcp_v4_connect'],
  connect_no_port: ['tcp_v4_connect'],
  connect_no_route: ['tcp_v4_connect'],
  connect_not_sent: ['tcp_v4_connect'],
  syn: ['tcp_conn_request'],
  syn_ack: ['tcp_finish_connect'],
  syn_crossed: ['simultaneous_open'],
  request_acked: ['inet_csk_clone_lock'],
  syn_acked: ['synrecv_acked'],
  child_no_route: ['tcp_v4_syn_recv_sock'],
  child_no_port: ['tcp_v4_syn_recv_sock'],
  child_duplicate: ['inet_ehash_nolisten'],
  close: ['__tcp_close'],
  close_listener: ['__tcp_close'],
  close_unconnected: ['tcp_close_state'],
  shutdown: ['tcp_shutdown'],
  shutdown_unconnected: ['inet_shutdown'],
  close_unread: ['__tcp_close'],
  linger_zero: ['__tcp_close'],
  disconnect: ['__inet_stream_connect'],
  listener_closed: ['inet_child_forget'],
  fin: ['tcp_fin', 'finwait2_state_process'],
  fin_acked: ['finwait1_acked', 'tcp_rcv_state_process'],
  closed_in_fin_wait2: ['settle_orphan'],
  orphan_fin_acked: ['finwait1_acked'],
  fin_wait2_timer: ['end_fin_wait2'],
  time_wait: ['tcp_time_wait'],
  time_wait_full: ['tcp_time_wait'],
  time_wait_over: ['tw_timer_handler'],
  no_fin: ['tw_timer_handler'],
  new_syn: ['do_time_wait'],
  new_connect: ['__inet_check_established', '__inet_hash_connect'],
  reset_in_time_wait: ['tcp_timewait_state_process'],
  syn_for_fin: ['do_time_wait'],
  reset: ['tcp_reset', 'finwait2_state_process'],
  data_after_close: ['finwait1_acked', 'tcp_rcv_state_process', 'do_time_wait'],
  linger2: ['settle_orphan', 'finwait1_acked', 'end_fin_wait2'],
  icmp_error: ['tcp_v4_err'],
  syn_limit: ['tcp_write_timeout'],
  retransmission_limit: ['tcp_write_timeout'],
  orphan_limit: ['tcp_write_timeout', 'tcp_probe_timer'],
  probe_limit: ['tcp_probe_timer'],
  window_limit: ['tcp_retransmit_timer'],
  keepalive_limit: ['keepalive'],
  user_timeout: ['tcp_write_timeout', 'tcp_probe_timer', 'tcp_retransmit_timer', 'keepalive'],
  too_many_orphans: ['settle_orphan', 'tcp_out_of_resources'],
  out_of_memory: ['settle_orphan', 'tcp_out_of_resources'],

  ca_disorder: ['tcp_try_keep_open'],
  ca_nothing_missing: ['tcp_try_keep_open'],
  ca_recovery: ['tcp_enter_recovery'],
  ca_recovered: ['tcp_try_undo_recovery'],
  ca_timeout_over: ['tcp_try_undo_recovery'],
  ca_timeout: ['tcp_enter_loss'],
  ca_undone: ['tcp_try_undo_loss'],
  ca_ecn: ['tcp_enter_cwr'],
  ca_local: ['tcp_enter_cwr'],
  ca_reduction_over: ['tcp_fastretrans_alert'],
  ca_probe_repaired: ['tcp_process_tlp_ack'],
  ca_mtu: ['tcp_non_congestion_loss_retransmit'],
  ca_disconnected: ['tcp_disconnect'],
  ca_connect_failed: ['tcp_disconnect'],
};
