/**
 * The kinds of NIC that this driver supports. `lo` is one: Linux's loopback device passes a packet directly
 * from its transmit function to the receive path. Here it is a NIC whose wire leads back to it, so that the
 * steps between can be inspected.
 *
 * @linux drivers/net/loopback.c
 */
import type { NicConfig } from '../../../config.ts';
import type { Machine } from '../../../machine.ts';
import { eth_random_addr } from '../../../include/linux/etherdevice.ts';
import {
  ARPHRD_LOOPBACK,
  IFF_LOOPBACK,
  LOOPBACK_IFINDEX,
  NETIF_F_GRO,
  NETIF_F_LOOPBACK,
  type net_device,
} from '../../../include/linux/netdevice.ts';
import { NetemWire } from '../../../wire/netem.ts';
import type { Wire } from '../../../wire/wire.ts';

export interface VnicKind<W extends Wire = Wire> {
  /** The device's name. */
  readonly name: string;
  /** See HardwareOptions. */
  readonly virtual_link: boolean;
  /** Create the wire to which it is connected. */
  wire(machine: Machine, config: NicConfig): W;
  /** Adapt an Ethernet card with all offloads to this kind. */
  setup(netdev: net_device): void;
}

/** The loopback device. */
export const loopback_kind: VnicKind<NetemWire> = {
  name: 'lo',
  virtual_link: true,
  wire: (machine, config) => new NetemWire(machine.world, config),
  setup: gen_lo_setup,
};

/** @linux drivers/net/loopback.c */
function gen_lo_setup(dev: net_device): void {
  dev.ifindex = LOOPBACK_IFINDEX;
  dev.type = ARPHRD_LOOPBACK;
  dev.flags = IFF_LOOPBACK;
  dev.broadcast.fill(0);
  dev.features |= NETIF_F_LOOPBACK;
  // As on Linux, where loopback packets bypass GRO.
  dev.features &= ~NETIF_F_GRO;
}

/** An Ethernet card on the given wire. */
export function ethernet_kind<W extends Wire>(name: string, wire: W): VnicKind<W> {
  return {
    name,
    virtual_link: false,
    wire: () => wire,
    setup: (dev) => eth_random_addr(dev.machine, dev.dev_addr),
  };
}
