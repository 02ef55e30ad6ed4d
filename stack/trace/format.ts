/** Tracepoints as text, in the manner of ftrace. */
import type { task_struct } from '../include/linux/sched.ts';
import type { net_device, napi_struct } from '../include/linux/netdevice.ts';
import type { sk_buff } from '../include/linux/skbuff.ts';
import type { hrtimer, timer_list } from '../include/linux/timer.ts';
import { DROP_REASONS } from '../include/net/dropreason.ts';
import type { flowi4 } from '../include/net/dst.ts';
import type { neighbour } from '../include/net/neighbour.ts';
import type { sock_common } from '../include/net/sock.ts';
import { TCP_CA_STATES, TCP_STATES } from '../include/uapi/linux/tcp.ts';
import { SOFTIRQS } from '../kernel/softirq.ts';
import type { irqaction } from '../kernel/irq.ts';
import { BOOT_NS, BOOT_REAL_NS } from '../kernel/time/timekeeping.ts';
import { formatAddress } from '../lib/format_address.ts';
import type { Machine } from '../machine.ts';
import type { TracepointName } from './table.ts';
import type { TraceHit } from './tracer.ts';

/** The machine's real-time clock at boot, in ms since 1970: exact. */
export const BOOT_REAL_MS = BOOT_REAL_NS / 1e6;

const nameOf = (table: Readonly<Record<string, number>>, value: number) =>
  Object.entries(table).find(([, number]) => number === value)?.[0] ?? String(value);
export const tcpStateName = (state: number) => nameOf(TCP_STATES, state);
const sockText = (sk: sock_common | null) =>
  sk === null
    ? 'sk=none'
    : `sport=${sk.skc_num} dport=${sk.skc_dport} saddr=${formatAddress(sk.skc_rcv_saddr)} daddr=${formatAddress(sk.skc_daddr)}`;
const skbText = (skb: sk_buff) =>
  `len=${skb.len}${skb.dev === null ? '' : ` dev=${skb.dev.name}`} protocol=0x${skb.protocol.toString(16)}`;
const task = (one: task_struct) => `${one.comm}-${one.pid}`;
const fired = (timer: timer_list | hrtimer) => `function=${timer.function.name.replace(/^bound /, '')}`;
const value = (one: unknown): string => {
  if (one === null || typeof one !== 'object') return String(one);
  if (one instanceof Uint8Array) return `${one.length} bytes`;
  if ('sin_addr' in one) {
    const { sin_addr, sin_port } = one as { sin_addr: number; sin_port: number };
    return `${formatAddress(sin_addr)}:${sin_port}`;
  }
  return JSON.stringify(one);
};

type Formats = { [Name in TracepointName]: (...args: never[]) => string };
const timerAt = (timer: timer_list) => `${fired(timer)} expires=${timer.expires}`;
const hrtimerAt = (timer: hrtimer) => `${fired(timer)} expires=${timer.expires - BOOT_NS}`;
/** A reset may be sent without a packet that caused it. */
const skAndSkb = (sk: sock_common | null, skb: sk_buff | null) => `${sockText(sk)} skblen=${skb?.len ?? 0}`;

/** What stands behind the name, by tracepoint. */
const FORMATS: Formats = {
  'syscalls:sys_enter': (_t: task_struct, name: string, args: unknown[]) =>
    `${name}(${args.map(value).join(', ')})`,
  'syscalls:sys_exit': (_t: task_struct, name: string, ret: unknown) => `${name} -> ${value(ret)}`,
  'sched:sched_switch': (prev: task_struct, next: task_struct) => `prev=${task(prev)} ==> next=${task(next)}`,
  'sched:sched_wakeup': (one: task_struct) => `comm=${one.comm} pid=${one.pid}`,
  'sched:sched_process_fork': (parent: task_struct, child: task_struct) =>
    `parent=${task(parent)} child=${task(child)}`,
  'sched:sched_process_exit': (one: task_struct) => `comm=${one.comm} pid=${one.pid}`,
  'irq:irq_handler_entry': (action: irqaction) => `irq=${action.irq} name=${action.name}`,
  'irq:irq_handler_exit': (action: irqaction) => `irq=${action.irq} ret=handled`,
  'irq:softirq_raise': (nr: number) => `vec=${nr} [action=${SOFTIRQS[nr]}]`,
  'irq:softirq_entry': (nr: number) => `vec=${nr} [action=${SOFTIRQS[nr]}]`,
  'irq:softirq_exit': (nr: number) => `vec=${nr} [action=${SOFTIRQS[nr]}]`,
  'irq:tasklet_entry': () => '',
  'irq:tasklet_exit': () => '',
  'timer:timer_start': timerAt,
  'timer:timer_cancel': timerAt,
  'timer:timer_expire_entry': timerAt,
  'timer:timer_expire_exit': timerAt,
  'timer:hrtimer_start': hrtimerAt,
  'timer:hrtimer_cancel': hrtimerAt,
  'timer:hrtimer_expire_entry': hrtimerAt,
  'timer:hrtimer_expire_exit': hrtimerAt,
  'module:module_request': (name: string) => `"${name}"`,
  'printk:console': (_level: number, text: string) => text,
  'sock:inet_sock_set_state': (sk: sock_common, oldstate: number, newstate: number) =>
    `family=AF_INET ${sockText(sk)} oldstate=${tcpStateName(oldstate)} newstate=${tcpStateName(newstate)}`,
  'sock:inet_sk_error_report': (sk: sock_common & { sk_err: number }) => `${sockText(sk)} error=${sk.sk_err}`,
  'sock:sock_exceed_buf_limit': (sk: sock_common, _prot: unknown, allocated: number) =>
    `${sockText(sk)} allocated=${allocated}`,
  'sock:sock_rcvqueue_full': skAndSkb,
  'tcp:tcp_retransmit_skb': (sk: sock_common, skb: sk_buff) =>
    `${sockText(sk)} state=${tcpStateName(sk.skc_state)} seq=${skb.cb === null ? 0 : skb.cb.seq >>> 0} len=${skb.len}`,
  'tcp:tcp_retransmit_synack': (_sk: sock_common, req: sock_common) => sockText(req),
  'tcp:tcp_send_reset': skAndSkb,
  'tcp:tcp_receive_reset': sockText,
  'tcp:tcp_destroy_sock': sockText,
  'tcp:tcp_rcv_space_adjust': sockText,
  'tcp:tcp_probe': skAndSkb,
  'tcp:tcp_bad_csum': skbText,
  'tcp:tcp_cong_state_set': (sk: sock_common, state: number) =>
    `${sockText(sk)} cong_state=${nameOf(TCP_CA_STATES, state)}`,
  'udp:udp_fail_queue_rcv_skb': (rc: number, sk: sock_common) => `rc=${rc} port=${sk.skc_num}`,
  'skb:kfree_skb': (skb: sk_buff, reason: number) =>
    `${skbText(skb)} reason=${DROP_REASONS[reason] ?? reason}`,
  'skb:consume_skb': skbText,
  'skb:skb_copy_datagram_iovec': (skb: sk_buff, len: number) => `${skbText(skb)} copied=${len}`,
  'net:net_dev_queue': skbText,
  'net:net_dev_start_xmit': (skb: sk_buff, dev: net_device) =>
    `dev=${dev.name} ${skbText(skb)} gso_size=${skb.shinfo.gso_size}`,
  'net:net_dev_xmit': (_skb: sk_buff, rc: number, dev: net_device, len: number) =>
    `dev=${dev.name} len=${len} rc=${rc}`,
  'net:netif_receive_skb': skbText,
  'net:napi_gro_receive_entry': skbText,
  'net:napi_gro_receive_exit': (ret: number) => `ret=${ret}`,
  'napi:napi_poll': (napi: napi_struct, work: number, budget: number) =>
    `napi poll for device ${napi.dev.name} work ${work} budget ${budget}`,
  'qdisc:qdisc_enqueue': (_q: unknown, skb: sk_buff) => skbText(skb),
  'qdisc:qdisc_dequeue': (_q: unknown, skb: sk_buff) => skbText(skb),
  'fib:fib_table_lookup': (tb_id: number, flp: flowi4, err: number) =>
    `table ${tb_id} src ${formatAddress(flp.saddr)} dst ${formatAddress(flp.daddr)} proto ${flp.flowi4_proto} err ${err}`,
  'neigh:neigh_create': (_tbl: unknown, dev: net_device, pkey: number) =>
    `dev=${dev.name} primary_key=${formatAddress(pkey)}`,
  'neigh:neigh_update': (neigh: neighbour, _lladdr: unknown, state: number) =>
    `dev=${neigh.dev.name} primary_key=${formatAddress(neigh.primary_key)} new_state=0x${state.toString(16)}`,
  'neigh:neigh_timer_handler': (neigh: neighbour, err: number) =>
    `primary_key=${formatAddress(neigh.primary_key)} err=${err}`,
  'sockscope:queue_overflow': (sk: sock_common, which: string) => `${which} queue of port ${sk.skc_num}`,
};

/** Who was on the CPU: 'server-100', or 'softirq'. */
function context(machine: Machine): string {
  if (machine.softirq.hardirq > 0) return 'irq';
  if (machine.softirq.serving) return 'softirq';
  return task(machine.current);
}

/** One line: who, when (s), what. */
export function formatHit(machine: Machine, hit: TraceHit): string {
  const format = FORMATS[hit.name] as (...args: readonly unknown[]) => string;
  const name = hit.name.slice(hit.name.indexOf(':') + 1);
  const time = (hit.time_ns / 1e9).toFixed(9);
  return `${context(machine).padStart(14)} [000] ${time}: ${name}: ${format(...hit.args)}`.trimEnd();
}
