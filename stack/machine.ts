/** A computer of a world and its parts, in boot order. */
import type { MachineConfig } from './config.ts';
import { files_stat } from './fs/file.ts';
import { softnet_data } from './include/linux/netdevice.ts';
import type { net_proto_family } from './include/linux/net.ts';
import { files_struct } from './include/linux/fdtable.ts';
import { module } from './include/linux/module.ts';
import { nsproxy } from './include/linux/nsproxy.ts';
import type { page } from './include/linux/skbuff.ts';
import { signal_struct, task_struct } from './include/linux/sched.ts';
import type { hrtimer } from './include/linux/timer.ts';
import { inet_hashinfo } from './include/net/inet_hashtables.ts';
import { net } from './include/net/net_namespace.ts';
import type { proto, sock } from './include/net/sock.ts';
import type { Errno } from './include/uapi/asm-generic/errno.ts';
import { SOCK_MAX } from './include/uapi/linux/socket.ts';
import { fault_attr } from './kernel/fault_inject.ts';
import type { irqaction } from './kernel/irq.ts';
import { module_table } from './kernel/module.ts';
import { log_buffer } from './kernel/printk.ts';
import { runqueue } from './kernel/sched/runqueue.ts';
import { softirq_state } from './kernel/softirq.ts';
import { EventHeap } from './kernel/time/event_heap.ts';
import { NSEC_PER_JIFFY } from './kernel/time/jiffies.ts';
import { next_timer_ns, timer_base } from './kernel/time/timer.ts';
import { BOOT_NS } from './kernel/time/timekeeping.ts';
import { ByteSlab } from './lib/byte_slab.ts';
import type { RandomState } from './lib/random.ts';
import type { inet_protosw } from './net/ipv4/af_inet/create.ts';
import type { security_hooks } from './security/security.ts';
import type { Tracer } from './trace/tracer.ts';
import type { World } from './world/world.ts';

/**
 * Chains of the hash tables: powers of two. Linux sizes them by available memory; these sizes suit 100,000
 * sockets.
 */
const EHASH_SIZE = 16384;
const BHASH_SIZE = 16384;
const LHASH_SIZE = 64;

/** The first interrupt number for devices: smaller ones belong to the platform, as on a PC. */
const FIRST_DEVICE_IRQ = 16;

export class Machine {
  readonly world: World;
  readonly config: MachineConfig;
  /** Its number in the world. */
  readonly index: number;
  hostname: string;
  /** The names of a program's processes that run on this machine. */
  processes: readonly string[] = [];
  /** The monotonic clock, in ns; the world advances it. */
  now_ns = BOOT_NS;
  /** The clock in ticks. Starts as a small integer, so that V8 boxes no tick count. */
  jiffies = 0;
  /** The world's random numbers. */
  random: RandomState;
  tracer: Tracer;
  log = new log_buffer();
  faults = new fault_attr();
  /** Memory for the linear parts of packets. */
  slab = new ByteSlab();
  /** Free pages of payload. */
  page_pool: page[] = [];

  /** Timers. */
  timers: timer_base;
  hrtimers = new EventHeap<hrtimer>();
  /** Timers that end a sleep and are no reason for time to pass: a world in which only these are armed is idle. */
  background_timers = new Set<hrtimer>();
  irqs = new Map<number, irqaction>();
  next_irq = FIRST_DEVICE_IRQ;
  softirq = new softirq_state();

  /** Processes. */
  runqueue = new runqueue();
  /** By pid. */
  tasks = new Map<number, task_struct>();
  idle: task_struct;
  #current: task_struct;
  /** A copy of current's pid in shared memory of the world. */
  readonly #current_pid: Int32Array;
  /** System calls made by the task on the CPU since it was scheduled. */
  slice_syscalls = 0;

  files = new files_stat();
  modules = new module_table();
  /** The kernel itself, as the owner of built-in operations. */
  kernel_module = new module('kernel');
  security: security_hooks = {};
  /** A cgroup's program that can reject each new Internet socket. */
  cgroup_inet_sock: ((sk: sock) => Errno) | null = null;

  /** Address families by number; socket types' protocols by type. */
  net_families = new Map<number, net_proto_family>();
  inetsw: inet_protosw[][] = Array.from({ length: SOCK_MAX }, () => []);
  /** All existing protocol sockets. */
  sockets = new Set<sock>();
  /** The number of sockets of each protocol, as counted by sk_refcnt_debug_inc(). */
  socks = new Map<proto, number>();
  /** The number of BSD sockets and its limit: each is an inode. */
  nr_sockets = 0;
  max_sockets = 1_000_000;
  congestion_controls: readonly string[] = [];
  qdiscs: readonly string[] = [];

  softnet = new softnet_data();
  /** The initial network namespace. */
  init_net: net;

  constructor(world: World, config: MachineConfig) {
    this.world = world;
    this.config = config;
    this.hostname = config.hostname ?? 'localhost';
    this.random = world.random;
    this.tracer = world.tracer;
    this.#current_pid = world.current_pid;
    this.init_net = new net(this, new inet_hashinfo(EHASH_SIZE, BHASH_SIZE, LHASH_SIZE));
    this.idle = new task_struct(this, new files_struct(), new signal_struct(), new nsproxy(this.init_net));
    this.idle.comm = 'swapper/0';
    this.#current = this.idle;
    this.timers = new timer_base(Math.floor(world.now_ns / NSEC_PER_JIFFY));
    this.set_clock(world.now_ns);
    this.index = world.add(this);
  }

  /** The task on the CPU; `idle` when no task runs. @linux arch/x86/include/asm/current.h */
  get current(): task_struct {
    return this.#current;
  }
  set current(task: task_struct) {
    this.#current = task;
    this.#current_pid[0] = task.pid;
  }

  /** Set the clock to the world's time. Only the world calls this. */
  set_clock(ns: number): void {
    this.now_ns = ns;
    this.jiffies = Math.floor(ns / NSEC_PER_JIFFY);
  }
  /** ns since boot: the time displayed to the user. */
  get time_ns(): number {
    return this.now_ns - BOOT_NS;
  }
  /** Whether the armed timers are no reason for time to pass. */
  get has_only_background_timers(): boolean {
    return (
      next_timer_ns(this) === Infinity &&
      this.hrtimers.values().every((timer) => this.background_timers.has(timer))
    );
  }
}
