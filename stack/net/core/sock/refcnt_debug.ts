/** How many sockets each protocol has. @linux include/net/sock.h (SOCK_REFCNT_DEBUG) */
import { sock_net, type sock } from '../../../include/net/sock.ts';

/** One more socket of its protocol exists: to see that none stays behind. @linux include/net/sock.h (SOCK_REFCNT_DEBUG) */
export function sk_refcnt_debug_inc(sk: sock): void {
  const { socks } = sock_net(sk).machine;
  socks.set(sk.sk_prot, (socks.get(sk.sk_prot) ?? 0) + 1);
}
/** One of them is gone. @linux include/net/sock.h (SOCK_REFCNT_DEBUG) */
export function sk_refcnt_debug_dec(sk: sock): void {
  const { socks } = sock_net(sk).machine;
  socks.set(sk.sk_prot, (socks.get(sk.sk_prot) ?? 0) - 1);
}
