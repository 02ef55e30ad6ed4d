/**
 * The protocol's part of a socket: struct sock, the fields common to all sockets, and small helpers.
 *
 * @linux include/net/sock.h
 */
import type { DisconnectReason } from '../../capture/state_reason.ts';
import type { socket, sockopt_value } from '../linux/net.ts';
import type { sockaddr } from '../linux/socket.ts';
import { sk_buff_head, type page_frag, type sk_buff } from '../linux/skbuff.ts';
import type { Sleeps } from '../linux/sched.ts';
import { MAX_SCHEDULE_TIMEOUT } from '../linux/sched.ts';
import { timer_list } from '../linux/timer.ts';
import type { be16, be32, jiffies_t, u32 } from '../linux/types.ts';
import type { msghdr } from '../linux/uio.ts';
import { wait_queue_head } from '../linux/wait.ts';
import type { Errno } from '../uapi/asm-generic/errno.ts';
import type { in6_addr } from '../uapi/linux/in6.ts';
import { AF_UNSPEC } from '../uapi/linux/socket.ts';
import { TCP_CLOSE, TCP_NEW_SYN_RECV, TCP_TIME_WAIT, type TcpState } from '../uapi/linux/tcp.ts';
import type { dst_entry } from './dst.ts';
import type { timewait_sock_ops } from './inet_timewait_sock.ts';
import type { net } from './net_namespace.ts';
import type { request_sock_ops } from './request_sock.ts';
import type { sock_reuseport } from './sock_reuseport.ts';

/** Bits of sk_flags, by number. @linux enum sock_flags */
export const SOCK_FLAGS = {
  SOCK_DEAD: 0,
  SOCK_DONE: 1,
  SOCK_URGINLINE: 2,
  SOCK_KEEPOPEN: 3,
  SOCK_LINGER: 4,
  SOCK_DESTROY: 5,
  SOCK_BROADCAST: 6,
  SOCK_TIMESTAMP: 7,
  SOCK_ZAPPED: 8,
  SOCK_USE_WRITE_QUEUE: 9,
  SOCK_DBG: 10,
  SOCK_RCVTSTAMP: 11,
  SOCK_RCVTSTAMPNS: 12,
  SOCK_LOCALROUTE: 13,
  SOCK_MEMALLOC: 14,
  SOCK_SELECT_ERR_QUEUE: 22,
  SOCK_RCU_FREE: 23,
} as const;
export const SOCK_DEAD = SOCK_FLAGS.SOCK_DEAD;
export const SOCK_DONE = SOCK_FLAGS.SOCK_DONE;
export const SOCK_URGINLINE = SOCK_FLAGS.SOCK_URGINLINE;
export const SOCK_KEEPOPEN = SOCK_FLAGS.SOCK_KEEPOPEN;
export const SOCK_LINGER = SOCK_FLAGS.SOCK_LINGER;
export const SOCK_DESTROY = SOCK_FLAGS.SOCK_DESTROY;
export const SOCK_BROADCAST = SOCK_FLAGS.SOCK_BROADCAST;
export const SOCK_TIMESTAMP = SOCK_FLAGS.SOCK_TIMESTAMP;
export const SOCK_ZAPPED = SOCK_FLAGS.SOCK_ZAPPED;
export const SOCK_USE_WRITE_QUEUE = SOCK_FLAGS.SOCK_USE_WRITE_QUEUE;
export const SOCK_DBG = SOCK_FLAGS.SOCK_DBG;
export const SOCK_RCVTSTAMP = SOCK_FLAGS.SOCK_RCVTSTAMP;
export const SOCK_LOCALROUTE = SOCK_FLAGS.SOCK_LOCALROUTE;
export const SOCK_SELECT_ERR_QUEUE = SOCK_FLAGS.SOCK_SELECT_ERR_QUEUE;
export const SOCK_RCU_FREE = SOCK_FLAGS.SOCK_RCU_FREE;

/** Bits of sk_shutdown. */
export const RCV_SHUTDOWN = 1;
export const SEND_SHUTDOWN = 2;
export const SHUTDOWN_MASK = 3;

/** Bits of sk_userlocks: settings fixed by the user. */
export const SOCK_SNDBUF_LOCK = 1;
export const SOCK_RCVBUF_LOCK = 2;
export const SOCK_BINDADDR_LOCK = 4;
export const SOCK_BINDPORT_LOCK = 8;
export const SOCK_BUF_LOCK_MASK = SOCK_SNDBUF_LOCK | SOCK_RCVBUF_LOCK;
export const SK_NO_REUSE = 0;
export const SK_CAN_REUSE = 1;
export const SK_FORCE_REUSE = 2;
export const SK_PACING_NONE = 0;
export const SK_PACING_NEEDED = 1;
export const SK_PACING_FQ = 2;
/** Minimum send and receive buffers, in bytes of truesize. */
export const SOCK_MIN_SNDBUF = 4608;
export const SOCK_MIN_RCVBUF = 2304;

/** The fields common to all sockets: full sockets, request socks and time-wait socks. */
export class sock_common {
  /** Remote address, network order. */
  skc_daddr: be32 = 0;
  /** Local address on which it receives, network order. */
  skc_rcv_saddr: be32 = 0;
  /** Its hash in the table that holds it. */
  skc_hash: u32 = 0;
  /** Remote port, network order. */
  skc_dport: be16 = 0;
  /** Local port, host order. */
  skc_num = 0;
  skc_family: number = AF_UNSPEC;
  /** TCP_…: UDP and raw sockets use only TCP_ESTABLISHED and TCP_CLOSE. */
  skc_state: TcpState = TCP_CLOSE;
  skc_reuse = SK_NO_REUSE;
  skc_reuseport = false;
  /** Index of the interface to which it is bound; 0: any. */
  skc_bound_dev_if = 0;
  /** IPV6_V6ONLY: an AF_INET6 socket that excludes IPv4. */
  skc_ipv6only = false;
  /** The addresses of an AF_INET6 socket, with IPv4 addresses mapped; null in other families. */
  skc_v6_daddr: in6_addr | null = null;
  skc_v6_rcv_saddr: in6_addr | null = null;
  skc_prot: proto;
  skc_net: net;
  skc_cookie = 0;
  /** SOCK_… bits. Unused in request and time-wait socks. */
  skc_flags = 0;
  skc_refcnt = 1;
  /** Neighbours in its hash chain (ehash, or the listening or UDP table). */
  skc_node_next: sock_common | null = null;
  skc_node_prev: sock_common | null = null;
  /** True while it is on a hash chain. */
  skc_hashed = false;
  /** Neighbours among the owners of its port (bhash). */
  skc_bind_node_next: sock_common | null = null;
  skc_bind_node_prev: sock_common | null = null;
  /** Neighbours among the owners of its port and address (bhash2). */
  skc_bind2_node_next: sock_common | null = null;
  skc_bind2_node_prev: sock_common | null = null;

  constructor(skc_net: net, skc_prot: proto) {
    this.skc_net = skc_net;
    this.skc_prot = skc_prot;
  }
}

/** Packets that arrived while a process owned the socket. @linux struct sock, sk_backlog */
export class sk_backlog {
  /** Bytes of truesize queued. */
  len = 0;
  head: sk_buff | null = null;
  tail: sk_buff | null = null;
}

/** The protocol's view of a socket. */
export class sock extends sock_common {
  /** The route of its incoming packets, cached for early demux. */
  sk_rx_dst: dst_entry | null = null;
  sk_rx_dst_ifindex = 0;
  /** The socket lock: true while a process owns it. */
  sk_lock_owned = false;
  /** Processes that wait for the socket lock. */
  sk_lock_wq: wait_queue_head | null = null;
  sk_drops = 0;
  sk_rcvlowat = 1;
  /** ICMP errors and timestamps for the user; null until the first one. */
  sk_error_queue: sk_buff_head | null = null;
  /** Data received in order and not yet read. */
  sk_receive_queue = new sk_buff_head();
  sk_backlog = new sk_backlog();
  /** Bytes of truesize charged for received packets. */
  sk_rmem_alloc = 0;
  /** Memory reserved from the protocol and unused, in bytes. */
  sk_forward_alloc = 0;
  /** Its protocol's memory accounting; null: none. */
  sk_memory: proto_memory | null = null;
  /** Limit of sk_rmem_alloc, in bytes of truesize. */
  sk_rcvbuf = 0;
  sk_dst_cache: dst_entry | null = null;
  /** Limit of the data queued for sending, in bytes of truesize. */
  sk_sndbuf = 0;
  /** Bytes of truesize in the write queue and the retransmit queue. */
  sk_wmem_queued = 0;
  /** Bytes of truesize passed down and not yet freed, plus one. */
  sk_wmem_alloc = 1;
  /** TSQ_… and …_DEFERRED bits. */
  sk_tsq_flags = 0;
  /** Data that was never sent. */
  sk_write_queue = new sk_buff_head();
  sk_peek_off = -1;
  /** The number of processes that wait for send buffer space. */
  sk_write_pending = 0;
  /**
   * How often connect(AF_UNSPEC) or a failed connect() disconnected the socket: sleepers check whether it
   * changed.
   */
  sk_disconnects = 0;
  sk_dst_pending_confirm = false;
  sk_pacing_status = SK_PACING_NONE;
  /** In jiffies. */
  sk_sndtimeo: jiffies_t = MAX_SCHEDULE_TIMEOUT;
  sk_rcvtimeo: jiffies_t = MAX_SCHEDULE_TIMEOUT;
  /** The protocol's slow timer: TCP's keepalive timer. */
  sk_timer: timer_list<sock> | null = null;
  sk_priority = 0;
  sk_mark = 0;
  /** Bytes per second. */
  sk_pacing_rate = Infinity;
  /** null: no limit. */
  sk_max_pacing_rate: number | null = null;
  sk_pacing_shift = 10;
  /** NETIF_F_… of the route's device. */
  sk_route_caps = 0;
  sk_gso_type = 0;
  sk_gso_max_size = 0;
  sk_gso_max_segs = 0;
  sk_txhash: u32 = 0;
  sk_kern_sock = false;
  sk_no_check_tx = false;
  sk_userlocks = 0;
  sk_type = 0;
  sk_protocol = 0;
  /** How long close() lingers, in jiffies. */
  sk_lingertime: jiffies_t = 0;
  /** An error to report once, as a positive errno. */
  sk_err = 0;
  /** An error that does not end the connection, kept in case it times out. */
  sk_err_soft = 0;
  /** Length of the accept queue. */
  sk_ack_backlog = 0;
  /** Limit of the accept queue: listen()'s backlog. */
  sk_max_ack_backlog = 0;
  sk_uid = 0;
  /** RCV_SHUTDOWN, SEND_SHUTDOWN. */
  sk_shutdown = 0;
  /** The BSD socket, or null for an orphan. */
  sk_socket: socket | null = null;
  /** The wait queue of sk_socket. */
  sk_wq: wait_queue_head | null = null;
  sk_state_change: (sk: sock) => void = no_callback;
  sk_data_ready: (sk: sock) => void = no_callback;
  sk_write_space: (sk: sock) => void = no_callback;
  sk_error_report: (sk: sock) => void = no_callback;
  sk_backlog_rcv: (sk: sock, skb: sk_buff) => number = no_backlog_rcv;
  sk_destruct: (sk: sock) => void = no_callback;
  /** Its SO_REUSEPORT group. */
  sk_reuseport_cb: sock_reuseport | null = null;
  /** The page for payload when no process sends; each process has its own. */
  sk_frag: page_frag | null = null;

  get sk_state(): TcpState {
    return this.skc_state;
  }
  set sk_state(state: TcpState) {
    this.skc_state = state;
  }
  get sk_prot(): proto {
    return this.skc_prot;
  }
  set sk_prot(prot: proto) {
    this.skc_prot = prot;
  }
  get sk_family(): number {
    return this.skc_family;
  }
  set sk_family(family: number) {
    this.skc_family = family;
  }
  get sk_reuse(): number {
    return this.skc_reuse;
  }
  set sk_reuse(reuse: number) {
    this.skc_reuse = reuse;
  }
  get sk_reuseport(): boolean {
    return this.skc_reuseport;
  }
  set sk_reuseport(reuseport: boolean) {
    this.skc_reuseport = reuseport;
  }
  get sk_bound_dev_if(): number {
    return this.skc_bound_dev_if;
  }
  set sk_bound_dev_if(ifindex: number) {
    if (ifindex !== this.skc_bound_dev_if) this.skc_net.bound_dev_genid++;
    this.skc_bound_dev_if = ifindex;
  }
  get sk_hash(): u32 {
    return this.skc_hash;
  }
  set sk_hash(hash: u32) {
    this.skc_hash = hash;
  }
  get sk_daddr(): be32 {
    return this.skc_daddr;
  }
  get sk_rcv_saddr(): be32 {
    return this.skc_rcv_saddr;
  }
  get sk_dport(): be16 {
    return this.skc_dport;
  }
  get sk_num(): number {
    return this.skc_num;
  }
  get sk_flags(): number {
    return this.skc_flags;
  }
}

/** Placeholder of the callbacks until sock_init_data() sets them. */
export function no_callback(): void {}
export function no_backlog_rcv(): number {
  return 0;
}

/** A transport protocol's operations. */
export interface proto {
  name: string;
  close(sk: sock, timeout: jiffies_t): Sleeps<void>;
  /** @param addr_len size of the address in bytes, as passed by the program */
  connect?(sk: sock, uaddr: sockaddr, addr_len: number): Sleeps<Errno>;
  /** @param why of the state, for a debugger */
  disconnect(sk: sock, flags: number, why: DisconnectReason): Errno;
  accept?(sk: sock, flags: number, kern: boolean): Sleeps<sock | Errno>;
  ioctl?(sk: sock, cmd: number, arg: unknown): number | Errno;
  init?(sk: sock): Errno;
  destroy?(sk: sock): void;
  shutdown?(sk: sock, how: number): void;
  setsockopt?(sk: sock, level: number, optname: number, optval: sockopt_value): Sleeps<Errno>;
  getsockopt?(sk: sock, level: number, optname: number): Sleeps<sockopt_value | Errno>;
  keepalive?(sk: sock, valbool: boolean): void;
  sendmsg(sk: sock, msg: msghdr, len: number): Sleeps<number | Errno>;
  recvmsg(sk: sock, msg: msghdr, len: number, flags: number): Sleeps<number | Errno>;
  bind?(sk: sock, addr: sockaddr, addr_len: number): Errno;
  backlog_rcv?(sk: sock, skb: sk_buff): number;
  twsk_prot?: timewait_sock_ops;
  release_cb?(sk: sock): void;
  hash?(sk: sock): Errno;
  unhash?(sk: sock): void;
  rehash?(sk: sock): void;
  get_port?(sk: sock, snum: number): Errno;
  put_port?(sk: sock): void;
  stream_memory_free?(sk: sock, wake: number): boolean;
  enter_memory_pressure?(sk: sock): void;
  leave_memory_pressure?(sk: sock): void;
  /** Memory accounting and limits of this protocol's sockets in one machine; null: none. */
  memory(net: net): proto_memory | null;
  no_autobind?: boolean;
  max_header: number;
  /** Allocates a socket of this protocol; Linux's sk_prot_alloc() uses a slab. */
  alloc(net: net, prot: proto): sock;
  rsk_prot?: request_sock_ops;
}

/**
 * Memory accounting shared by a protocol's sockets.
 *
 * @linux struct proto, memory_allocated, sockets_allocated, sysctl_mem …
 */
export class proto_memory {
  /** In pages of 4096 bytes. */
  memory_allocated = 0;
  sockets_allocated = 0;
  orphan_count = 0;
  memory_pressure = 0;
  /** low, pressure, high: in pages. */
  sysctl_mem: number[] = [0x7fffffff, 0x7fffffff, 0x7fffffff];
  /** Sockets in use, as in /proc/net/sockstat. */
  inuse = 0;
}

/** The socket's network namespace. @linux include/net/sock.h */
export function sock_net(sk: sock_common): net {
  return sk.skc_net;
}
/** Whether a flag (SOCK_…) is set. @linux include/net/sock.h */
export function sock_flag(sk: sock_common, flag: number): boolean {
  return (sk.skc_flags & (1 << flag)) !== 0;
}
/** Set a flag (SOCK_…). @linux include/net/sock.h */
export function sock_set_flag(sk: sock_common, flag: number): void {
  sk.skc_flags |= 1 << flag;
}
/** Clear a flag (SOCK_…). @linux include/net/sock.h */
export function sock_reset_flag(sk: sock_common, flag: number): void {
  sk.skc_flags &= ~(1 << flag);
}
/** Set or clear a flag (SOCK_…). @linux include/net/sock.h */
export function sock_valbool_flag(sk: sock_common, flag: number, value: boolean): void {
  if (value) sock_set_flag(sk, flag);
  else sock_reset_flag(sk, flag);
}
/**
 * Whether a process owns the socket during a system call; softirqs then use the backlog.
 *
 * @linux include/net/sock.h
 */
export function sock_owned_by_user(sk: sock): boolean {
  return sk.sk_lock_owned;
}
/** The wait queue of the processes that use this socket; null for an orphan. @linux include/net/sock.h */
export function sk_sleep(sk: sock): wait_queue_head | null {
  return sk.sk_wq;
}
/** Take a reference to the socket. @linux include/net/sock.h */
export function sock_hold(sk: sock_common): void {
  sk.skc_refcnt++;
}
/** Drop a reference that is known not to be the last one. @linux include/net/sock.h */
export function __sock_put(sk: sock_common): void {
  sk.skc_refcnt--;
}
/** Bytes of truesize passed down to the device and not yet freed. @linux include/net/sock.h */
export function sk_wmem_alloc_get(sk: sock): number {
  return sk.sk_wmem_alloc - 1;
}
/** Bytes of truesize in the receive queue. @linux include/net/sock.h */
export function sk_rmem_alloc_get(sk: sock): number {
  return sk.sk_rmem_alloc;
}
/** Whether packets of the socket are still being sent or unread. @linux include/net/sock.h */
export function sk_has_allocations(sk: sock): boolean {
  return sk_wmem_alloc_get(sk) > 0 || sk.sk_rmem_alloc > 0;
}
/** Uncount a connection of the accept queue. @linux include/net/sock.h */
export function sk_acceptq_removed(sk: sock): void {
  sk.sk_ack_backlog--;
}
/** Count a new connection of the accept queue. @linux include/net/sock.h */
export function sk_acceptq_added(sk: sock): void {
  sk.sk_ack_backlog++;
}
/**
 * True when the accept queue exceeds its limit: Linux's queue holds backlog + 1 connections.
 *
 * @linux include/net/sock.h
 */
export function sk_acceptq_is_full(sk: sock): boolean {
  return sk.sk_ack_backlog > sk.sk_max_ack_backlog;
}
/** The maximum sleep of a read, in jiffies. @linux include/net/sock.h */
export function sock_rcvtimeo(sk: sock, noblock: boolean): jiffies_t {
  return noblock ? 0 : sk.sk_rcvtimeo;
}
/** The maximum sleep of a write, in jiffies. @linux include/net/sock.h */
export function sock_sndtimeo(sk: sock, noblock: boolean): jiffies_t {
  return noblock ? 0 : sk.sk_sndtimeo;
}
/** The number of bytes that recv() waits for. @linux include/net/sock.h */
export function sock_rcvlowat(sk: sock, waitall: boolean, len: number): number {
  const bytes = waitall ? len : Math.min(sk.sk_rcvlowat, len);
  return bytes || 1;
}
/** The free space required to wake a writer, in bytes of truesize. @linux include/net/sock.h */
export function sk_stream_min_wspace(sk: sock): number {
  return sk.sk_wmem_queued >> 1;
}
/** Free space for writing, in bytes of truesize. @linux include/net/sock.h */
export function sk_stream_wspace(sk: sock): number {
  return sk.sk_sndbuf - sk.sk_wmem_queued;
}
/** Return the pending error as a negative errno, and clear it. @linux include/net/sock.h */
export function sock_error(sk: sock): Errno {
  if (sk.sk_err === 0) return 0;
  const err = sk.sk_err;
  sk.sk_err = 0;
  return -err;
}
/** Whether half of the send buffer is free. @linux include/net/sock.h */
export function sock_writeable(sk: sock): boolean {
  return sk_wmem_alloc_get(sk) < sk.sk_sndbuf >> 1;
}
/** Detach the socket from its process: it no longer has a reader. @linux include/net/sock.h */
export function sock_orphan(sk: sock): void {
  sock_set_flag(sk, SOCK_DEAD);
  sk.sk_socket = null;
  sk.sk_wq = null;
}
/** Attach a protocol socket to the BSD socket that accept() created. @linux include/net/sock.h */
export function sock_graft(sk: sock, parent: socket): void {
  sk.sk_wq = parent.wq;
  parent.sk = sk;
  sk.sk_socket = parent;
}
/** Whether the send buffer has room: for a write (wake 0) or to wake a writer. @linux include/net/sock.h */
export function __sk_stream_memory_free(sk: sock, wake: number): boolean {
  if (sk.sk_wmem_queued >= sk.sk_sndbuf) return false;
  const prot = sk.skc_prot;
  return prot.stream_memory_free === undefined || prot.stream_memory_free(sk, wake);
}
/** Whether another segment can be queued. @linux include/net/sock.h */
export function sk_stream_memory_free(sk: sock): boolean {
  return __sk_stream_memory_free(sk, 0);
}
/** Writable in the sense of poll(): at least a third of the send buffer is free. @linux include/net/sock.h */
export function __sk_stream_is_writeable(sk: sock, wake: number): boolean {
  return sk_stream_wspace(sk) >= sk_stream_min_wspace(sk) && __sk_stream_memory_free(sk, wake);
}
/** Whether there is enough room to wake a writer. @linux include/net/sock.h */
export function sk_stream_is_writeable(sk: sock): boolean {
  return __sk_stream_is_writeable(sk, 0);
}
/** Whether the socket is in no hash table. @linux include/net/sock.h */
export function sk_unhashed(sk: sock_common): boolean {
  return !sk.skc_hashed;
}
/** Whether the socket is in a hash table. @linux include/net/sock.h */
export function sk_hashed(sk: sock_common): boolean {
  return sk.skc_hashed;
}
/** Attach the sock to its struct socket; null: make it an orphan. @linux include/net/sock.h */
export function sk_set_socket(sk: sock, parent: socket | null): void {
  sk.sk_socket = parent;
}
/** Whether this is a full socket, not a request or time-wait sock. @linux include/net/sock.h */
export function sk_fullsock(sk: sock_common): boolean {
  return sk.skc_state !== TCP_TIME_WAIT && sk.skc_state !== TCP_NEW_SYN_RECV;
}
