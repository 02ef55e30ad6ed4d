/** The end of a connection's socket that no process holds any more. */
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import {
  SOCK_DEAD,
  sk_unhashed,
  sock_flag,
  sock_net,
  sock_set_flag,
  type sock,
} from '../../../include/net/sock.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { sock_put } from '../../core/sock/free.ts';
import { sk_stream_kill_queues } from '../../core/stream.ts';

/** Free what a closed orphan still holds, and give up the reference that kept it. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_destroy_sock(sk: sock): void {
  const { machine } = sock_net(sk);
  WARN_ON(machine, sk.skc_state !== TCP_CLOSE, 'inet_csk_destroy_sock: not closed');
  WARN_ON(machine, !sock_flag(sk, SOCK_DEAD), 'inet_csk_destroy_sock: not orphaned');
  WARN_ON(machine, !sk_unhashed(sk), 'inet_csk_destroy_sock: still in a hash table');
  WARN_ON(
    machine,
    sk.skc_num !== 0 && inet_csk(sk).icsk_bind_hash === null,
    'inet_csk_destroy_sock: has a port, but is not bound',
  );

  sk.skc_prot.destroy!(sk);
  sk_stream_kill_queues(sk);
  sk.skc_prot.memory(sock_net(sk))!.orphan_count--;
  sock_put(sk);
}

/** Make an orphan of a child that never had a process. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_prepare_for_destroy_sock(sk: sock): void {
  sock_set_flag(sk, SOCK_DEAD);
  sk.skc_prot.memory(sock_net(sk))!.orphan_count++;
}

/** Undo sk_clone_lock(), so that tcp_done() can end a child that must not live. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_prepare_forced_close(sk: sock): void {
  sock_put(sk);
  inet_csk_prepare_for_destroy_sock(sk);
  inet_csk(sk).inet_num = 0;
}
