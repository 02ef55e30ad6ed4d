/**
 * IPv4 addresses of interfaces.
 *
 * @linux net/ipv4/devinet.c
 */
import {
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  copy_devconf,
  ipv4_devconf_setall,
  IN_DEV_PROMOTE_SECONDARIES,
  IN_DEV_ROUTE_LOCALNET,
  IPV4_DEVCONF,
  inet_ifa_match,
  inet_make_mask,
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_REGISTER,
  NETDEV_UNREGISTER,
  NETDEV_UP,
  type ipv4_devconf,
} from '../../include/linux/inetdevice.ts';
import {
  IFF_BROADCAST,
  IFF_LOOPBACK,
  in_device,
  in_ifaddr,
  type net_device,
} from '../../include/linux/netdevice.ts';
import type { be32 } from '../../include/linux/types.ts';
import { flowi4 } from '../../include/net/flow.ts';
import { IPV4_MIN_MTU } from '../../include/net/ip.ts';
import { FIB_LOOKUP_NOREF, FIB_RES_DEV, fib_result } from '../../include/net/ip_fib.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { EADDRNOTAVAIL, EEXIST, EINVAL, ENODEV, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { INADDR_LOOPBACK, ipv4_is_loopback } from '../../include/uapi/linux/in.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RTN_LOCAL,
} from '../../include/uapi/linux/rtnetlink.ts';
import { proc_dointvec, type ctl_table } from '../../kernel/sysctl.ts';
import { register_netdevice_notifier } from '../core/dev/register.ts';
import { register_net_sysctl, unregister_net_sysctl_table } from '../sysctl_net.ts';
import { fib_table_lookup } from './fib_trie.ts';
import { rt_cache_flush } from './route/output.ts';

/**
 * The device that has this address, or that the local table names for it; null: the address is not local.
 *
 * @linux net/ipv4/devinet.c
 */
export function __ip_dev_find(net: net, addr: be32): net_device | null {
  const ifa = inet_lookup_ifaddr_rcu(net, addr);
  if (ifa !== null) return ifa.ifa_dev!.dev;
  // All of 127/8 is local, although only one of its addresses is assigned to an interface.
  const fl4 = new flowi4();
  fl4.daddr = addr;
  const res = new fib_result();
  const err = fib_table_lookup(net, net.ipv4.fib_local, fl4, res, FIB_LOOKUP_NOREF);
  return err === 0 && res.type === RTN_LOCAL ? FIB_RES_DEV(res) : null;
}

/** The interface address that is exactly this one. @linux net/ipv4/devinet.c */
export function inet_lookup_ifaddr_rcu(net: net, addr: be32): in_ifaddr | null {
  return net.ipv4.inet_addr_lst.get(addr) ?? null;
}

/** Whether `a` (and `b`, if not 0) are in one network of this device. @linux net/ipv4/devinet.c */
export function inet_addr_onlink(in_dev: in_device, a: be32, b: be32): boolean {
  return in_dev.ifa_list.some((ifa) => inet_ifa_match(a, ifa) && (b === 0 || inet_ifa_match(b, ifa)));
}

/** The device's primary address with exactly this network. @linux net/ipv4/devinet.c */
export function inet_ifa_byprefix(in_dev: in_device, prefix: be32, mask: be32): in_ifaddr | null {
  return in_dev.ifa_list.find((ifa) => ifa.ifa_mask === mask && inet_ifa_match(prefix, ifa)) ?? null;
}

function in_dev_select_addr(in_dev: in_device, scope: number): be32 {
  for (const ifa of in_dev.ifa_list) {
    if ((ifa.ifa_flags & IFA_F_SECONDARY) !== 0) continue;
    if (ifa.ifa_scope !== RT_SCOPE_LINK && ifa.ifa_scope <= scope) return ifa.ifa_local;
  }
  return 0;
}

/**
 * Select the source address for packets to `dst` through this device: the device's address in the same
 * network, otherwise its first address, otherwise one of another device. 0: no address has sufficient scope.
 *
 * @linux net/ipv4/devinet.c
 */
export function inet_select_addr(dev: net_device, dst: be32, scope: number): be32 {
  const in_dev = dev.ip_ptr;
  let addr = 0;
  if (in_dev !== null) {
    const localnet_scope = IN_DEV_ROUTE_LOCALNET(in_dev) ? RT_SCOPE_LINK : RT_SCOPE_HOST;
    for (const ifa of in_dev.ifa_list) {
      if ((ifa.ifa_flags & IFA_F_SECONDARY) !== 0) continue;
      if (Math.min(ifa.ifa_scope, localnet_scope) > scope) continue;
      if (dst === 0 || inet_ifa_match(dst, ifa)) return ifa.ifa_local;
      if (addr === 0) addr = ifa.ifa_local;
    }
    if (addr !== 0) return addr;
  }
  // Addresses of lo other than 127.0.0.1 are preferred: lo is the first device.
  for (const other of dev.nd_net.dev_base.values()) {
    if (other.ip_ptr === null) continue;
    addr = in_dev_select_addr(other.ip_ptr, scope);
    if (addr !== 0) return addr;
  }
  return 0;
}

function confirm_addr_indev(in_dev: in_device, dst: be32, local: be32, scope: number): be32 {
  const localnet_scope = IN_DEV_ROUTE_LOCALNET(in_dev) ? RT_SCOPE_LINK : RT_SCOPE_HOST;
  let addr = 0;
  let same = false;
  for (const ifa of in_dev.ifa_list) {
    const min_scope = Math.min(ifa.ifa_scope, localnet_scope);
    if (addr === 0 && (local === ifa.ifa_local || local === 0) && min_scope <= scope) {
      addr = ifa.ifa_local;
      if (same) break;
    }
    if (same) continue;
    same = (local === 0 || inet_ifa_match(local, ifa)) && (dst === 0 || inet_ifa_match(dst, ifa));
    if (!same || addr === 0) continue;
    if (local !== 0 || dst === 0) break;
    // If the selected address is not in dst's network, this one is used if its scope is sufficient.
    if (inet_ifa_match(addr, ifa)) break;
    if (min_scope <= scope) {
      addr = ifa.ifa_local;
      break;
    }
    same = false;
  }
  return same ? addr : 0;
}

/**
 * Check that a local address exists.
 *
 * @param in_dev search only this device; null: any
 * @param dst search only this address's network; 0: any
 * @param local the address; 0: choose one
 * @returns the address, or 0
 * @linux net/ipv4/devinet.c
 */
export function inet_confirm_addr(
  net: net,
  in_dev: in_device | null,
  dst: be32,
  local: be32,
  scope: number,
): be32 {
  if (in_dev !== null) return confirm_addr_indev(in_dev, dst, local, scope);
  for (const dev of net.dev_base.values()) {
    const addr = dev.ip_ptr === null ? 0 : confirm_addr_indev(dev.ip_ptr, dst, local, scope);
    if (addr !== 0) return addr;
  }
  return 0;
}

function inetaddr_call_chain(net: net, event: number, ifa: in_ifaddr): void {
  for (const notifier of net.ipv4.inetaddr_chain) notifier(event, ifa);
}

/**
 * Add an address to a device: primary addresses come first, secondary ones (further addresses in the same
 * network) last. The inetaddr chain adds the routes.
 *
 * @returns 0, -EEXIST, -EINVAL (different scope in the same network)
 * @linux net/ipv4/devinet.c
 */
export function inet_insert_ifa(ifa: in_ifaddr): Errno {
  const in_dev = ifa.ifa_dev!;
  if (ifa.ifa_local === 0) return 0;
  ifa.ifa_flags &= ~IFA_F_SECONDARY;
  let last_primary = 0;
  for (const [index, other] of in_dev.ifa_list.entries()) {
    if ((other.ifa_flags & IFA_F_SECONDARY) === 0 && ifa.ifa_scope <= other.ifa_scope)
      last_primary = index + 1;
    if (other.ifa_mask !== ifa.ifa_mask || !inet_ifa_match(other.ifa_address, ifa)) continue;
    if (other.ifa_local === ifa.ifa_local) return -EEXIST;
    if (other.ifa_scope !== ifa.ifa_scope) return -EINVAL;
    ifa.ifa_flags |= IFA_F_SECONDARY;
  }
  const secondary = (ifa.ifa_flags & IFA_F_SECONDARY) !== 0;
  in_dev.ifa_list.splice(secondary ? in_dev.ifa_list.length : last_primary, 0, ifa);

  const net = in_dev.dev.nd_net;
  net.ipv4.inet_addr_lst.set(ifa.ifa_local, ifa);
  inetaddr_call_chain(net, NETDEV_UP, ifa);
  return 0;
}

/**
 * Remove an address from its device; without promote_secondaries the secondary addresses of its network are
 * removed too.
 *
 * @linux net/ipv4/devinet.c
 */
export function inet_del_ifa(in_dev: in_device, ifa: in_ifaddr): void {
  const net = in_dev.dev.nd_net;
  const primary = (ifa.ifa_flags & IFA_F_SECONDARY) === 0;
  const secondaries = in_dev.ifa_list.filter(
    (other) =>
      primary &&
      (other.ifa_flags & IFA_F_SECONDARY) !== 0 &&
      other.ifa_mask === ifa.ifa_mask &&
      inet_ifa_match(ifa.ifa_address, other),
  );
  const promoted = IN_DEV_PROMOTE_SECONDARIES(in_dev) ? secondaries : [];
  for (const gone of [...(promoted.length > 0 ? [] : secondaries), ...promoted, ifa]) {
    in_dev.ifa_list.splice(in_dev.ifa_list.indexOf(gone), 1);
    if (net.ipv4.inet_addr_lst.get(gone.ifa_local) === gone) net.ipv4.inet_addr_lst.delete(gone.ifa_local);
    inetaddr_call_chain(net, NETDEV_DOWN, gone);
  }
  // The first of them becomes primary: insert them again, with routes of their own.
  for (const ifa_promoted of promoted) inet_insert_ifa(ifa_promoted);
}

/** An empty interface address. @linux net/ipv4/devinet.c */
export function inet_alloc_ifa(): in_ifaddr {
  return new in_ifaddr();
}

/**
 * The operation of `ip address add ADDRESS/PREFIXLEN dev DEV`.
 *
 * @returns 0, -EINVAL, -ENODEV, -EEXIST
 * @linux net/ipv4/devinet.c
 */
export function inet_rtm_newaddr(dev: net_device, address: be32, prefixlen: number): Errno {
  if (prefixlen < 0 || prefixlen > 32) return -EINVAL;
  const in_dev = dev.ip_ptr;
  if (in_dev === null) return -ENODEV;
  ipv4_devconf_setall(in_dev.cnf);
  const ifa = inet_alloc_ifa();
  ifa.ifa_dev = in_dev;
  ifa.ifa_local = address;
  ifa.ifa_address = address;
  ifa.ifa_prefixlen = prefixlen;
  ifa.ifa_mask = inet_make_mask(prefixlen);
  ifa.ifa_scope = ipv4_is_loopback(address) ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
  ifa.ifa_flags = IFA_F_PERMANENT;
  ifa.ifa_label = dev.name;
  if ((dev.flags & IFF_BROADCAST) !== 0 && prefixlen < 31) ifa.ifa_broadcast = address | ~ifa.ifa_mask;
  return inet_insert_ifa(ifa);
}

/** The operation of `ip address del`. 0, -ENODEV, -EADDRNOTAVAIL. @linux net/ipv4/devinet.c */
export function inet_rtm_deladdr(dev: net_device, address: be32): Errno {
  const in_dev = dev.ip_ptr;
  if (in_dev === null) return -ENODEV;
  const ifa = in_dev.ifa_list.find((candidate) => candidate.ifa_local === address);
  if (ifa === undefined) return -EADDRNOTAVAIL;
  inet_del_ifa(in_dev, ifa);
  return 0;
}

/** Configure IP on a device. @linux net/ipv4/devinet.c */
export function inetdev_init(dev: net_device): in_device {
  const in_dev = new in_device(dev, copy_devconf(dev.nd_net.ipv4.devconf_dflt));
  devinet_sysctl_register(in_dev);
  dev.ip_ptr = in_dev;
  return in_dev;
}

function inetdev_destroy(in_dev: in_device): void {
  for (const ifa of [...in_dev.ifa_list].reverse()) inet_del_ifa(in_dev, ifa);
  in_dev.dev.ip_ptr = null;
  unregister_net_sysctl_table(in_dev.dev.nd_net, `net.ipv4.conf.${in_dev.dev.name}`);
}

/** Register a device's settings. @linux net/ipv4/devinet.c */
function devinet_sysctl_register(in_dev: in_device): void {
  register_devconf(in_dev.dev.nd_net, in_dev.dev.name, in_dev.cnf);
}
function register_devconf(net: net, name: string, cnf: ipv4_devconf): void {
  const entries = IPV4_DEVCONF.map((setting) => [setting, devinet_sysctl(net, cnf, setting)] as const);
  register_net_sysctl(net, `net.ipv4.conf.${name}`, Object.fromEntries(entries));
}

/** A setting, with the side effects of a change. @linux net/ipv4/devinet.c (devinet_conf_proc) */
function devinet_sysctl(net: net, cnf: ipv4_devconf, name: (typeof IPV4_DEVCONF)[number]): ctl_table {
  const value = proc_dointvec(cnf, name);
  return {
    get: value.get,
    set(text) {
      const before = cnf[name];
      const err = value.set(text);
      if (err !== 0) return err;
      cnf.state.add(name);
      if (cnf === net.ipv4.devconf_dflt) devinet_copy_dflt_conf(net, name);
      if (cnf[name] !== before && FLUSHES.includes(name)) {
        if (name === 'forwarding' && cnf === net.ipv4.devconf_all) inet_forward_change(net);
        rt_cache_flush(net);
      }
      return 0;
    },
    takes: value.takes!,
  };
}
/** A change of these settings invalidates all cached routes. */
const FLUSHES: readonly string[] = [
  'forwarding',
  'bc_forwarding',
  'accept_local',
  'promote_secondaries',
  'route_localnet',
  'drop_unicast_in_l2_multicast',
];

/** Devices on which the setting was not changed follow a changed default. @linux net/ipv4/devinet.c */
function devinet_copy_dflt_conf(net: net, name: (typeof IPV4_DEVCONF)[number]): void {
  for (const { ip_ptr } of net.dev_base.values()) {
    if (ip_ptr !== null && !ip_ptr.cnf.state.has(name)) ip_ptr.cnf[name] = net.ipv4.devconf_dflt[name];
  }
}
/**
 * The machine becomes a router, or a host again: a router does not accept redirects.
 *
 * @linux net/ipv4/devinet.c
 */
function inet_forward_change(net: net): void {
  const { devconf_all, devconf_dflt } = net.ipv4;
  const on = devconf_all.forwarding;
  devconf_all.accept_redirects = on !== 0 ? 0 : 1;
  devconf_dflt.forwarding = on;
  for (const { ip_ptr } of net.dev_base.values()) {
    if (ip_ptr === null) continue;
    ip_ptr.cnf.state.add('forwarding');
    ip_ptr.cnf.forwarding = on;
  }
}

/**
 * A device was registered, went up or went down: adapt its IP configuration. lo gets 127.0.0.1/8 when it
 * comes up.
 *
 * @linux net/ipv4/devinet.c
 */
export function inetdev_event(event: number, dev: net_device): void {
  let in_dev = dev.ip_ptr;
  if (in_dev === null) {
    if (event === NETDEV_REGISTER || (event === NETDEV_CHANGEMTU && dev.mtu >= IPV4_MIN_MTU))
      inetdev_init(dev);
    if (event !== NETDEV_UP) return;
    in_dev = dev.ip_ptr ?? inetdev_init(dev);
  }
  switch (event) {
    case NETDEV_UP:
      if (dev.mtu >= IPV4_MIN_MTU && (dev.flags & IFF_LOOPBACK) !== 0) add_loopback_address(in_dev);
      break;
    case NETDEV_CHANGEMTU:
      if (dev.mtu < IPV4_MIN_MTU) inetdev_destroy(in_dev);
      break;
    case NETDEV_UNREGISTER:
      inetdev_destroy(in_dev);
      break;
    case NETDEV_DOWN:
      break;
  }
}

function add_loopback_address(in_dev: in_device): void {
  ipv4_devconf_setall(in_dev.cnf);
  const ifa = inet_alloc_ifa();
  ifa.ifa_dev = in_dev;
  ifa.ifa_local = INADDR_LOOPBACK;
  ifa.ifa_address = INADDR_LOOPBACK;
  ifa.ifa_prefixlen = 8;
  ifa.ifa_mask = inet_make_mask(8);
  ifa.ifa_scope = RT_SCOPE_HOST;
  ifa.ifa_flags = IFA_F_PERMANENT;
  ifa.ifa_label = in_dev.dev.name;
  inet_insert_ifa(ifa);
}

/** Register for device events; existing devices are announced at once. @linux net/ipv4/devinet.c */
export function devinet_init(net: net): void {
  const { devconf_all, devconf_dflt } = net.ipv4;
  register_devconf(net, 'all', devconf_all);
  register_devconf(net, 'default', devconf_dflt);
  register_net_sysctl(net, 'net.ipv4', { ip_forward: devinet_sysctl(net, devconf_all, 'forwarding') });
  register_netdevice_notifier(net, inetdev_event);
}
