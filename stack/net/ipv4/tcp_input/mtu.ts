/** The path's MTU changes: a probe succeeded or failed, or a router told a smaller one. @linux net/ipv4/tcp_input.c */
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  tcp_clear_retrans_hints_partial,
  tcp_current_ssthresh,
  tcp_is_reno,
  tcp_jiffies32,
} from '../../../include/net/tcp.ts';
import { LINUX_MIB_TCPMTUPFAIL, LINUX_MIB_TCPMTUPSUCCESS } from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_Loss } from '../../../include/uapi/linux/tcp.ts';
import { tcp_set_ca_state } from '../tcp_cong.ts';
import { tcp_current_mss, tcp_mss_to_mtu, tcp_sync_mss } from '../tcp_output/mss.ts';
import { tcp_xmit_retransmit_queue } from '../tcp_output/retransmit.ts';
import { tcp_mark_skb_lost, tcp_verify_left_out } from './cwnd.ts';
import { tcp_limit_reno_sacked } from './reordering.ts';
import { tcp_skb_seglen } from './sack_tag.ts';

/** The MTU probe was lost: segments of that size don't pass. @linux net/ipv4/tcp_input.c */
export function tcp_mtup_probe_failed(sk: sock): void {
  const mtup = inet_csk(sk).icsk_mtup!;
  mtup.search_high = mtup.probe_size - 1;
  mtup.probe_size = 0;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMTUPFAIL);
}

/** The MTU probe arrived: send segments of that size from now on, and as many bytes in flight as before. @linux net/ipv4/tcp_input.c */
export function tcp_mtup_probe_success(sk: sock): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const mtup = icsk.icsk_mtup!;
  tp.prior_ssthresh = tcp_current_ssthresh(sk);
  const cwnd = Math.floor((tp.snd_cwnd * tcp_mss_to_mtu(sk, tp.mss_cache)) / mtup.probe_size);
  tp.snd_cwnd = Math.max(1, cwnd);
  tp.snd_cwnd_cnt = 0;
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  tp.snd_ssthresh = tcp_current_ssthresh(sk);
  mtup.search_low = mtup.probe_size;
  mtup.probe_size = 0;
  tcp_sync_mss(sk, icsk.icsk_pmtu_cookie);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMTUPSUCCESS);
}

/** Send again what was lost for another reason than congestion: state Loss, but the window stays. */
function tcp_non_congestion_loss_retransmit(sk: sock): void {
  const tp = tcp_sk(sk);
  if (inet_csk(sk).icsk_ca_state !== TCP_CA_Loss) {
    tp.high_seq = tp.snd_nxt;
    tp.snd_ssthresh = tcp_current_ssthresh(sk);
    tp.prior_ssthresh = 0;
    tp.undo_marker = 0;
    tcp_set_ca_state(sk, TCP_CA_Loss);
  }
  tcp_xmit_retransmit_queue(sk);
}

/** The path's MTU has shrunk: send again what was too large for it. @linux net/ipv4/tcp_input.c */
export function tcp_simple_retransmit(sk: sock): void {
  const tp = tcp_sk(sk);
  const mss = tcp_current_mss(sk);
  for (let skb = tp.tcp_rtx_queue.first; skb !== null; skb = skb.next) {
    if (tcp_skb_seglen(skb) > mss) tcp_mark_skb_lost(sk, skb);
  }
  tcp_clear_retrans_hints_partial(tp);
  if (tp.lost_out === 0) return;
  if (tcp_is_reno(tp)) tcp_limit_reno_sacked(tp);
  tcp_verify_left_out(tp);
  tcp_non_congestion_loss_retransmit(sk);
}
