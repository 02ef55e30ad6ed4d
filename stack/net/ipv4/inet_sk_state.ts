/**
 * The one place where the state of a connection's socket changes. Linux has these in net/ipv4/af_inet.c; they stand
 * apart here because af_inet.ts is above the protocols, and all of these change states.
 */
import type { sock } from '../../include/net/sock.ts';
import type { TcpState } from '../../include/uapi/linux/tcp.ts';
import { trace } from '../../trace/events.ts';

/** Change the state of a socket, and tell who listens for sock:inet_sock_set_state. @linux net/ipv4/af_inet.c */
export function inet_sk_set_state(sk: sock, state: TcpState): void {
  trace.inet_sock_set_state(sk, sk.skc_state, state);
  sk.skc_state = state;
}

/** The same; in Linux the variant for states that are read without the socket lock. @linux net/ipv4/af_inet.c */
export function inet_sk_state_store(sk: sock, newstate: TcpState): void {
  trace.inet_sock_set_state(sk, sk.skc_state, newstate);
  sk.skc_state = newstate;
}
