/** The end of a write queue and a retransmit queue: all that they hold is freed. @linux net/ipv4/tcp.c */
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import type { sock } from '../../../include/net/sock.ts';
import { tcp_clear_all_retrans_hints } from '../../../include/net/tcp.ts';
import { tcp_rtx_queue_unlink, tcp_wmem_free_skb } from '../../../include/net/tcp_queue.ts';
import { __skb_dequeue } from '../../core/skbuff.ts';
import { TCP_CHRONO_BUSY, tcp_chrono_stop } from '../tcp_output/chrono.ts';

/** Free all that was sent and not acknowledged. @linux net/ipv4/tcp.c */
function tcp_rtx_queue_purge(sk: sock): void {
  const tp = tcp_sk(sk);
  tp.highest_sack = null;
  for (let skb = tp.tcp_rtx_queue.first; skb !== null; skb = tp.tcp_rtx_queue.first) {
    skb.tcp_tsorted_prev = null;
    skb.tcp_tsorted_next = null;
    skb.tcp_tsorted_linked = false;
    tcp_rtx_queue_unlink(skb, sk);
    tcp_wmem_free_skb(sk, skb);
  }
}

/** Free all that was to be sent or acknowledged: the connection is over. @linux net/ipv4/tcp.c */
export function tcp_write_queue_purge(sk: sock): void {
  const tp = tcp_sk(sk);
  tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
  for (let skb = __skb_dequeue(sk.sk_write_queue); skb !== null; skb = __skb_dequeue(sk.sk_write_queue)) {
    tcp_wmem_free_skb(sk, skb);
  }
  tcp_rtx_queue_purge(sk);
  tp.tsorted_sent_first = null;
  tp.tsorted_sent_last = null;
  tcp_clear_all_retrans_hints(tp);
  tp.packets_out = 0;
  inet_csk(sk).icsk_backoff = 0;
}
