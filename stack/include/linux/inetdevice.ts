/** The IPv4 side of a device: its settings and the questions asked of them. @linux include/linux/inetdevice.h */
import type { in_device, in_ifaddr, net_device } from './netdevice.ts';
import type { be32 } from './types.ts';

/** The settings under net.ipv4.conf.DEVICE. */
export class ipv4_devconf {
  /** Check the source of what comes in: 0 no, 1 it must come by the way back, 2 there must be a way back. */
  rp_filter = 0;
  accept_redirects = true;
  secure_redirects = true;
  send_redirects = true;
  shared_media = true;
  accept_source_route = false;
  /** Take packets whose source address is one of ours. */
  accept_local = false;
  /** Take 127/8 as addresses like any other. */
  route_localnet = false;
  log_martians = false;
  bc_forwarding = false;
  proxy_arp = false;
  arp_filter = false;
  arp_announce = 0;
  arp_ignore = 0;
  arp_accept = 0;
  drop_gratuitous_arp = false;
  drop_unicast_in_l2_multicast = false;
  promote_secondaries = false;
}

export const IFA_F_SECONDARY = 0x01;
export const IFA_F_PERMANENT = 0x80;

/** Events of devices, and of the chain on which addresses are announced. @linux include/linux/netdevice.h */
export const NETDEV_UP = 1;
export const NETDEV_DOWN = 2;
export const NETDEV_CHANGE = 4;
export const NETDEV_REGISTER = 5;
export const NETDEV_UNREGISTER = 6;
export const NETDEV_CHANGEMTU = 7;
export const NETDEV_CHANGEADDR = 8;

/** Told when an address comes (NETDEV_UP) or goes (NETDEV_DOWN). @linux struct notifier_block on inetaddr_chain */
export type inetaddr_notifier = (event: number, ifa: in_ifaddr) => void;

/** The device's IPv4 side; null when IP is not set up on it. @linux include/linux/inetdevice.h */
export function __in_dev_get_rcu(dev: net_device): in_device | null {
  return dev.ip_ptr;
}
/** The device's IPv4 part, for who changes it; null: none. @linux include/linux/inetdevice.h */
export function __in_dev_get_rtnl(dev: net_device): in_device | null {
  return dev.ip_ptr;
}
export function IN_DEV_FORWARD(in_dev: in_device): boolean {
  return in_dev.dev.nd_net.ipv4.sysctl_ip_forward !== 0;
}
/** A mask of so many ones. @linux include/linux/inetdevice.h */
export function inet_make_mask(logmask: number): be32 {
  return logmask === 0 ? 0 : -1 << (32 - logmask);
}
/** How many ones a mask has. @linux include/linux/inetdevice.h */
export function inet_mask_len(mask: be32): number {
  return mask === 0 ? 0 : 32 - (31 - Math.clz32(mask & -mask));
}
/** Is `addr` in the network of this interface address? @linux include/linux/inetdevice.h */
export function inet_ifa_match(addr: be32, ifa: in_ifaddr): boolean {
  return ((addr ^ ifa.ifa_address) & ifa.ifa_mask) === 0;
}
/** True when a mask is not ones followed by zeros. @linux include/linux/inetdevice.h */
export function bad_mask(mask: be32, addr: be32): boolean {
  if ((addr & ~mask) !== 0) return true;
  const holes = ~mask;
  return (holes & (holes + 1)) !== 0;
}
