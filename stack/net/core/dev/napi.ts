/**
 * NAPI: after an interrupt a device is polled until it has no more packets; then its interrupts are enabled
 * again.
 *
 * @linux net/core/dev.c
 */
import type { Machine } from '../../../machine.ts';
import {
  NAPI_POLL_WEIGHT,
  NAPIF_STATE_DISABLE,
  NAPIF_STATE_MISSED,
  NAPIF_STATE_SCHED,
  napi_struct,
  type net_device,
} from '../../../include/linux/netdevice.ts';
import { NET_RX_SOFTIRQ, raise_softirq_irqoff } from '../../../kernel/softirq.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { trace } from '../../../trace/events.ts';
import { gro_normal_list, napi_gro_flush } from '../gro.ts';
import { process_backlog } from './receive.ts';

/** Smaller numbers are CPU ids in the kernel's numbering of NAPI contexts. */
const MIN_NAPI_ID = 2;

/**
 * Add a poll context to a device. It is disabled until napi_enable().
 *
 * @linux include/linux/netdevice.h
 */
export function netif_napi_add(dev: net_device, poll: napi_struct['poll']): napi_struct {
  const napi = new napi_struct(dev, poll, MIN_NAPI_ID + dev.machine.softnet.napi_gen_id++);
  // Scheduled but never run: it cannot be scheduled before it is enabled.
  napi.state = NAPIF_STATE_SCHED;
  dev.napi_list.push(napi);
  return napi;
}
/** Allow polls. @linux net/core/dev.c */
export function napi_enable(napi: napi_struct): void {
  napi.state &= ~(NAPIF_STATE_SCHED | NAPIF_STATE_DISABLE);
}
/**
 * Disable polling. Linux waits for a poll in progress; here none can be in progress.
 *
 * @linux net/core/dev.c
 */
export function napi_disable(napi: napi_struct): void {
  const { poll_list } = napi.dev.machine.softnet;
  const at = poll_list.indexOf(napi);
  if (at >= 0) poll_list.splice(at, 1);
  napi_gro_flush(napi, false);
  gro_normal_list(napi);
  napi.state = (napi.state | NAPIF_STATE_SCHED | NAPIF_STATE_DISABLE) & ~NAPIF_STATE_MISSED;
}

/**
 * Whether a poll may be scheduled: not while one is already scheduled or NAPI is disabled. An interrupt that
 * arrives while the poll is scheduled sets NAPIF_STATE_MISSED, which causes one more poll.
 *
 * @linux net/core/dev.c
 */
export function napi_schedule_prep(n: napi_struct): boolean {
  const val = n.state;
  if ((val & NAPIF_STATE_DISABLE) !== 0) return false;
  if ((val & NAPIF_STATE_SCHED) !== 0) {
    n.state = val | NAPIF_STATE_MISSED;
    return false;
  }
  n.state = val | NAPIF_STATE_SCHED;
  return true;
}
/**
 * Add the context to the poll list of net_rx_action(). Call only after napi_schedule_prep() returned true.
 *
 * @linux net/core/dev.c
 */
export function __napi_schedule(n: napi_struct): void {
  const { machine } = n.dev;
  const { softnet } = machine;
  // Usually the list has one entry; push() would allocate room for many.
  if (softnet.poll_list.length === 0) softnet.poll_list = [n];
  else softnet.poll_list.push(n);
  raise_softirq_irqoff(machine, NET_RX_SOFTIRQ);
}
/** Schedule a poll, unless one is already scheduled or NAPI is disabled. @linux include/linux/netdevice.h */
export function napi_schedule(n: napi_struct): void {
  if (napi_schedule_prep(n)) __napi_schedule(n);
}

/**
 * A poll handled less than its budget: pass up the packets held by GRO and end polling.
 *
 * @returns true: the driver enables its interrupts; false: another poll follows
 * @linux net/core/dev.c
 */
export function napi_complete_done(n: napi_struct, _work_done: number): boolean {
  if (n.gro_list.length > 0) napi_gro_flush(n, false);
  if (n.rx_count > 0) gro_normal_list(n);

  const val = n.state;
  WARN_ON_ONCE(n.dev.machine, (val & NAPIF_STATE_SCHED) === 0, 'napi_complete_done: not scheduled');
  n.state = val & ~(NAPIF_STATE_MISSED | NAPIF_STATE_SCHED);
  if ((val & NAPIF_STATE_MISSED) !== 0) {
    n.state |= NAPIF_STATE_SCHED;
    __napi_schedule(n);
    return false;
  }
  return true;
}

/**
 * Run one poll.
 *
 * @returns the packets it handled; if that is `weight`, more may be waiting, and the context stays scheduled.
 * @linux net/core/dev.c
 */
function __napi_poll(n: napi_struct): number {
  const { weight } = n;
  let work = 0;
  if ((n.state & NAPIF_STATE_SCHED) !== 0) {
    work = n.poll(n, weight);
    trace.napi_poll(n, work, weight);
  }
  if (work > weight) {
    const text = `${n.dev.name}: NAPI poll function exceeds its budget of ${weight}`;
    WARN_ON_ONCE(n.dev.machine, true, text);
  }
  if (work < weight) return work;
  if (n.gro_list.length > 0) napi_gro_flush(n, true);
  gro_normal_list(n);
  return work;
}

/**
 * NET_RX_SOFTIRQ: poll the scheduled devices, each for at most its weight, all together for at most
 * netdev_budget.
 *
 * @linux net/core/dev.c
 */
export function net_rx_action(machine: Machine): void {
  const sd = machine.softnet;
  let budget = machine.init_net.core.sysctl_netdev_budget;
  // Linux keeps the backlog as another context in the list.
  if (sd.input_pkt_queue.qlen > 0) {
    budget -= process_backlog(sd, NAPI_POLL_WEIGHT);
    if (sd.input_pkt_queue.qlen > 0) raise_softirq_irqoff(machine, NET_RX_SOFTIRQ);
  }
  const list = sd.poll_list;
  if (list.length === 0) return;
  sd.poll_list = [];
  let at = 0;
  let repoll: napi_struct[] | null = null;
  while (at < list.length) {
    const n = list[at++]!;
    const work = __napi_poll(n);
    if (work >= n.weight) (repoll ??= []).push(n);
    budget -= work;
    if (budget <= 0) {
      sd.time_squeeze++;
      break;
    }
  }
  // Order: devices not reached, then devices scheduled in the meantime, then devices with more packets.
  if (at < list.length) sd.poll_list = list.slice(at).concat(sd.poll_list);
  if (repoll !== null) sd.poll_list.push(...repoll);
  if (sd.poll_list.length > 0) raise_softirq_irqoff(machine, NET_RX_SOFTIRQ);
}
