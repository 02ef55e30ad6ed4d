/** Puts the faults of a world's configuration where they happen, once its machines and programs are there. */
import type { FrameFault, KillFault } from '../fault_config.ts';
import { ConfigError } from '../config.ts';
import { told } from '../lib/told.ts';
import { world_links } from '../world/links.ts';
import type { World } from '../world/world.ts';

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
  for (const [name, { wire }] of links)
    wire.scheduled.schedule(
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
