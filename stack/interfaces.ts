/** Ethernet interfaces of machines, and the wires behind them, as a configuration wants them. */
import type { InterfaceConfig, WireConfig } from './config.ts';
import { ethernet_kind } from './drivers/net/vnic/kinds.ts';
import { vnic_probe } from './drivers/net/vnic/vnic_main.ts';
import type { net_device } from './include/linux/netdevice.ts';
import {
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
  RTN_UNICAST,
  RTPROT_BOOT,
} from './include/uapi/linux/rtnetlink.ts';
import { AF_INET } from './include/uapi/linux/socket.ts';
import { fib_config, NLM_F_CREATE } from './include/net/ip_fib.ts';
import { formatAddress } from './lib/format_address.ts';
import type { Machine } from './machine.ts';
import { dev_open } from './net/core/dev/register.ts';
import { inet_rtm_newaddr } from './net/ipv4/devinet.ts';
import { inet_rtm_newroute } from './net/ipv4/fib_frontend.ts';
import { EthernetWire } from './wire/ethernet.ts';
import { ExternalWire } from './wire/external.ts';
import type { Wire } from './wire/wire.ts';
import type { World } from './world/world.ts';

/** Lay an Ethernet wire. If it leads outside, what is there is one of its ends. */
export function ethernet_wire(world: World, name: string, config: WireConfig): EthernetWire {
  const wire = new EthernetWire(world, name, config);
  if (config.outside !== null) {
    const end = wire.plug();
    const external = new ExternalWire(world, name, null);
    end.attach((frame) => external.transmit(frame));
    external.attach((frame) => end.transmit(frame));
    world.outside.to_connect(external, config.outside);
  }
  return wire;
}

/** Plug a new NIC into a wire, bring it up and give it its address. */
export function add_interface(machine: Machine, wire: { plug(): Wire }, config: InterfaceConfig): net_device {
  const { name, address, prefix, gateway } = config;
  const dev = vnic_probe(machine.init_net, config.wire, ethernet_kind(name, wire.plug()));
  dev_open(dev);
  inet_rtm_newaddr(dev, address, prefix);
  if (gateway !== null) add_default_route(dev, gateway);
  return dev;
}

/** As `ip route add default via GATEWAY`. */
function add_default_route(dev: net_device, gateway: number): void {
  add_route(dev, {
    fc_type: RTN_UNICAST,
    fc_scope: RT_SCOPE_UNIVERSE,
    fc_table: RT_TABLE_MAIN,
    fc_gw_family: AF_INET,
    fc_gw4: gateway,
  });
}

/** As `ip route add … dev DEV`. */
export function add_route(dev: net_device, route: Partial<fib_config>): void {
  const config = new fib_config();
  config.fc_protocol = RTPROT_BOOT;
  config.fc_oif = dev.ifindex;
  config.fc_nlflags = NLM_F_CREATE;
  Object.assign(config, route);
  const err = inet_rtm_newroute(dev.nd_net, config);
  if (err !== 0) throw new Error(`${dev.name}: no route to ${formatAddress(config.fc_dst)}: error ${err}`);
}
