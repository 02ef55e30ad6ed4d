/** Boots machines, like start_kernel(). @linux init/main.c */
import type { MachineConfig, WorldConfig } from './config.ts';
import { vnic_probe } from './drivers/net/vnic/vnic_main.ts';
import {
  HRTIMER_SOFTIRQ,
  open_softirq,
  tasklet_action,
  TASKLET_SOFTIRQ,
  TIMER_SOFTIRQ,
} from './kernel/softirq.ts';
import { hrtimer_run_softirq } from './kernel/time/hrtimer.ts';
import { run_timer_softirq } from './kernel/time/timer.ts';
import { add_interface, ethernet_wire } from './interfaces.ts';
import { Machine } from './machine.ts';
import { dev_open, net_dev_init } from './net/core/dev/register.ts';
import { inet_init } from './net/ipv4/af_inet/init.ts';
import { congestion_controls } from './net/ipv4/tcp_cong.ts';
import { QDISCS } from './net/sched/sch_generic/activate.ts';
import { configure_sysctl } from './sysctl_config.ts';
import { World } from './world/world.ts';

/** Create a world with one machine. @throws ConfigError as boot_machine() does */
export function boot(config: WorldConfig): Machine {
  const world = new World(config.seed);
  world.faults = config.faults ?? [];
  return boot_machine(world, config);
}

/**
 * Build a machine and bring its network up.
 *
 * @throws ConfigError for an unknown setting or an invalid value
 */
export function boot_machine(world: World, config: MachineConfig): Machine {
  const machine = new Machine(world, config);
  machine.congestion_controls = congestion_controls().map((ops) => ops.name);
  machine.qdiscs = QDISCS.map((ops) => ops.id);
  open_softirq(machine, TIMER_SOFTIRQ, run_timer_softirq);
  open_softirq(machine, HRTIMER_SOFTIRQ, hrtimer_run_softirq);
  open_softirq(machine, TASKLET_SOFTIRQ, tasklet_action);
  net_dev_init(machine);
  inet_init(machine);
  // Bringing the loopback interface up gives it 127.0.0.1/8 and the corresponding routes.
  dev_open(vnic_probe(machine.init_net, config.nic));
  for (const config of machine.config.interfaces ?? [])
    add_interface(machine, ethernet_wire(world, config.name, config.wire), config);
  applySysctls(machine);
  return machine;
}

function applySysctls(machine: Machine): void {
  for (const [name, text] of Object.entries(machine.config.sysctl)) configure_sysctl(machine, name, text);
}
