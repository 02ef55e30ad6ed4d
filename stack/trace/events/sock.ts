/** Tracepoints of sockets, TCP and UDP. With nobody listening, each is one branch. */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { request_sock } from '../../include/net/request_sock.ts';
import type { proto, sock, sock_common } from '../../include/net/sock.ts';
import { tracepoint_id } from '../table.ts';

const INET_SOCK_SET_STATE = tracepoint_id('sock:inet_sock_set_state');
const INET_SK_ERROR_REPORT = tracepoint_id('sock:inet_sk_error_report');
const SOCK_EXCEED_BUF_LIMIT = tracepoint_id('sock:sock_exceed_buf_limit');
const SOCK_RCVQUEUE_FULL = tracepoint_id('sock:sock_rcvqueue_full');
const TCP_RETRANSMIT_SKB = tracepoint_id('tcp:tcp_retransmit_skb');
const TCP_RETRANSMIT_SYNACK = tracepoint_id('tcp:tcp_retransmit_synack');
const TCP_SEND_RESET = tracepoint_id('tcp:tcp_send_reset');
const TCP_RECEIVE_RESET = tracepoint_id('tcp:tcp_receive_reset');
const TCP_DESTROY_SOCK = tracepoint_id('tcp:tcp_destroy_sock');
const TCP_RCV_SPACE_ADJUST = tracepoint_id('tcp:tcp_rcv_space_adjust');
const TCP_PROBE = tracepoint_id('tcp:tcp_probe');
const TCP_BAD_CSUM = tracepoint_id('tcp:tcp_bad_csum');
const TCP_CONG_STATE_SET = tracepoint_id('tcp:tcp_cong_state_set');
const UDP_FAIL_QUEUE_RCV_SKB = tracepoint_id('udp:udp_fail_queue_rcv_skb');
const SOCKSCOPE_QUEUE_OVERFLOW = tracepoint_id('sockscope:queue_overflow');

export function inet_sock_set_state(sk: sock_common, oldstate: number, newstate: number): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[INET_SOCK_SET_STATE] !== 0) tracer.emit(INET_SOCK_SET_STATE, sk, oldstate, newstate);
}
export function inet_sk_error_report(sk: sock): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[INET_SK_ERROR_REPORT] !== 0) tracer.emit(INET_SK_ERROR_REPORT, sk);
}
export function sock_exceed_buf_limit(sk: sock, prot: proto, allocated: number, kind: number): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[SOCK_EXCEED_BUF_LIMIT] !== 0)
    tracer.emit(SOCK_EXCEED_BUF_LIMIT, sk, prot, allocated, kind);
}
export function sock_rcvqueue_full(sk: sock, skb: sk_buff): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[SOCK_RCVQUEUE_FULL] !== 0) tracer.emit(SOCK_RCVQUEUE_FULL, sk, skb);
}
export function tcp_retransmit_skb(sk: sock, skb: sk_buff): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_RETRANSMIT_SKB] !== 0) tracer.emit(TCP_RETRANSMIT_SKB, sk, skb);
}
export function tcp_retransmit_synack(sk: sock, req: request_sock): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_RETRANSMIT_SYNACK] !== 0) tracer.emit(TCP_RETRANSMIT_SYNACK, sk, req);
}
/** `skb`: what the reset answers; null when this side gives up of itself. One of both is there. */
export function tcp_send_reset(sk: sock | null, skb: sk_buff | null): void {
  const { tracer } = skb !== null ? skb.machine : sk!.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_SEND_RESET] !== 0) tracer.emit(TCP_SEND_RESET, sk, skb);
}
export function tcp_receive_reset(sk: sock): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_RECEIVE_RESET] !== 0) tracer.emit(TCP_RECEIVE_RESET, sk);
}
export function tcp_destroy_sock(sk: sock): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_DESTROY_SOCK] !== 0) tracer.emit(TCP_DESTROY_SOCK, sk);
}
export function tcp_rcv_space_adjust(sk: sock): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_RCV_SPACE_ADJUST] !== 0) tracer.emit(TCP_RCV_SPACE_ADJUST, sk);
}
export function tcp_probe(sk: sock, skb: sk_buff): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_PROBE] !== 0) tracer.emit(TCP_PROBE, sk, skb);
}
export function tcp_bad_csum(skb: sk_buff): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[TCP_BAD_CSUM] !== 0) tracer.emit(TCP_BAD_CSUM, skb);
}
export function tcp_cong_state_set(sk: sock, ca_state: number): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[TCP_CONG_STATE_SET] !== 0) tracer.emit(TCP_CONG_STATE_SET, sk, ca_state);
}
export function udp_fail_queue_rcv_skb(rc: number, sk: sock): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[UDP_FAIL_QUEUE_RCV_SKB] !== 0) tracer.emit(UDP_FAIL_QUEUE_RCV_SKB, rc, sk);
}
export function sockscope_queue_overflow(sk: sock, which: 'accept' | 'syn'): void {
  const { tracer } = sk.skc_net.machine;
  tracer.event++;
  if (tracer.armed[SOCKSCOPE_QUEUE_OVERFLOW] !== 0) tracer.emit(SOCKSCOPE_QUEUE_OVERFLOW, sk, which);
}
