/** The IPv4 configuration of a device: its settings and their accessors. @linux include/linux/inetdevice.h */
import type { in_device, in_ifaddr, net_device } from './netdevice.ts';
import type { be32 } from './types.ts';

/**
 * The settings under net.ipv4.conf.DEVICE, with the same names. Each device has its own. A namespace has two
 * more: `all`, which is combined with each device's settings, and `default`, which is copied to each new
 * device.
 */
export class ipv4_devconf {
  /** Forward packets that are addressed to other hosts. */
  forwarding = 0;
  /** Forward broadcasts to other networks. */
  bc_forwarding = 0;
  /** Accept ICMP redirects. */
  accept_redirects = 1;
  /** Accept redirects only to known gateways. */
  secure_redirects = 1;
  shared_media = 1;
  /**
   * Source address validation: 0 off, 1 the packet must arrive on the interface of the reverse route, 2 a
   * reverse route must exist.
   */
  rp_filter = 0;
  send_redirects = 1;
  accept_source_route = 0;
  /** Accept packets whose source address is local. */
  accept_local = 0;
  proxy_arp = 0;
  arp_filter = 0;
  arp_announce = 0;
  arp_ignore = 0;
  arp_accept = 0;
  drop_gratuitous_arp = 0;
  promote_secondaries = 0;
  /** Treat 127/8 like any other network. */
  route_localnet = 0;
  drop_unicast_in_l2_multicast = 0;
  /** Settings that were changed on this device: a change of `default` does not affect them. */
  state = new Set<string>();
}
/** A new device's settings. @linux net/ipv4/devinet.c (inetdev_init) */
export function copy_devconf(dflt: ipv4_devconf): ipv4_devconf {
  return Object.assign(new ipv4_devconf(), dflt, { state: new Set<string>() });
}
type Setting = Exclude<keyof ipv4_devconf, 'state'>;
/** The settings' names. */
export const IPV4_DEVCONF = Object.keys(new ipv4_devconf()).filter((name) => name !== 'state') as Setting[];

export const IFA_F_SECONDARY = 0x01;
export const IFA_F_PERMANENT = 0x80;

/** Events of devices, and of the chain that announces addresses. @linux include/linux/netdevice.h */
export const NETDEV_UP = 1;
export const NETDEV_DOWN = 2;
export const NETDEV_CHANGE = 4;
export const NETDEV_REGISTER = 5;
export const NETDEV_UNREGISTER = 6;
export const NETDEV_CHANGEMTU = 7;
export const NETDEV_CHANGEADDR = 8;

/**
 * Called when an address is added (NETDEV_UP) or removed (NETDEV_DOWN).
 *
 * @linux struct notifier_block on inetaddr_chain
 */
export type inetaddr_notifier = (event: number, ifa: in_ifaddr) => void;

/**
 * The device's IPv4 configuration; null when IP is not configured on it.
 *
 * @linux include/linux/inetdevice.h
 */
export function __in_dev_get_rcu(dev: net_device): in_device | null {
  return dev.ip_ptr;
}
/**
 * The device's IPv4 configuration, for code that changes it; null: none.
 *
 * @linux include/linux/inetdevice.h
 */
export function __in_dev_get_rtnl(dev: net_device): in_device | null {
  return dev.ip_ptr;
}
/**
 * Mark all settings as set: after its first address a device ignores changes of `default`.
 *
 * @linux include/linux/inetdevice.h
 */
export function ipv4_devconf_setall(cnf: ipv4_devconf): void {
  for (const name of IPV4_DEVCONF) cnf.state.add(name);
}

/** The settings for all devices of the namespace. */
const all = (in_dev: in_device): ipv4_devconf => in_dev.dev.nd_net.ipv4.devconf_all;
const andconf = (in_dev: in_device, name: Setting) => all(in_dev)[name] !== 0 && in_dev.cnf[name] !== 0;
const orconf = (in_dev: in_device, name: Setting) => all(in_dev)[name] !== 0 || in_dev.cnf[name] !== 0;
const maxconf = (in_dev: in_device, name: Setting) => Math.max(all(in_dev)[name], in_dev.cnf[name]);

export function IN_DEV_FORWARD(in_dev: in_device): boolean {
  return in_dev.cnf.forwarding !== 0;
}
export function IN_DEV_BFORWARD(in_dev: in_device): boolean {
  return andconf(in_dev, 'bc_forwarding');
}
export function IN_DEV_RPFILTER(in_dev: in_device): number {
  return maxconf(in_dev, 'rp_filter');
}
export function IN_DEV_SOURCE_ROUTE(in_dev: in_device): boolean {
  return andconf(in_dev, 'accept_source_route');
}
export function IN_DEV_ACCEPT_LOCAL(in_dev: in_device): boolean {
  return orconf(in_dev, 'accept_local');
}
export function IN_DEV_PROXY_ARP(in_dev: in_device): boolean {
  return orconf(in_dev, 'proxy_arp');
}
export function IN_DEV_SHARED_MEDIA(in_dev: in_device): boolean {
  return orconf(in_dev, 'shared_media');
}
export function IN_DEV_TX_REDIRECTS(in_dev: in_device): boolean {
  return orconf(in_dev, 'send_redirects');
}
export function IN_DEV_SEC_REDIRECTS(in_dev: in_device): boolean {
  return orconf(in_dev, 'secure_redirects');
}
/** A router accepts a redirect only if `all` allows it, too. */
export function IN_DEV_RX_REDIRECTS(in_dev: in_device): boolean {
  return IN_DEV_FORWARD(in_dev) ? andconf(in_dev, 'accept_redirects') : orconf(in_dev, 'accept_redirects');
}
export function IN_DEV_PROMOTE_SECONDARIES(in_dev: in_device): boolean {
  return orconf(in_dev, 'promote_secondaries');
}
export function IN_DEV_ROUTE_LOCALNET(in_dev: in_device): boolean {
  return orconf(in_dev, 'route_localnet');
}
export function IN_DEV_ARPFILTER(in_dev: in_device): boolean {
  return orconf(in_dev, 'arp_filter');
}
export function IN_DEV_ARP_ACCEPT(in_dev: in_device): number {
  return maxconf(in_dev, 'arp_accept');
}
export function IN_DEV_ARP_ANNOUNCE(in_dev: in_device): number {
  return maxconf(in_dev, 'arp_announce');
}
export function IN_DEV_ARP_IGNORE(in_dev: in_device): number {
  return maxconf(in_dev, 'arp_ignore');
}
export function IN_DEV_DROP_GRATUITOUS_ARP(in_dev: in_device): boolean {
  return orconf(in_dev, 'drop_gratuitous_arp');
}
export function IN_DEV_DROP_UNICAST_IN_L2_MULTICAST(in_dev: in_device): boolean {
  return orconf(in_dev, 'drop_unicast_in_l2_multicast');
}
/** A mask of `logmask` ones. @linux include/linux/inetdevice.h */
export function inet_make_mask(logmask: number): be32 {
  return logmask === 0 ? 0 : -1 << (32 - logmask);
}
/** The number of ones in a mask. @linux include/linux/inetdevice.h */
export function inet_mask_len(mask: be32): number {
  return mask === 0 ? 0 : 32 - (31 - Math.clz32(mask & -mask));
}
/** Whether `addr` is in the network of this interface address. @linux include/linux/inetdevice.h */
export function inet_ifa_match(addr: be32, ifa: in_ifaddr): boolean {
  return ((addr ^ ifa.ifa_address) & ifa.ifa_mask) === 0;
}
/** True when a mask is not a run of ones followed by zeros. @linux include/linux/inetdevice.h */
export function bad_mask(mask: be32, addr: be32): boolean {
  if ((addr & ~mask) !== 0) return true;
  const holes = ~mask;
  return (holes & (holes + 1)) !== 0;
}
