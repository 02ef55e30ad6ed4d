/** The kind of each field, by struct and name. */
import { fib_info, fib_nh, fib_nh_exception, fib_result } from '../../stack/include/net/ip_fib.ts';
import { in_ifaddr, napi_struct, net_device } from '../../stack/include/linux/netdevice.ts';
import { socket } from '../../stack/include/linux/net.ts';
import { task_struct } from '../../stack/include/linux/sched.ts';
import { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { rcv_rtt_est, tcp_options_received, tcphdr } from '../../stack/include/linux/tcp.ts';
import { hrtimer, timer_list } from '../../stack/include/linux/timer.ts';
import { icsk_ack, inet_connection_sock } from '../../stack/include/net/inet_connection_sock.ts';
import { inet_bind2_bucket, inet_bind_bucket } from '../../stack/include/net/inet_hashtables.ts';
import { inet_sock } from '../../stack/include/net/inet_sock.ts';
import { inet_timewait_sock } from '../../stack/include/net/inet_timewait_sock.ts';
import { neighbour } from '../../stack/include/net/neighbour.ts';
import { request_sock } from '../../stack/include/net/request_sock.ts';
import { sock, sock_common } from '../../stack/include/net/sock.ts';
import { tcp_skb_cb } from '../../stack/include/net/tcp_skb_cb.ts';
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import { epoll_event } from '../../stack/include/uapi/linux/eventpoll.ts';
import { Machine } from '../../stack/machine.ts';
import type { FieldKind } from './fieldKind.ts';
import { ICSK_ACK_FIELDS, INET_CONNECTION_SOCK_FIELDS, INET_SOCK_FIELDS } from './fields/inet.ts';
import * as other from './fields/other.ts';
import { SOCK_ALIASES, SOCK_COMMON_FIELDS, SOCK_FIELDS } from './fields/sock.ts';
import {
  OPTIONS_RECEIVED_FIELDS,
  RCV_RTT_EST_FIELDS,
  REQUEST_FIELDS,
  SKB_CB_FIELDS,
  TCP_HEADER_FIELDS,
  TCP_SOCK_FIELDS,
  TIME_WAIT_FIELDS,
} from './fields/tcp.ts';
import { className } from './values/peek.ts';

type Struct = abstract new (...args: never[]) => object;
type Fields = Record<string, FieldKind>;

/** The most derived struct first: the first one that has the field decides. */
const TABLES: readonly (readonly [Struct, Fields])[] = [
  [tcp_sock, TCP_SOCK_FIELDS],
  [inet_connection_sock, INET_CONNECTION_SOCK_FIELDS],
  [inet_sock, INET_SOCK_FIELDS],
  [sock, SOCK_FIELDS],
  [request_sock, REQUEST_FIELDS],
  [inet_timewait_sock, TIME_WAIT_FIELDS],
  [sock_common, { ...SOCK_COMMON_FIELDS, ...SOCK_ALIASES }],
  [icsk_ack, ICSK_ACK_FIELDS],
  [rcv_rtt_est, RCV_RTT_EST_FIELDS],
  [tcp_options_received, OPTIONS_RECEIVED_FIELDS],
  [tcp_skb_cb, SKB_CB_FIELDS],
  [tcphdr, TCP_HEADER_FIELDS],
  [sk_buff, other.SKB_FIELDS],
  [socket, other.SOCKET_FIELDS],
  [net_device, other.DEVICE_FIELDS],
  [napi_struct, other.NAPI_FIELDS],
  [in_ifaddr, other.IFADDR_FIELDS],
  [neighbour, other.NEIGHBOUR_FIELDS],
  [fib_nh, other.ROUTE_FIELDS],
  [fib_info, other.ROUTE_FIELDS],
  [fib_result, other.ROUTE_FIELDS],
  [fib_nh_exception, other.ROUTE_FIELDS],
  [timer_list, other.TIMER_FIELDS],
  [hrtimer, other.HRTIMER_FIELDS],
  [epoll_event, other.EPOLL_EVENT_FIELDS],
  [task_struct, other.TASK_FIELDS],
  [inet_bind_bucket, other.BIND_FIELDS],
  [inet_bind2_bucket, other.BIND_FIELDS],
  [Machine, other.MACHINE_FIELDS],
];
/**
 * Structs whose class is not imported here, or that are plain objects: by class name, or by a characteristic
 * field.
 */
const BY_NAME: Record<string, Fields> = {
  iphdr: other.IP_HEADER_FIELDS,
  flowi4: other.FLOW_FIELDS,
  rtable: other.ROUTE_FIELDS,
};

/** @param owner an object without a proxy among its prototypes */
export function fieldKind(owner: object, field: string): FieldKind | undefined {
  for (const [struct, fields] of TABLES) {
    if (owner instanceof struct && Object.hasOwn(fields, field)) return fields[field];
  }
  const name = className(owner);
  const named = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (named && Object.hasOwn(named, field)) return named[field];
  if ('sin_addr' in owner && Object.hasOwn(other.SOCKADDR_FIELDS, field)) return other.SOCKADDR_FIELDS[field];
  return undefined;
}

/** The kind of a local variable, by its name alone. */
export function localKind(name: string): FieldKind | undefined {
  return Object.hasOwn(other.LOCAL_NAMES, name) ? other.LOCAL_NAMES[name] : undefined;
}
