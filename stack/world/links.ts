/** The links of a world: what each interface sends goes over one. */
import { vnic_adapter } from '../drivers/net/vnic/adapter.ts';
import { vnic_link } from '../drivers/net/vnic/vnic_main.ts';
import type { net_device } from '../include/linux/netdevice.ts';
import type { Wire } from '../wire/wire.ts';
import type { NetemWire } from '../wire/netem.ts';
import type { World } from './world.ts';

export interface WorldLink {
  /** The interface that sends on it. */
  readonly dev: net_device;
  readonly wire: NetemWire;
}

/** By their names: 'lo'; with several hosts 'client eth0'. A wire that leads outside is none. */
export function world_links(world: World): Map<string, WorldLink> {
  return new Map(
    world.machines.flatMap(({ hostname, init_net }) =>
      [...init_net.dev_base.values()].flatMap((dev): [string, WorldLink][] => {
        const wire = vnic_link(dev);
        return wire === null ? [] : [[link_name(world, hostname, dev.name), { dev, wire }]];
      }),
    ),
  );
}

/** The interfaces that hear what an interface hears, or send it: those on the same wire, itself included. */
export function devices_on_wire(world: World, dev: net_device): net_device[] {
  const wire_of = ({ priv }: net_device): Wire | null => (priv instanceof vnic_adapter ? priv.hw.wire : null);
  const own = wire_of(dev);
  const wire = world.wires.find(({ ends }) => ends.some((end) => end === own));
  const ends = new Set<Wire | null>(wire?.ends);
  return world.machines.flatMap(({ init_net }) =>
    [...init_net.dev_base.values()].filter((one) => one === dev || ends.has(wire_of(one))),
  );
}

/** The name of what an interface sends on. */
export function link_name({ machines }: World, hostname: string, device: string): string {
  return machines.length === 1 ? device : `${hostname} ${device}`;
}

/** The NICs of a world, by the same names; those whose wire leads outside are among them. */
export function world_nics(world: World): Map<string, vnic_adapter> {
  return new Map(
    world.machines.flatMap(({ hostname, init_net }) =>
      [...init_net.dev_base.values()].flatMap(({ name, priv }): [string, vnic_adapter][] =>
        priv instanceof vnic_adapter ? [[link_name(world, hostname, name), priv]] : [],
      ),
    ),
  );
}
