/** A socket's error queue. @linux net/core/skbuff.c */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import { SO_EE_ORIGIN_ICMP } from '../../include/uapi/linux/errqueue.ts';
import { sock_flag, SOCK_DEAD, type sock } from '../../include/net/sock.ts';
import { ENOMEM, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { sk_error_report } from './sock/default_callbacks.ts';
import { skb_dequeue, skb_orphan, skb_queue_tail } from './skbuff.ts';

function sock_rmem_free(skb: sk_buff): void {
  skb.sk!.sk_rmem_alloc -= skb.truesize;
}

/** Queue an error for the user, and wake him. -ENOMEM: the receive buffer is full. @linux net/core/skbuff.c */
export function sock_queue_err_skb(sk: sock, skb: sk_buff): Errno {
  if (sk.sk_rmem_alloc + skb.truesize >= sk.sk_rcvbuf) return -ENOMEM;
  skb_orphan(skb);
  skb.sk = sk;
  skb.destructor = sock_rmem_free;
  sk.sk_rmem_alloc += skb.truesize;
  skb_queue_tail(sk.sk_error_queue, skb);
  if (!sock_flag(sk, SOCK_DEAD)) sk_error_report(sk);
  return 0;
}

/** Take the oldest error; sk_err tells of the next one, if ICMP sent that too. @linux net/core/skbuff.c */
export function sock_dequeue_err_skb(sk: sock): sk_buff | null {
  const skb = skb_dequeue(sk.sk_error_queue);
  const next = sk.sk_error_queue.next;
  const icmp_next = next?.ipcb?.ext_err ?? null;
  const is_icmp = skb?.ipcb?.ext_err?.ee.ee_origin === SO_EE_ORIGIN_ICMP;
  if (icmp_next !== null && icmp_next.ee.ee_origin === SO_EE_ORIGIN_ICMP) {
    sk.sk_err = icmp_next.ee.ee_errno;
    sk_error_report(sk);
  } else if (is_icmp) {
    sk.sk_err = 0;
  }
  return skb;
}
