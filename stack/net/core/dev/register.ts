/** Registering, finding, opening and closing network devices. @linux net/core/dev.c */
import {
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_REGISTER,
  NETDEV_UP,
} from '../../../include/linux/inetdevice.ts';
import {
  IFF_RUNNING,
  IFF_UP,
  type net_device,
  type netdev_notifier,
} from '../../../include/linux/netdevice.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { EBUSY, EEXIST, EINVAL, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { NET_RX_SOFTIRQ, NET_TX_SOFTIRQ, open_softirq } from '../../../kernel/softirq.ts';
import type { Machine } from '../../../machine.ts';
import { dev_activate, dev_deactivate, dev_init_scheduler } from '../../sched/sch_generic/activate.ts';
import { sysctl_core_net_init } from '../sysctl_net_core.ts';
import { net_rx_action } from './napi.ts';
import { net_tx_action } from './xmit.ts';

/** Maximum length of a name, including the terminating 0. @linux include/uapi/linux/if.h */
export const IFNAMSIZ = 16;

/** Register for device events. Existing devices are announced at once. @linux net/core/dev.c */
export function register_netdevice_notifier(net: net, notifier: netdev_notifier): void {
  net.netdev_chain.push(notifier);
  for (const dev of net.dev_base.values()) {
    notifier(NETDEV_REGISTER, dev);
    if ((dev.flags & IFF_UP) !== 0) notifier(NETDEV_UP, dev);
  }
}
/** Notify all registered parties of a device event. @linux net/core/dev.c */
export function call_netdevice_notifiers(event: number, dev: net_device): void {
  for (const notifier of dev.nd_net.netdev_chain) notifier(event, dev);
}

/** Whether a device may have this name. @linux net/core/dev.c */
export function dev_valid_name(name: string): boolean {
  return name !== '' && name.length < IFNAMSIZ && name !== '.' && name !== '..' && !/[/:\s]/.test(name);
}

/**
 * Register a device under its name, with the next free index.
 *
 * @returns 0, -EINVAL (invalid name), -EEXIST (name in use), -EBUSY (index in use)
 * @linux net/core/dev.c
 */
export function register_netdevice(dev: net_device): Errno {
  const net = dev.nd_net;
  if (!dev_valid_name(dev.name)) return -EINVAL;
  if (__dev_get_by_name(net, dev.name) !== null) return -EEXIST;
  if (dev.ifindex === 0) dev.ifindex = dev_new_index(net);
  else if (__dev_get_by_index(net, dev.ifindex) !== null) return -EBUSY;

  dev_init_scheduler(dev);
  net.dev_base.set(dev.ifindex, dev);
  call_netdevice_notifiers(NETDEV_REGISTER, dev);
  return 0;
}
/** As register_netdevice(), for callers that do not hold the RTNL lock in Linux. @linux net/core/dev.c */
export function register_netdev(dev: net_device): Errno {
  return register_netdevice(dev);
}

function dev_new_index(net: net): number {
  let ifindex = 1;
  while (net.dev_base.has(ifindex)) ifindex++;
  return ifindex;
}

/** The device of this index, or null. @linux net/core/dev.c */
export function __dev_get_by_index(net: net, ifindex: number): net_device | null {
  return net.dev_base.get(ifindex) ?? null;
}
/** Linux takes a reference here; the machine's devices are never freed. @linux net/core/dev.c */
export function dev_get_by_index(net: net, ifindex: number): net_device | null {
  return __dev_get_by_index(net, ifindex);
}
/** The device of this index, or null. @linux net/core/dev.c */
export function dev_get_by_index_rcu(net: net, ifindex: number): net_device | null {
  return __dev_get_by_index(net, ifindex);
}
/** The device of this name, or null. @linux net/core/dev.c */
export function __dev_get_by_name(net: net, name: string): net_device | null {
  for (const dev of net.dev_base.values()) if (dev.name === name) return dev;
  return null;
}
/** The device of this name, or null. @linux net/core/dev.c */
export function dev_get_by_name(net: net, name: string): net_device | null {
  return __dev_get_by_name(net, name);
}

/**
 * Bring a device up (`ip link set up`): its driver, then its qdisc.
 *
 * @returns 0, or the driver's error
 * @linux net/core/dev.c
 */
export function dev_open(dev: net_device): Errno {
  if ((dev.flags & IFF_UP) !== 0) return 0;
  const ret = dev.netdev_ops.ndo_open(dev);
  if (ret !== 0) return ret;
  dev.flags |= IFF_UP | IFF_RUNNING;
  dev_activate(dev);
  call_netdevice_notifiers(NETDEV_UP, dev);
  return 0;
}

/** Bring a device down. @linux net/core/dev.c */
export function dev_close(dev: net_device): void {
  if ((dev.flags & IFF_UP) === 0) return;
  dev_deactivate(dev);
  dev.netdev_ops.ndo_stop(dev);
  dev.flags &= ~(IFF_UP | IFF_RUNNING);
  call_netdevice_notifiers(NETDEV_DOWN, dev);
}

/**
 * Set the MTU: the largest packet that the device sends, without the link-layer header.
 *
 * @linux net/core/dev.c
 */
export function dev_set_mtu(dev: net_device, new_mtu: number): Errno {
  if (new_mtu === dev.mtu) return 0;
  if (new_mtu < 68 || new_mtu > 65536) return -EINVAL;
  const err = dev.netdev_ops.ndo_change_mtu?.(dev, new_mtu) ?? 0;
  if (err !== 0) return err;
  dev.mtu = new_mtu;
  call_netdevice_notifiers(NETDEV_CHANGEMTU, dev);
  return 0;
}

/** Install the two softirqs that carry packets. @linux net/core/dev.c */
export function net_dev_init(machine: Machine): void {
  open_softirq(machine, NET_TX_SOFTIRQ, net_tx_action);
  open_softirq(machine, NET_RX_SOFTIRQ, net_rx_action);
  sysctl_core_net_init(machine.init_net);
}
