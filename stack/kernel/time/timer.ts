/**
 * The timer wheel. Each level is eight times coarser than the one before: a distant timer fires up to an
 * eighth of its delay late, never early, and timers never move between levels.
 *
 * @linux kernel/time/timer.c
 */
import type { Machine } from '../../machine.ts';
import type { timer_list } from '../../include/linux/timer.ts';
import type { jiffies_t } from '../../include/linux/types.ts';
import { trace } from '../../trace/events.ts';
import { raise_softirq, TIMER_SOFTIRQ } from '../softirq.ts';
import { jiffies, NSEC_PER_JIFFY } from './jiffies.ts';

const LVL_CLK_SHIFT = 3;
const LVL_BITS = 6;
const LVL_SIZE = 1 << LVL_BITS;
const LVL_MASK = LVL_SIZE - 1;
const LVL_DEPTH = 9;
const WHEEL_SIZE = LVL_SIZE * LVL_DEPTH;
/** The smallest delay, in jiffies, for level n > 0. */
const LVL_START = Array.from(
  { length: LVL_DEPTH + 1 },
  (_, level) => (LVL_SIZE - 1) * 2 ** ((level - 1) * LVL_CLK_SHIFT),
);
/** Granularity of level n, in jiffies per bucket. */
const LVL_GRAN = Array.from({ length: LVL_DEPTH }, (_, level) => 2 ** (level * LVL_CLK_SHIFT));
const WHEEL_TIMEOUT_CUTOFF = LVL_START[LVL_DEPTH]!;
const WHEEL_TIMEOUT_MAX = WHEEL_TIMEOUT_CUTOFF - 2 ** ((LVL_DEPTH - 1) * LVL_CLK_SHIFT);

/** The timers of one machine. @linux struct timer_base */
export class timer_base {
  /** The jiffy up to which the wheel has run. */
  clk: jiffies_t;
  /** Buckets: LVL_DEPTH levels of LVL_SIZE, each the head of a list. */
  vectors: (timer_list | null)[] = new Array<timer_list | null>(WHEEL_SIZE).fill(null);
  /** The last timer of each bucket. */
  tails: (timer_list | null)[] = new Array<timer_list | null>(WHEEL_SIZE).fill(null);
  /** How many timers are pending on each level. */
  level_count: number[] = new Array<number>(LVL_DEPTH).fill(0);
  /** When the next bucket expires, in jiffies; Infinity: nothing pending. */
  next_expiry = Infinity;
  next_expiry_recalc = false;
  running_timer: timer_list | null = null;

  constructor(now: jiffies_t) {
    this.clk = now;
  }
}

/**
 * The bucket for a timer that expires at `expires`, and the jiffy at which that bucket expires.
 *
 * @linux kernel/time/timer.c
 */
function calc_wheel_index(base: timer_base, expires: jiffies_t): { index: number; bucket_expiry: jiffies_t } {
  const clk = base.clk;
  let delta = expires - clk;
  let level = 0;
  if (delta < 0) {
    return { index: clk & LVL_MASK, bucket_expiry: clk };
  }
  if (delta >= WHEEL_TIMEOUT_CUTOFF) {
    expires = clk + WHEEL_TIMEOUT_MAX;
    delta = WHEEL_TIMEOUT_MAX;
  }
  while (level < LVL_DEPTH - 1 && delta >= LVL_START[level + 1]!) level++;
  const granularity = LVL_GRAN[level]!;
  // Round up: armed at the edge of a tick, or rounded to a coarse level, a timer may be late but never early.
  const slot = Math.floor((expires + granularity) / granularity);
  return { index: level * LVL_SIZE + (slot % LVL_SIZE), bucket_expiry: slot * granularity };
}

function enqueue_timer(machine: Machine, timer: timer_list): void {
  const base = machine.timers;
  const { index, bucket_expiry } = calc_wheel_index(base, timer.expires);
  timer.entry = index;
  timer.next = null;
  timer.prev = base.tails[index]!;
  if (timer.prev === null) base.vectors[index] = timer;
  else timer.prev.next = timer;
  base.tails[index] = timer;
  base.level_count[index >> LVL_BITS]!++;
  if (bucket_expiry < base.next_expiry) {
    base.next_expiry = bucket_expiry;
    base.next_expiry_recalc = false;
  }
}

function detach_timer(base: timer_base, timer: timer_list): void {
  const index = timer.entry;
  if (timer.prev === null) base.vectors[index] = timer.next;
  else timer.prev.next = timer.next;
  if (timer.next === null) base.tails[index] = timer.prev;
  else timer.next.prev = timer.prev;
  timer.next = null;
  timer.prev = null;
  timer.entry = -1;
  base.level_count[index >> LVL_BITS]!--;
  if (base.vectors[index] === null) base.next_expiry_recalc = true;
}

/**
 * An idle machine's clock may have advanced beyond the wheel: advance the wheel, up to the first bucket that
 * expires.
 *
 * @linux kernel/time/timer.c
 */
function forward_timer_base(machine: Machine, base: timer_base): void {
  const now = jiffies(machine);
  if (now <= base.clk) return;
  const next = next_timer_expiry(base);
  base.clk = Math.max(base.clk, Math.min(now, next));
}

/**
 * Arm a timer, or change its expiry time.
 *
 * @param expires in jiffies
 * @returns whether it was pending
 * @linux kernel/time/timer.c
 */
export function mod_timer<Owner>(machine: Machine, timer: timer_list<Owner>, expires: jiffies_t): boolean {
  const base = machine.timers;
  const untyped = timer as unknown as timer_list;
  const pending = timer.entry >= 0;
  if (pending) {
    if (timer.expires === expires) return true;
    detach_timer(base, untyped);
  }
  forward_timer_base(machine, base);
  timer.expires = expires;
  enqueue_timer(machine, untyped);
  trace.timer_start(machine, untyped);
  return pending;
}

/** Arm a timer for the time in its `expires` field. @linux kernel/time/timer.c */
export function add_timer<Owner>(machine: Machine, timer: timer_list<Owner>): void {
  mod_timer(machine, timer, timer.expires);
}

/** Arm a timer, unless it is already due to fire earlier. @linux kernel/time/timer.c */
export function timer_reduce<Owner>(machine: Machine, timer: timer_list<Owner>, expires: jiffies_t): boolean {
  if (timer.entry >= 0 && timer.expires <= expires) return true;
  return mod_timer(machine, timer, expires);
}

/** Disarm a timer. @returns whether it was pending. @linux include/linux/timer.h */
export function del_timer<Owner>(machine: Machine, timer: timer_list<Owner>): boolean {
  if (timer.entry < 0) return false;
  detach_timer(machine.timers, timer as unknown as timer_list);
  trace.timer_cancel(machine, timer as unknown as timer_list);
  return true;
}

/** When the next timer expires, in jiffies; Infinity: none is pending. @linux __next_timer_interrupt */
export function next_timer_expiry(base: timer_base): jiffies_t {
  if (!base.next_expiry_recalc) return base.next_expiry;
  let next = Infinity;
  let clk = base.clk;
  for (let level = 0; level < LVL_DEPTH; level++) {
    if (base.level_count[level]! > 0) {
      const start = clk % LVL_SIZE;
      for (let step = 0; step < LVL_SIZE; step++) {
        if (base.vectors[level * LVL_SIZE + ((start + step) & LVL_MASK)] !== null) {
          next = Math.min(next, (clk + step) * LVL_GRAN[level]!);
          break;
        }
      }
    }
    // A level's clock ticks once for eight ticks of the level below, and its current bucket has already run.
    const adjust = clk % 2 ** LVL_CLK_SHIFT === 0 ? 0 : 1;
    clk = Math.floor(clk / 2 ** LVL_CLK_SHIFT) + adjust;
  }
  base.next_expiry = next;
  base.next_expiry_recalc = false;
  return next;
}

/** When the wheel must run next, in ns; Infinity: never. */
export function next_timer_ns(machine: Machine): number {
  return next_timer_expiry(machine.timers) * NSEC_PER_JIFFY;
}

/** The clock interrupt: raise the softirq if timers have expired. @linux kernel/time/timer.c */
export function run_local_timers(machine: Machine): void {
  if (next_timer_expiry(machine.timers) <= jiffies(machine)) raise_softirq(machine, TIMER_SOFTIRQ);
}

/** TIMER_SOFTIRQ: run every timer that is due. @linux kernel/time/timer.c */
export function run_timer_softirq(machine: Machine): void {
  const base = machine.timers;
  const now = jiffies(machine);
  let next = next_timer_expiry(base);
  while (next <= now) {
    base.clk = Math.max(base.clk, next);
    for (const timer of collect_expired_timers(base)) {
      // An earlier timer of this batch may have disarmed it or armed it again.
      if (timer.entry !== EXPIRING) continue;
      timer.entry = -1;
      call_timer_fn(machine, timer);
    }
    base.next_expiry_recalc = true;
    next = next_timer_expiry(base);
  }
  if (base.clk <= now) base.clk = now;
}

/** Marks a timer that was removed from its bucket and is about to run: it is no longer pending. */
const EXPIRING = -2;

/** Remove all timers from the buckets that expire at base.clk. @linux kernel/time/timer.c */
function collect_expired_timers(base: timer_base): timer_list[] {
  const expired: timer_list[] = [];
  let clk = base.clk;
  for (let level = 0; level < LVL_DEPTH; level++) {
    const index = level * LVL_SIZE + (clk & LVL_MASK);
    for (let timer = base.vectors[index]!; timer !== null;) {
      const following: timer_list | null = timer.next;
      detach_timer(base, timer);
      timer.entry = EXPIRING;
      expired.push(timer);
      timer = following!;
    }
    if (clk % 2 ** LVL_CLK_SHIFT !== 0) break;
    clk = Math.floor(clk / 2 ** LVL_CLK_SHIFT);
  }
  base.clk++;
  return expired;
}

function call_timer_fn(machine: Machine, timer: timer_list): void {
  machine.timers.running_timer = timer;
  trace.timer_expire_entry(machine, timer);
  timer.function(timer.owner);
  trace.timer_expire_exit(machine, timer);
  machine.timers.running_timer = null;
}
