/** The functions in which stations are reached. */
import type { CodeLocation } from '../protocol.ts';
import type { StationKind } from './data.ts';

/** By station; and by protocol, where it depends on that. */
const FUNCTIONS: Readonly<Record<StationKind, string | Readonly<Record<string, string>>>> = {
  send: { TCP: 'tcp_sendmsg', UDP: 'udp_sendmsg', ICMP: 'ping_v4_sendmsg' },
  write: 'tcp_skb_entail',
  qdisc: '__dev_queue_xmit',
  driver: 'vnic_xmit',
  wire: 'frame_is_out',
  lost: {},
  stored: 'vnic_intr',
  napi: 'napi_gro_receive',
  stack: { TCP: 'tcp_v4_rcv', UDP: 'udp_rcv', ICMP: 'icmp_rcv', ARP: 'arp_rcv' },
  backlog: 'tcp_add_backlog',
  outOfOrder: 'tcp_data_queue_ofo',
  receive: { TCP: 'tcp_queue_rcv', UDP: '__udp_enqueue_schedule_skb', ICMP: '__sock_queue_rcv_skb' },
  recv: { TCP: 'tcp_recvmsg', UDP: 'udp_recvmsg', ICMP: 'ping_recvmsg' },
  freed: 'consume_skb',
  dropped: 'kfree_skb_reason',
};

/** System calls by which packets are sent besides those that send data. */
const TCP_CALLS: Readonly<Record<string, string>> = {
  connect: 'tcp_v4_connect',
  close: 'tcp_close',
  shutdown: 'tcp_shutdown',
  recv: 'tcp_recvmsg',
  recvfrom: 'tcp_recvmsg',
  read: 'tcp_recvmsg',
};

/** Where the functions begin, by their names. */
export type Places = Readonly<Record<string, CodeLocation>>;

/** @param call the system call that it is in, if it is in one */
export function functionOf(kind: StationKind, protocol: string, call?: string): string | undefined {
  if (kind === 'send' && protocol === 'TCP' && call !== undefined && Object.hasOwn(TCP_CALLS, call))
    return TCP_CALLS[call];
  const found = FUNCTIONS[kind];
  return typeof found === 'string' ? found : found[protocol];
}

/** All functions that a station may be in. */
export const WAY_FUNCTIONS: readonly string[] = [
  ...new Set([
    ...Object.values(TCP_CALLS),
    ...Object.values(FUNCTIONS).flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one))),
  ]),
];
