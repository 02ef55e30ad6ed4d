/** Urgent data (RFC 9293 3.8.5, RFC 6093): one byte, read by MSG_OOB. @linux net/ipv4/tcp_input.c */
import { skb_peek, type sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcphdr } from '../../../include/linux/tcp.ts';
import { SOCK_DEAD, SOCK_URGINLINE, sock_flag, sock_net, type sock } from '../../../include/net/sock.ts';
import { after, before, TCP_URG_NOTYET, TCP_URG_VALID } from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { __kfree_skb, __skb_unlink, skb_copy_bits } from '../../core/skbuff.ts';

/** The segment points at an urgent byte: remember where it is. */
function tcp_check_urg(sk: sock, th: tcphdr): void {
  const tp = tcp_sk(sk);
  let ptr = th.urg_ptr;
  // BSD's reading, and everybody's: the pointer is one past the urgent byte.
  if (ptr !== 0 && sock_net(sk).ipv4.sysctl_tcp_stdurg === 0) ptr--;
  ptr = (ptr + th.seq) | 0;

  // The user has read past it; or it was received as plain data; or a newer one is known.
  if (after(tp.copied_seq, ptr)) return;
  if (before(ptr, tp.rcv_nxt)) return;
  if (tp.urg_data !== 0 && !after(ptr, tp.urg_seq)) return;

  // The last urgent byte stands right at copied_seq, and nobody read it: it must not become plain data.
  if (
    tp.urg_seq === tp.copied_seq &&
    tp.urg_data !== 0 &&
    !sock_flag(sk, SOCK_URGINLINE) &&
    tp.copied_seq !== tp.rcv_nxt
  ) {
    const skb = skb_peek(sk.sk_receive_queue);
    tp.copied_seq = (tp.copied_seq + 1) | 0;
    if (skb !== null && !before(tp.copied_seq, TCP_SKB_CB(skb).end_seq)) {
      __skb_unlink(skb, sk.sk_receive_queue);
      __kfree_skb(skb);
    }
  }
  tp.urg_data = TCP_URG_NOTYET;
  tp.urg_seq = ptr;
  tp.pred_flags = 0;
}

/** RFC 9293 3.10.7.4, sixth: the URG bit. Takes the urgent byte out of the segment, if it is in this one. @linux net/ipv4/tcp_input.c */
export function tcp_urg(sk: sock, skb: sk_buff, th: tcphdr): void {
  const tp = tcp_sk(sk);
  if (th.urg) tcp_check_urg(sk, th);
  if (tp.urg_data !== TCP_URG_NOTYET) return;
  const ptr = (tp.urg_seq - th.seq + th.doff * 4 - (th.syn ? 1 : 0)) >>> 0;
  if (ptr >= skb.len) return;
  const byte = new Uint8Array(1);
  skb_copy_bits(skb, ptr, byte, 0, 1);
  tp.urg_data = TCP_URG_VALID | byte[0]!;
  if (!sock_flag(sk, SOCK_DEAD)) sk.sk_data_ready(sk);
}
