/** Puts the faults of a world's configuration where they happen, once its machines and programs are there. */
import { vnic_link } from '../drivers/net/vnic/vnic_main.ts';
import type { FrameFault, KillFault } from '../fault_config.ts';
import { ConfigError } from '../config.ts';
import { told } from '../lib/told.ts';
import type { ScheduledStage } from '../wire/scheduled.ts';
import type { World } from '../world/world.ts';

/**
 * What each interface sends passes here, by the name of the link: 'lo'; with several hosts 'client eth0'. Of a wire that
 * leads outside nothing can be scheduled.
 */
export function world_links(world: World): Map<string, ScheduledStage> {
  return new Map(
    world.machines.flatMap(({ hostname, init_net }) =>
      [...init_net.dev_base.values()].flatMap((dev): [string, ScheduledStage][] => {
        const link = vnic_link(dev);
        return link === null ? [] : [[link_name(world, hostname, dev.name), link.scheduled]];
      }),
    ),
  );
}

/** The name of what an interface sends on. */
export function link_name({ machines }: World, hostname: string, device: string): string {
  return machines.length === 1 ? device : `${hostname} ${device}`;
}

/**
 * @param path the list's name in messages
 * @throws ConfigError for a link that the world does not have
 */
export function schedule_faults(world: World, path: readonly string[]): void {
  const { faults } = world;
  const links = world_links(world);
  faults.forEach((fault, index) => {
    if (fault.kind !== 'kill' && !links.has(fault.link))
      throw new ConfigError(
        [...path, String(index), 'link'],
        told('is not known: these programs have {0}, not "{1}"', [...links.keys()].join(', '), fault.link),
      );
  });
  for (const [name, stage] of links)
    stage.schedule(
      faults.filter((fault): fault is FrameFault => fault.kind !== 'kill' && fault.link === name),
    );
  for (const fault of faults)
    if (fault.kind === 'kill') world.at_event(fault.event, () => kill(world, fault));
}

/** As SIGKILL does: none of its code runs any more, and the kernel closes its sockets. */
function kill(world: World, { process }: KillFault): void {
  for (const machine of world.machines)
    for (const task of machine.tasks.values())
      if (task.comm === process && !task.exited) {
        world.running = machine;
        task.signal.kill();
        return;
      }
}
