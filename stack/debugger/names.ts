/** Names of kernel constants, from the files that define them: for display and for parsing. */
import {
  IFF_BROADCAST,
  IFF_LOOPBACK,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_POINTOPOINT,
  IFF_PROMISC,
  IFF_RUNNING,
  IFF_UP,
} from '../include/linux/netdevice.ts';
import { TASK_DEAD, TASK_INTERRUPTIBLE, TASK_RUNNING, TASK_UNINTERRUPTIBLE } from '../include/linux/sched.ts';
import {
  CHECKSUM_COMPLETE,
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  CHECKSUM_UNNECESSARY,
} from '../include/linux/skbuff.ts';
import { DROP_REASONS } from '../include/net/dropreason.ts';
import {
  ICSK_ACK_NOW,
  ICSK_ACK_PUSHED,
  ICSK_ACK_PUSHED2,
  ICSK_ACK_SCHED,
  ICSK_ACK_TIMER,
} from '../include/net/inet_connection_sock.ts';
import { RCV_SHUTDOWN, SEND_SHUTDOWN } from '../include/net/sock.ts';
import {
  TCPHDR_ACK,
  TCPHDR_CWR,
  TCPHDR_ECE,
  TCPHDR_FIN,
  TCPHDR_PSH,
  TCPHDR_RST,
  TCPHDR_SYN,
  TCPHDR_URG,
} from '../include/net/tcp.ts';
import {
  TCPCB_EVER_RETRANS,
  TCPCB_LOST,
  TCPCB_REPAIRED,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
} from '../include/net/tcp_skb_cb.ts';
import {
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLMSG,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDBAND,
  EPOLLRDHUP,
  EPOLLRDNORM,
  EPOLLWRBAND,
  EPOLLWRNORM,
} from '../include/uapi/linux/eventpoll.ts';
import { IPPROTO_ICMP, IPPROTO_IP, IPPROTO_RAW, IPPROTO_TCP, IPPROTO_UDP } from '../include/uapi/linux/in.ts';

export { ICSK_TIMES } from '../include/net/inet_connection_sock.ts';
export { NAPI_STATES } from '../include/linux/netdevice.ts';
export { SOCKET_STATES } from '../include/linux/net.ts';
export { NUD_STATES } from '../include/net/neighbour.ts';
export { SOCK_FLAGS } from '../include/net/sock.ts';
export { ADDRESS_FAMILIES, SOCKET_TYPES } from '../include/uapi/linux/socket.ts';
export { TCP_CA_STATES, TCP_STATES } from '../include/uapi/linux/tcp.ts';

export const PROTOCOLS = { IPPROTO_IP, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_RAW };
/** In the order in which packet descriptions list them. */
export const TCP_HEADER_FLAGS = {
  TCPHDR_FIN,
  TCPHDR_SYN,
  TCPHDR_RST,
  TCPHDR_PSH,
  TCPHDR_ACK,
  TCPHDR_URG,
  TCPHDR_ECE,
  TCPHDR_CWR,
};
export const INTERFACE_FLAGS = {
  IFF_UP,
  IFF_BROADCAST,
  IFF_LOOPBACK,
  IFF_POINTOPOINT,
  IFF_RUNNING,
  IFF_NOARP,
  IFF_PROMISC,
  IFF_MULTICAST,
};
export const SHUTDOWN_FLAGS = { RCV_SHUTDOWN, SEND_SHUTDOWN };
export const ACK_FLAGS = {
  ICSK_ACK_SCHED,
  ICSK_ACK_TIMER,
  ICSK_ACK_PUSHED,
  ICSK_ACK_PUSHED2,
  ICSK_ACK_NOW,
};
export const SACKED_FLAGS = {
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
  TCPCB_LOST,
  TCPCB_REPAIRED,
  TCPCB_EVER_RETRANS,
};
export const EPOLL_EVENTS = {
  EPOLLIN,
  EPOLLPRI,
  EPOLLOUT,
  EPOLLERR,
  EPOLLHUP,
  EPOLLRDNORM,
  EPOLLRDBAND,
  EPOLLWRNORM,
  EPOLLWRBAND,
  EPOLLMSG,
  EPOLLRDHUP,
  EPOLLEXCLUSIVE,
  EPOLLONESHOT,
  EPOLLET,
};
export const TASK_STATES = { TASK_RUNNING, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, TASK_DEAD };
export const CHECKSUMS = { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE, CHECKSUM_PARTIAL };
/** Drop reasons: SKB_DROP_REASON_… */
export const SKB_DROP_REASONS: Readonly<Record<string, number>> = Object.fromEntries(
  DROP_REASONS.map((name, number) => [`SKB_DROP_REASON_${name}`, number]),
);
