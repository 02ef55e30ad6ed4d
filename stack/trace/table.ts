/**
 * Every tracepoint of the machine: its name, its arguments, and its text in ftrace's format. Kernel code
 * calls one as `trace.inet_sock_set_state(sk, oldstate, newstate)`; listeners get the same arguments. The
 * names are Linux's where Linux has the tracepoint.
 *
 * @linux include/trace/events/
 */
import type { napi_struct, net_device } from '../include/linux/netdevice.ts';
import type { task_struct } from '../include/linux/sched.ts';
import type { sk_buff } from '../include/linux/skbuff.ts';
import type { tcp_sock } from '../include/linux/tcp.ts';
import type { be32, u32 } from '../include/linux/types.ts';
import { DROP_REASONS } from '../include/net/dropreason.ts';
import type { flowi4 } from '../include/net/flow.ts';
import type { inet_timewait_sock } from '../include/net/inet_timewait_sock.ts';
import type { neigh_table, neighbour } from '../include/net/neighbour.ts';
import type { net } from '../include/net/net_namespace.ts';
import type { request_sock } from '../include/net/request_sock.ts';
import type { Qdisc } from '../include/net/sch_generic.ts';
import type { proto, sock, sock_common } from '../include/net/sock.ts';
import type { DropDetail } from '../capture/drop_detail.ts';
import type { FullQueue } from '../capture/full_queue.ts';
import type { LossSign, SendReason } from '../capture/send_reason.ts';
import type { CaReason, StateReason } from '../capture/state_reason.ts';
import type { ToldValue, ValueReason } from '../capture/value_reason.ts';
import { ADDRESS_FAMILIES } from '../include/uapi/linux/socket.ts';
import { TCP_CA_STATES } from '../include/uapi/linux/tcp.ts';
import type { irqaction } from '../kernel/irq.ts';
import type { tasklet_struct } from '../kernel/softirq.ts';
import { formatAddress } from '../lib/format_address.ts';
import {
  hrtimerText,
  nameOf,
  skbText,
  sockAndSkb,
  sockText,
  softirqText,
  taskText,
  tcpStateName,
  timerText,
  valueText,
} from './text.ts';
import { machineTracepoint, ofDev, ofSkb, ofSock, tracepoint } from './tracepoint.ts';

/** What becomes of a connection request. */
export type ListenRequestEvent =
  /** A SYN has put it in the SYN queue; its SYN-ACK is sent next. */
  | 'queued'
  /** It is answered with a SYN cookie and is not stored. */
  | 'cookie'
  /** Its SYN is dropped: without SYN cookies the last quarter of tcp_max_syn_backlog is reserved. */
  | 'reserved'
  /** The ACK of its handshake is dropped: TCP_DEFER_ACCEPT waits for data. */
  | 'deferred'
  /** The peer's RST has removed it from the SYN queue. */
  | 'reset'
  /** The listener has answered it with a RST and removed it from the SYN queue. */
  | 'refused'
  /** Its SYN-ACK was sent as often as allowed: it is removed from the SYN queue next. */
  | 'expired'
  /** Its SYN-ACK cannot be sent, or an ICMP error came back for it: it leaves the SYN queue. */
  | 'unreachable'
  /** Its handshake is complete: its child is in the accept queue. */
  | 'established'
  /** accept() has taken its child from the accept queue. */
  | 'accepted'
  /** The listener is closing, and resets its child, which was in the accept queue. */
  | 'forgotten';

/** The queues of a socket that a packet can be put into. */
export type SkbQueue = 'write' | 'backlog' | 'receive' | 'out_of_order';

export const TRACEPOINTS = {
  // System calls and tasks.
  sys_enter: machineTracepoint(
    'syscalls:sys_enter',
    (_task: task_struct, name: string, args: readonly unknown[]) =>
      `${name}(${args.map(valueText).join(', ')})`,
  ),
  /** `ret` is a negative errno when the call failed. */
  sys_exit: machineTracepoint(
    'syscalls:sys_exit',
    (_task: task_struct, name: string, ret: unknown) => `${name} -> ${valueText(ret)}`,
  ),
  sched_switch: machineTracepoint(
    'sched:sched_switch',
    (prev: task_struct, next: task_struct) => `prev=${taskText(prev)} ==> next=${taskText(next)}`,
  ),
  sched_wakeup: machineTracepoint(
    'sched:sched_wakeup',
    (task: task_struct) => `comm=${task.comm} pid=${task.pid}`,
  ),
  sched_process_fork: machineTracepoint(
    'sched:sched_process_fork',
    (parent: task_struct, child: task_struct) => `parent=${taskText(parent)} child=${taskText(child)}`,
  ),
  sched_process_exit: machineTracepoint(
    'sched:sched_process_exit',
    (task: task_struct) => `comm=${task.comm} pid=${task.pid}`,
  ),

  // Interrupts, softirqs, timers.
  irq_handler_entry: machineTracepoint(
    'irq:irq_handler_entry',
    (action: irqaction) => `irq=${action.irq} name=${action.name}`,
  ),
  irq_handler_exit: machineTracepoint(
    'irq:irq_handler_exit',
    (action: irqaction) => `irq=${action.irq} ret=handled`,
  ),
  softirq_raise: machineTracepoint('irq:softirq_raise', softirqText),
  softirq_entry: machineTracepoint('irq:softirq_entry', softirqText),
  softirq_exit: machineTracepoint('irq:softirq_exit', softirqText),
  tasklet_entry: machineTracepoint(
    'irq:tasklet_entry',
    (tasklet: tasklet_struct) => `func=${tasklet.func.name}`,
  ),
  tasklet_exit: machineTracepoint(
    'irq:tasklet_exit',
    (tasklet: tasklet_struct) => `func=${tasklet.func.name}`,
  ),
  timer_start: machineTracepoint('timer:timer_start', timerText),
  timer_cancel: machineTracepoint('timer:timer_cancel', timerText),
  timer_expire_entry: machineTracepoint('timer:timer_expire_entry', timerText),
  timer_expire_exit: machineTracepoint('timer:timer_expire_exit', timerText),
  hrtimer_start: machineTracepoint('timer:hrtimer_start', hrtimerText),
  hrtimer_cancel: machineTracepoint('timer:hrtimer_cancel', hrtimerText),
  hrtimer_expire_entry: machineTracepoint('timer:hrtimer_expire_entry', hrtimerText),
  hrtimer_expire_exit: machineTracepoint('timer:hrtimer_expire_exit', hrtimerText),

  // The kernel's log and its modules.
  module_request: machineTracepoint('module:module_request', (name: string) => `"${name}"`),
  console: machineTracepoint('printk:console', (_level: number, text: string) => text),

  // Sockets, TCP and UDP.
  /** `sk` still has its old state. */
  inet_sock_set_state: tracepoint(
    'sock:inet_sock_set_state',
    ofSock,
    (sk: sock_common, oldstate: number, newstate: number, _why: StateReason) =>
      `family=${nameOf(ADDRESS_FAMILIES, sk.skc_family)} ${sockText(sk)} oldstate=${tcpStateName(oldstate)} newstate=${tcpStateName(newstate)}`,
  ),
  inet_sk_error_report: tracepoint(
    'sock:inet_sk_error_report',
    ofSock,
    (sk: sock) => `${sockText(sk)} error=${sk.sk_err}`,
  ),
  /** `allocated`: in pages, for the whole protocol. */
  sock_exceed_buf_limit: tracepoint(
    'sock:sock_exceed_buf_limit',
    ofSock,
    (sk: sock, _prot: proto, allocated: number, _kind: number) => `${sockText(sk)} allocated=${allocated}`,
  ),
  sock_rcvqueue_full: tracepoint('sock:sock_rcvqueue_full', ofSock, (sk: sock, skb: sk_buff) =>
    sockAndSkb(sk, skb),
  ),
  tcp_retransmit_skb: tracepoint(
    'tcp:tcp_retransmit_skb',
    ofSock,
    (sk: sock, skb: sk_buff) =>
      `${sockText(sk)} state=${tcpStateName(sk.skc_state)} seq=${skb.cb === null ? 0 : skb.cb.seq >>> 0} len=${skb.len}`,
  ),
  /** `sk` is the listener. */
  tcp_retransmit_synack: tracepoint('tcp:tcp_retransmit_synack', ofSock, (_sk: sock, req: request_sock) =>
    sockText(req),
  ),
  /**
   * `skb`: the packet that the reset answers; null when this side resets on its own. `sk` and `skb` are not
   * both null.
   */
  tcp_send_reset: tracepoint(
    'tcp:tcp_send_reset',
    (sk: sock_common | null, skb: sk_buff | null) => (skb !== null ? skb.machine : sk!.skc_net.machine),
    sockAndSkb,
  ),
  tcp_receive_reset: tracepoint('tcp:tcp_receive_reset', ofSock, (sk: sock) => sockText(sk)),
  tcp_destroy_sock: tracepoint('tcp:tcp_destroy_sock', ofSock, (sk: sock) => sockText(sk)),
  tcp_rcv_space_adjust: tracepoint('tcp:tcp_rcv_space_adjust', ofSock, (sk: sock) => sockText(sk)),
  tcp_probe: tracepoint('tcp:tcp_probe', ofSock, (sk: sock, skb: sk_buff) => sockAndSkb(sk, skb)),
  tcp_bad_csum: tracepoint('tcp:tcp_bad_csum', ofSkb, skbText),
  tcp_cong_state_set: tracepoint(
    'tcp:tcp_cong_state_set',
    ofSock,
    (sk: sock, ca_state: number, _why: CaReason | null) =>
      `${sockText(sk)} cong_state=${nameOf(TCP_CA_STATES, ca_state)}`,
  ),
  udp_fail_queue_rcv_skb: tracepoint(
    'udp:udp_fail_queue_rcv_skb',
    (_rc: number, sk: sock) => ofSock(sk),
    (rc: number, sk: sock) => `rc=${rc} port=${sk.skc_num}`,
  ),
  /**
   * A listener's SYN queue or accept queue is full. Linux only counts this event. `skb`: the SYN or ACK that
   * finds it full. `req`: the request that the ACK belongs to; null for a SYN, and for the ACK of a SYN cookie.
   */
  sockscope_queue_overflow: tracepoint(
    'sockscope:queue_overflow',
    ofSock,
    (sk: sock, which: 'accept' | 'syn', _skb: sk_buff, _req: request_sock | null) =>
      `${which} queue of port ${sk.skc_num}`,
  ),
  /** What becomes of a connection request at a listener. Linux has no tracepoint for it. */
  sockscope_listen_request: tracepoint(
    'sockscope:listen_request',
    ofSock,
    (sk: sock, what: ListenRequestEvent, req: request_sock) =>
      `${what} port ${sk.skc_num} from ${formatAddress(req.skc_daddr)}:${req.skc_dport}`,
  ),

  /**
   * What is sent next, and why: told where the code decides. Linux has no tracepoint for it. `skb`: what is
   * answered, where there is no socket. `sk` and `skb` are not both null.
   */
  sockscope_send: tracepoint(
    'sockscope:send',
    (sk: sock_common | null, skb: sk_buff | null) => (sk !== null ? sk.skc_net.machine : skb!.machine),
    (sk: sock_common | null, skb: sk_buff | null, why: SendReason) => `${why} ${sockAndSkb(sk, skb)}`,
  ),
  /** A segment of the retransmit queue is retransmitted next. */
  sockscope_retransmit: tracepoint(
    'sockscope:retransmit',
    ofSock,
    (sk: sock, skb: sk_buff, why: SendReason) => `${why} ${sockAndSkb(sk, skb)}`,
  ),
  /** A segment is marked lost. Linux has no tracepoint for it. */
  sockscope_mark_lost: tracepoint(
    'sockscope:mark_lost',
    ofSock,
    (sk: sock, skb: sk_buff, sign: LossSign) => `${sign} ${sockAndSkb(sk, skb)}`,
  ),
  /**
   * An ACK has moved snd_una: what lies between leaves the retransmit queue. Linux has no tracepoint for it. `sk`: a
   * request, if it is its SYN-ACK.
   */
  sockscope_acked: tracepoint(
    'sockscope:acked',
    ofSock,
    (sk: sock_common, from: u32, to: u32) => `${from >>> 0} to ${to >>> 0} ${sockText(sk)}`,
  ),
  /** The segment that is sent next closes the window. Linux has only a counter for it. */
  sockscope_zero_window: tracepoint('sockscope:zero_window', ofSock, (sk: sock) => sockText(sk)),
  /** A value of a connection was set, perhaps to what it was. Linux has no tracepoint for it. */
  sockscope_value_set: tracepoint(
    'sockscope:value_set',
    ofSock,
    (sk: tcp_sock, value: ToldValue, why: ValueReason) => `${value}=${sk[value]} ${why} ${sockText(sk)}`,
  ),
  /** The state that a time-wait sock represents has changed; `oldstate` of a new one: that of its socket. */
  sockscope_time_wait: tracepoint(
    'sockscope:time_wait',
    ofSock,
    (tw: inet_timewait_sock, oldstate: number, newstate: number, why: StateReason) =>
      `${why} ${sockText(tw)} oldstate=${tcpStateName(oldstate)} newstate=${tcpStateName(newstate)}`,
  ),
  /** The ACK of what is being received is put off. Linux has no tracepoint for it. */
  sockscope_delay_ack: tracepoint('sockscope:delay_ack', ofSock, (sk: sock) => sockText(sk)),
  /** The process that owns the socket processes a packet of its backlog. */
  sockscope_backlog_entry: tracepoint('sockscope:backlog_entry', ofSock, (sk: sock, skb: sk_buff) =>
    sockAndSkb(sk, skb),
  ),
  sockscope_backlog_exit: tracepoint('sockscope:backlog_exit', ofSock, (sk: sock) => sockText(sk)),

  // Packets, devices and queues.
  /** A packet waits until the address of its neighbour is known. */
  sockscope_neigh_queue: tracepoint('sockscope:neigh_queue', ofSkb, (skb: sk_buff) => skbText(skb)),
  /**
   * A packet is in a queue of a socket; Linux has no tracepoint for it. `into`: the packet in that queue that its
   * data was joined to; it is freed next.
   */
  sockscope_skb_queue: tracepoint(
    'sockscope:skb_queue',
    ofSock,
    (sk: sock, skb: sk_buff, queue: SkbQueue, _into: sk_buff | null) => `${queue} ${sockAndSkb(sk, skb)}`,
  ),
  /** A queue has no room for a packet, which is dropped next. Linux only counts it. */
  sockscope_queue_full: tracepoint(
    'sockscope:queue_full',
    ofSkb,
    (skb: sk_buff, queue: FullQueue, length: number, limit: number) =>
      `${queue} ${length} of ${limit} ${skbText(skb)}`,
  ),
  kfree_skb: tracepoint(
    'skb:kfree_skb',
    ofSkb,
    (skb: sk_buff, reason: number, detail: DropDetail | null) =>
      `${skbText(skb)} reason=${DROP_REASONS[reason] ?? reason}${detail === null ? '' : ` (${detail})`}`,
  ),
  consume_skb: tracepoint('skb:consume_skb', ofSkb, skbText),
  skb_copy_datagram_iovec: tracepoint(
    'skb:skb_copy_datagram_iovec',
    ofSkb,
    (skb: sk_buff, len: number) => `${skbText(skb)} copied=${len}`,
  ),
  /** The NIC cannot segment a packet: these are its segments. */
  sockscope_gso_segment: tracepoint('sockscope:gso_segment', ofSkb, (skb: sk_buff, _segs: sk_buff) =>
    skbText(skb),
  ),
  net_dev_queue: tracepoint('net:net_dev_queue', ofSkb, skbText),
  net_dev_start_xmit: tracepoint(
    'net:net_dev_start_xmit',
    ofSkb,
    (skb: sk_buff, dev: net_device) => `dev=${dev.name} ${skbText(skb)} gso_size=${skb.shinfo.gso_size}`,
  ),
  /** `skb` may already be freed; `len` is its length before. */
  net_dev_xmit: tracepoint(
    'net:net_dev_xmit',
    ofSkb,
    (_skb: sk_buff, rc: number, dev: net_device, len: number) => `dev=${dev.name} len=${len} rc=${rc}`,
  ),
  netif_receive_skb: tracepoint('net:netif_receive_skb', ofSkb, skbText),
  napi_gro_receive_entry: tracepoint('net:napi_gro_receive_entry', ofSkb, skbText),
  napi_gro_receive_exit: machineTracepoint('net:napi_gro_receive_exit', (ret: number) => `ret=${ret}`),
  napi_poll: tracepoint(
    'napi:napi_poll',
    (napi: napi_struct) => ofDev(napi.dev),
    (napi: napi_struct, work: number, budget: number) =>
      `napi poll for device ${napi.dev.name} work ${work} budget ${budget}`,
  ),
  qdisc_enqueue: tracepoint(
    'qdisc:qdisc_enqueue',
    (_q: Qdisc, skb: sk_buff) => ofSkb(skb),
    (_q: Qdisc, skb: sk_buff) => skbText(skb),
  ),
  qdisc_dequeue: tracepoint(
    'qdisc:qdisc_dequeue',
    (_q: Qdisc, skb: sk_buff) => ofSkb(skb),
    (_q: Qdisc, skb: sk_buff) => skbText(skb),
  ),

  // Routes and neighbours.
  fib_table_lookup: tracepoint(
    'fib:fib_table_lookup',
    (net: net) => net.machine,
    (_net: net, tb_id: number, flp: flowi4, err: number) =>
      `table ${tb_id} src ${formatAddress(flp.saddr)} dst ${formatAddress(flp.daddr)} proto ${flp.flowi4_proto} err ${err}`,
  ),
  /** `neigh` is null when the table is full. */
  neigh_create: tracepoint(
    'neigh:neigh_create',
    (_tbl: neigh_table, dev: net_device) => ofDev(dev),
    (_tbl: neigh_table, dev: net_device, pkey: be32, _neigh: neighbour | null) =>
      `dev=${dev.name} primary_key=${formatAddress(pkey)}`,
  ),
  neigh_update: tracepoint(
    'neigh:neigh_update',
    (neigh: neighbour) => ofDev(neigh.dev),
    (neigh: neighbour, _lladdr: Uint8Array | null, new_state: number) =>
      `dev=${neigh.dev.name} primary_key=${formatAddress(neigh.primary_key)} new_state=0x${new_state.toString(16)}`,
  ),
  neigh_timer_handler: tracepoint(
    'neigh:neigh_timer_handler',
    (neigh: neighbour) => ofDev(neigh.dev),
    (neigh: neighbour, err: number) => `primary_key=${formatAddress(neigh.primary_key)} err=${err}`,
  ),
} as const;

type Entry = (typeof TRACEPOINTS)[keyof typeof TRACEPOINTS];
export type TracepointName = Entry['name'];
/** The arguments of a listener to this tracepoint. */
export type TracepointArgs<Name extends TracepointName> = Parameters<
  Extract<Entry, { readonly name: Name }>['print']
>;

const ENTRIES: readonly Entry[] = Object.values(TRACEPOINTS);
/** A tracepoint's number is its index here. */
export const TRACEPOINT_NAMES: readonly TracepointName[] = ENTRIES.map(({ name }) => name);

export function tracepointId(name: TracepointName): number {
  return TRACEPOINT_NAMES.indexOf(name);
}
/** The text after a tracepoint's name. */
export function tracepointNamed(name: TracepointName): Entry {
  return ENTRIES[tracepointId(name)]!;
}
