/** The functions of the kernel that decide to send: where the code of a cause is to be looked at. */
import type { SendReason } from '../../../stack/capture/send_reason.ts';

/** By reason. Several: code paths that share it. Each is on the stack while the packet is sent. */
export const DECIDED_IN: Readonly<Record<SendReason, readonly string[]>> = {
  syn: ['tcp_connect'],
  syn_timeout: ['tcp_retransmit_timer'],
  syn_ack: ['tcp_conn_request'],
  syn_cookie: ['tcp_conn_request'],
  syn_ack_again: ['inet_rtx_syn_ack'],
  syn_crossed: ['tcp_rcv_synsent_state_process'],
  handshake_ack: ['tcp_rcv_synsent_state_process'],
  data: ['tcp_push', 'tcp_sendmsg_locked', 'tcp_sendmsg'],
  more_data: ['tcp_data_snd_check'],
  queue_room: ['tcp_tsq_write'],
  uncork: ['__tcp_sock_set_cork', 'do_tcp_setsockopt'],
  nodelay: ['__tcp_sock_set_nodelay', 'do_tcp_setsockopt'],
  mtu_probe: ['tcp_mtu_probe'],
  fin: ['tcp_send_fin'],
  ack_full: ['__tcp_ack_snd_check'],
  ack_quick: ['__tcp_ack_snd_check'],
  ack_requested: ['__tcp_ack_snd_check'],
  ack_out_of_order: ['tcp_compress_ack', '__tcp_ack_snd_check'],
  ack_gap: ['tcp_compress_ack'],
  ack_compressed: ['tcp_compressed_ack_kick', 'tcp_sack_compress_send_ack'],
  ack_delayed: ['tcp_delack_timer_handler'],
  ack_due: ['tcp_send_delayed_ack'],
  ack_read: ['__tcp_cleanup_rbuf'],
  window_update: ['__tcp_cleanup_rbuf'],
  ack_duplicate: ['tcp_send_dupack'],
  ack_challenge: ['tcp_send_challenge_ack', 'tcp_reqsk_send_challenge_ack'],
  ack_fin: ['tcp_fin'],
  ack_time_wait: ['tcp_v4_timewait_ack', 'tcp_v4_do_time_wait'],
  ack_request: ['tcp_check_req'],
  timeout: ['tcp_retransmit_timer'],
  timeout_window_closed: ['tcp_retransmit_timer'],
  lost: ['tcp_xmit_retransmit_queue'],
  after_timeout: ['tcp_xmit_recovery'],
  loss_probe: ['tcp_send_loss_probe'],
  window_probe: ['tcp_send_probe0', 'tcp_probe_timer'],
  keepalive: ['tcp_keepalive_timer', 'tcp_write_wakeup'],
  reset_no_socket: ['no_tcp_socket', 'tcp_v4_rcv'],
  reset_listener: ['tcp_v4_do_rcv'],
  reset_bad_ack: ['tcp_v4_do_rcv'],
  reset_nobody_reads: ['tcp_v4_do_rcv'],
  reset_time_wait: ['do_time_wait'],
  reset_time_wait_syn: ['do_time_wait'],
  reset_request: ['tcp_check_req'],
  reset_accept_full: ['listen_overflow', 'tcp_check_req'],
  reset_no_child: ['listen_overflow', 'tcp_check_req'],
  reset_unread: ['__tcp_close'],
  reset_linger: ['tcp_disconnect', '__tcp_close'],
  reset_linger2: ['__tcp_close', 'tcp_keepalive_timer'],
  reset_disconnect: ['tcp_disconnect'],
  reset_listener_closed: ['inet_child_forget', 'inet_csk_listen_stop'],
  reset_orphans: ['tcp_out_of_resources', '__tcp_close'],
  reset_memory: ['tcp_out_of_resources', '__tcp_close'],
  reset_keepalive: ['tcp_keepalive_timer'],
  icmp_error: ['icmp_send', '__icmp_send'],
  icmp_reply: ['icmp_reply', 'icmp_echo'],
  forward: ['ip_forward'],
  injected: [],
};

/**
 * The index of the frame that has decided; -1 if it is not in the stack.
 *
 * @param names of the functions, innermost first
 */
export function decidingFrame(names: readonly string[], why: SendReason | undefined): number {
  if (why === undefined) return -1;
  for (const wanted of DECIDED_IN[why]) {
    const found = names.indexOf(wanted);
    if (found >= 0) return found;
  }
  return -1;
}
