/** The end of an Internet socket. @linux net/ipv4/af_inet.c */
import { dst_release } from '../../../include/net/dst.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { SOCK_DEAD, sock_flag, sock_net, type sock } from '../../../include/net/sock.ts';
import { SOCK_STREAM } from '../../../include/uapi/linux/socket.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { sk_mem_reclaim_final } from '../../core/sock/memory.ts';
import { sk_refcnt_debug_dec } from '../../core/sock/refcnt_debug.ts';
import { __skb_queue_purge } from '../../core/skbuff/queue.ts';

/** Free what the socket still holds; say so if it holds what it should not. @linux net/ipv4/af_inet.c */
export function inet_sock_destruct(sk: sock): void {
  const { machine } = sock_net(sk);
  __skb_queue_purge(sk.sk_receive_queue);
  __skb_queue_purge(sk.sk_error_queue);
  sk_mem_reclaim_final(sk);
  if (sk.sk_type === SOCK_STREAM && sk.sk_state !== TCP_CLOSE) {
    WARN_ON_ONCE(machine, true, `inet_sock_destruct: a TCP socket is freed in state ${sk.sk_state}`);
    return;
  }
  if (!sock_flag(sk, SOCK_DEAD)) {
    WARN_ON_ONCE(machine, true, 'inet_sock_destruct: a socket is freed that is still in use');
    return;
  }
  WARN_ON_ONCE(machine, sk.sk_rmem_alloc !== 0, 'inet_sock_destruct: sk_rmem_alloc is not 0');
  WARN_ON_ONCE(machine, sk.sk_wmem_alloc !== 0, 'inet_sock_destruct: sk_wmem_alloc is not 0');
  WARN_ON_ONCE(machine, sk.sk_wmem_queued !== 0, 'inet_sock_destruct: sk_wmem_queued is not 0');
  inet_sk(sk).inet_opt = null;
  dst_release(sk.sk_dst_cache);
  sk.sk_dst_cache = null;
  dst_release(sk.sk_rx_dst);
  sk.sk_rx_dst = null;
  sk_refcnt_debug_dec(sk);
}
