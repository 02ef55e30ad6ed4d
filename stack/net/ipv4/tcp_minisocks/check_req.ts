/**
 * A segment arrives for a connection request: normally the final ACK of the handshake.
 *
 * @linux net/ipv4/tcp_minisocks.c
 */
import type { SendReason } from '../../../capture/send_reason.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_options_received, tcp_rsk, tcp_sk } from '../../../include/linux/tcp.ts';
import { timer_pending } from '../../../include/linux/timer.ts';
import { inet_csk, inet_csk_accept_queue, reqsk_timeout } from '../../../include/net/inet_connection_sock.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import { NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { sk_acceptq_is_full, type sock, sock_net, sock_owned_by_user } from '../../../include/net/sock.ts';
import { after, TCP_RTO_MAX, TCPHDR_ACK, TCPHDR_RST, TCPHDR_SYN } from '../../../include/net/tcp.ts';
import { tcp_paws_reject } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_EMBRYONICRSTS,
  LINUX_MIB_PAWSESTABREJECTED,
  LINUX_MIB_TCPACKSKIPPEDSYNRECV,
  LINUX_MIB_TCPDEFERACCEPTDROP,
  LINUX_MIB_TCPMIGRATEREQFAILURE,
  TCP_MIB_ATTEMPTFAILS,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_SYN_RECV } from '../../../include/uapi/linux/tcp.ts';
import { HZ, jiffies } from '../../../kernel/time/jiffies.ts';
import { ktime_get_seconds } from '../../../kernel/time/timekeeping.ts';
import { mod_timer } from '../../../kernel/time/timer.ts';
import { trace } from '../../../trace/events.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { sk_add_backlog } from '../../core/sock/lock.ts';
import { inet_csk_complete_hashdance } from '../inet_connection_sock/accept.ts';
import { inet_csk_reqsk_queue_drop, inet_rtx_syn_ack } from '../inet_connection_sock/request_queue.ts';
import { tcp_segs_in } from '../tcp/queue.ts';
import { tcp_parse_options } from '../tcp_input/options.ts';
import { tcp_rcv_state_process } from '../tcp_input/rcv.ts';
import { tcp_synack_rtt_meas } from '../tcp_input/rtt.ts';
import { tcp_oow_rate_limited, tcp_reqsk_send_challenge_ack } from '../tcp_input/validate.ts';
import { tcp_in_window } from './time_wait.ts';

/** Result of tcp_check_req(). */
export interface checked_req {
  /** The child; the listener, if it must process the segment; null: processing ends. */
  sk: sock | null;
  /** Another final ACK has already created the child: look up the segment's socket again. */
  req_stolen: boolean;
}

/**
 * Process a segment for a request: a repeated SYN is answered again, a RST ends the request, and the final
 * ACK creates the child socket and appends it to the accept queue.
 *
 * @linux net/ipv4/tcp_minisocks.c
 */
export function tcp_check_req(sk: sock, skb: sk_buff, req: request_sock): checked_req {
  const net = sock_net(sk);
  const cb = TCP_SKB_CB(skb);
  const treq = tcp_rsk(req);
  const th = tcp_hdr(skb);
  let flg = th.flags & (TCPHDR_RST | TCPHDR_SYN | TCPHDR_ACK);
  let paws_reject = false;

  const tmp_opt = new tcp_options_received();
  if (th.doff > 5) {
    tcp_parse_options(net, skb, tmp_opt, false);
    if (tmp_opt.saw_tstamp) {
      tmp_opt.ts_recent = req.ts_recent;
      if (tmp_opt.rcv_tsecr !== 0) tmp_opt.rcv_tsecr = (tmp_opt.rcv_tsecr - treq.ts_off) | 0;
      // The time of ts_recent is not stored: assume the time when the SYN-ACK was last sent.
      tmp_opt.ts_recent_stamp =
        ktime_get_seconds(net.machine) - Math.floor(reqsk_timeout(req, TCP_RTO_MAX) / HZ);
      paws_reject = tcp_paws_reject(net.machine, tmp_opt, th.rst);
    }
  }

  // The SYN again: our SYN-ACK was lost or delayed. Retransmit it and restart its timer.
  if (cb.seq === treq.rcv_isn && flg === TCPHDR_SYN && !paws_reject) {
    if (
      !tcp_oow_rate_limited(net, skb, LINUX_MIB_TCPACKSKIPPEDSYNRECV, treq) &&
      inet_rtx_syn_ack(sk, req) === 0
    ) {
      // mod_timer_pending()
      if (req.rsk_timer !== null && timer_pending(req.rsk_timer)) {
        mod_timer(net.machine, req.rsk_timer, jiffies(net.machine) + reqsk_timeout(req, TCP_RTO_MAX));
      }
    }
    return NOTHING;
  }

  // RFC 9293 3.10.7.4, fifth: the sequence number of a RST depends on the ACK field. If the ACK does not
  // acknowledge our SYN-ACK, the listener sends the RST.
  if ((flg & TCPHDR_ACK) !== 0 && (flg & TCPHDR_RST) === 0 && cb.ack_seq !== ((treq.snt_isn + 1) | 0)) {
    return { sk, req_stolen: false };
  }

  // first: the sequence number
  if (
    paws_reject ||
    !tcp_in_window(cb.seq, cb.end_seq, treq.rcv_nxt, (treq.rcv_nxt + treq.rsk_rcv_wnd) | 0)
  ) {
    if ((flg & TCPHDR_RST) === 0 && !tcp_oow_rate_limited(net, skb, LINUX_MIB_TCPACKSKIPPEDSYNRECV, treq)) {
      trace.sockscope_send(sk, skb, 'ack_request');
      req.rsk_ops.send_ack(sk, skb, req);
    }
    if (paws_reject) NET_INC_STATS(net, LINUX_MIB_PAWSESTABREJECTED);
    return NOTHING;
  }
  // The SYN was already received.
  if (cb.seq === treq.rcv_isn) flg &= ~TCPHDR_SYN;

  // RFC 5961 3.2: a RST must be exactly at rcv_nxt.
  if ((flg & TCPHDR_RST) !== 0 && cb.seq !== treq.rcv_nxt) {
    tcp_reqsk_send_challenge_ack(sk, skb, req);
    return NOTHING;
  }
  // second and fourth: RST, SYN
  if ((flg & (TCPHDR_RST | TCPHDR_SYN)) !== 0) {
    TCP_INC_STATS(net, TCP_MIB_ATTEMPTFAILS);
    return embryonic_reset(sk, skb, req, flg, 'reset_request');
  }
  // fifth: no ACK, nothing to do.
  if ((flg & TCPHDR_ACK) === 0) return NOTHING;

  // TCP_DEFER_ACCEPT: a bare ACK is not enough, the request waits for data.
  if (
    req.num_timeout < inet_csk_accept_queue(sk).rskq_defer_accept &&
    cb.end_seq === ((treq.rcv_isn + 1) | 0)
  ) {
    inet_rsk(req).acked = true;
    NET_INC_STATS(net, LINUX_MIB_TCPDEFERACCEPTDROP);
    trace.sockscope_listen_request(sk, 'deferred', req);
    return NOTHING;
  }

  // The handshake is complete.
  const made = inet_csk(sk).icsk_af_ops.syn_recv_sock(sk, skb, req, null, req);
  if (made === null) return listen_overflow(sk, skb, req, flg);
  const { child, own_req } = made;
  if (own_req && tmp_opt.saw_tstamp && !after(cb.seq, treq.rcv_nxt)) {
    tcp_sk(child).rx_opt.ts_recent = tmp_opt.rcv_tsval;
  }
  tcp_synack_rtt_meas(child, req);
  return { sk: inet_csk_complete_hashdance(sk, child, req, own_req), req_stolen: !own_req };
}
const NOTHING: checked_req = { sk: null, req_stolen: false };

/**
 * The accept queue is full, or there is no memory for a socket. The request stays, because the client considers itself connected: its next data,
 * or the next retransmission of our SYN-ACK, retries. With net.ipv4.tcp_abort_on_overflow the connection is
 * reset.
 */
function listen_overflow(sk: sock, skb: sk_buff, req: request_sock, flg: number): checked_req {
  if (sk !== req.rsk_listener) NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMIGRATEREQFAILURE);
  if (sock_net(sk).ipv4.sysctl_tcp_abort_on_overflow === 0) {
    inet_rsk(req).acked = true;
    return NOTHING;
  }
  const why = sk_acceptq_is_full(sk) ? 'reset_accept_full' : 'reset_no_child';
  return embryonic_reset(sk, skb, req, flg, why);
}

/** The request ends: send a RST, unless the peer's RST ended it. */
function embryonic_reset(
  sk: sock,
  skb: sk_buff,
  req: request_sock,
  flg: number,
  why: SendReason,
): checked_req {
  if ((flg & TCPHDR_RST) === 0) {
    trace.sockscope_send(sk, skb, why);
    req.rsk_ops.send_reset(sk, skb);
  }
  const unlinked = inet_csk_reqsk_queue_drop(sk, req);
  if (unlinked) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_EMBRYONICRSTS);
    trace.sockscope_listen_request(sk, (flg & TCPHDR_RST) === 0 ? 'refused' : 'reset', req);
  }
  return { sk: null, req_stolen: !unlinked };
}

/**
 * Process the child's first segment, the final ACK: the child becomes ESTABLISHED, and the listener's process
 * is woken.
 *
 * @returns as tcp_rcv_state_process(): nonzero means send a RST
 * @linux net/ipv4/tcp_minisocks.c
 */
export function tcp_child_process(parent: sock, child: sock, skb: sk_buff): number {
  const state = child.sk_state;
  let ret = 0;
  tcp_segs_in(tcp_sk(child), skb);
  if (!sock_owned_by_user(child)) {
    ret = tcp_rcv_state_process(child, skb);
    if (state === TCP_SYN_RECV && child.sk_state !== state) parent.sk_data_ready(parent);
  } else {
    // A process that called accept() already owns the child.
    sk_add_backlog(child, skb, Infinity);
  }
  sock_put(child);
  return ret;
}
