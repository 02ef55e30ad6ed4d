/** A change of a value of a connection, as the machine's code knows it: plain data. */
import type { ToldValue, ValueReason } from '../../../stack/capture/value_reason.ts';
import type { Cause } from './cause.ts';

/** The values whose changes are noted; the last two by tracepoints of Linux. */
export type ValueName = ToldValue | 'skc_state' | 'icsk_ca_state';

export interface ValueChange {
  value: ValueName;
  /** What the code has decided; omitted for a state. */
  why?: ValueReason;
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

/** The functions of the kernel that change it for that reason. */
export const CHANGED_IN: Readonly<Record<ValueReason, readonly string[]>> = {
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
};
/** The function that changes a state. */
export const STATE_CHANGED_IN = {
  skc_state: 'tcp_set_state',
  icsk_ca_state: 'tcp_set_ca_state',
} as const;
