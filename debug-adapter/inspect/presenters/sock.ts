/** struct sock in one line: `TCP 127.0.0.1:8080 LISTEN`. */
import { inet_connection_sock } from '../../../stack/include/net/inet_connection_sock.ts';
import { inet_timewait_sock } from '../../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../../stack/include/net/request_sock.ts';
import { sock, sock_common } from '../../../stack/include/net/sock.ts';
import { IPPROTO_TCP } from '../../../stack/include/uapi/linux/in.ts';
import { TCP_CLOSE, TCP_ESTABLISHED, TCP_LISTEN } from '../../../stack/include/uapi/linux/tcp.ts';
import { endpoint, localPort } from '../format.ts';
import { protocols, tcpStates } from '../names.ts';
import type { Presenter } from './presenter.ts';

export function protocolOf(sk: sock_common): string {
  return sk instanceof sock ? protocols.short(sk.sk_protocol) : 'TCP';
}
/**
 * Whether the socket has a peer. A refused connection keeps the peer's address without its port; a connected
 * raw socket has no port at all.
 */
export function hasPeer(sk: sock_common): boolean {
  return sk.skc_dport !== 0 || (sk.skc_daddr !== 0 && !(sk instanceof inet_connection_sock));
}
/** `127.0.0.1:40312 → 127.0.0.1:8080`; only the local end while there is no peer. */
export function endpointsOf(sk: sock_common): string {
  const saddr = (sk as { inet_saddr?: number }).inet_saddr;
  const address = sk.skc_rcv_saddr !== 0 ? sk.skc_rcv_saddr : (saddr ?? 0);
  if (!hasPeer(sk)) return localPort(sk) === 0 ? 'unbound' : endpoint(address, localPort(sk));
  return `${endpoint(address, localPort(sk))} → ${endpoint(sk.skc_daddr, sk.skc_dport)}`;
}
/** From the server's point of view: the arrow points from the peer to this end. */
export function incomingEndpoints(sk: sock_common): string {
  return `${endpoint(sk.skc_rcv_saddr, sk.skc_num)} ← ${endpoint(sk.skc_daddr, sk.skc_dport)}`;
}
/** UDP and raw sockets have only two states, which are not TCP's. */
export function stateOf(sk: sock_common): string {
  if (sk instanceof sock && sk.sk_protocol !== IPPROTO_TCP) {
    if (sk.skc_state === TCP_ESTABLISHED) return 'connected';
    return sk.skc_state === TCP_CLOSE ? 'unconnected' : tcpStates.short(sk.skc_state);
  }
  if (sk instanceof inet_timewait_sock) return `TIME_WAIT (${tcpStates.short(sk.tw_substate)})`;
  return tcpStates.short(sk.skc_state);
}
/** `1 of 2+1`: Linux lets backlog + 1 connections wait. */
export function acceptQueueText(sk: sock): string {
  return `${sk.sk_ack_backlog} of ${sk.sk_max_ack_backlog}+1`;
}
function queueLengths(sk: sock): string {
  const queue = (sk as { icsk_accept_queue?: { qlen: number } | null }).icsk_accept_queue;
  return `accept queue ${acceptQueueText(sk)} · SYN queue ${queue?.qlen ?? 0}`;
}

export const presentSock: Presenter<sock_common> = {
  matches: (value): value is sock_common => value instanceof sock_common,
  summary: (sk) => {
    if (sk instanceof request_sock) return `request ${incomingEndpoints(sk)} ${stateOf(sk)}`;
    const head = `${protocolOf(sk)} ${endpointsOf(sk)} ${stateOf(sk)}`;
    return sk instanceof sock && sk.skc_state === TCP_LISTEN ? `${head} · ${queueLengths(sk)}` : head;
  },
};
