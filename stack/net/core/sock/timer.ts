/** A socket's timers hold a reference to it while they are pending. @linux net/core/sock.c */
import type { timer_list } from '../../../include/linux/timer.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { __sock_put, sock_hold, sock_net, type sock } from '../../../include/net/sock.ts';
import { del_timer, mod_timer } from '../../../kernel/time/timer.ts';

/** @param expires in jiffies @linux net/core/sock.c */
export function sk_reset_timer<Owner>(sk: sock, timer: timer_list<Owner>, expires: jiffies_t): void {
  if (!mod_timer(sock_net(sk).machine, timer, expires)) sock_hold(sk);
}
/** Stop a socket's timer, and drop the reference that it held. @linux net/core/sock.c */
export function sk_stop_timer<Owner>(sk: sock, timer: timer_list<Owner>): void {
  if (del_timer(sock_net(sk).machine, timer)) __sock_put(sk);
}
