/**
 * The end of a world that something outside is connected to: what its processes have left is delivered first,
 * at the pace of the outside. Then the outside is disconnected, and time is free again.
 */
import type { World } from '../world/world.ts';

/** How often it is checked whether something is left, in ns: long enough for a datagram that waits for ARP. */
const CHECK_NS = 250_000_000;
/** The longest that the world stays connected, in ns. */
const LIMIT_NS = 60_000_000_000;

/**
 * The last process has ended: disconnect the outside when no connection is being closed any more.
 *
 * @param exit_ns when it ended
 */
export function close_outside(world: World, exit_ns: number): void {
  world.events.at(world.now_ns + CHECK_NS, check, { world, exit_ns });
}

function check({ world, exit_ns }: { world: World; exit_ns: number }): void {
  if (world.task_count > 0) return;
  if (has_orphans(world) && world.now_ns < exit_ns + LIMIT_NS) close_outside(world, exit_ns);
  else world.outside.close();
}

/** Connections without a process, whose last bytes or FIN are not acknowledged yet. */
function has_orphans({ machines }: World): boolean {
  return machines.some(({ init_net }) => init_net.ipv4.tcp_memory.orphan_count > 0);
}
