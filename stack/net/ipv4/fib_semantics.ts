/**
 * The contents of a route: building and validating a fib_info from the arguments of `ip route`. Each route
 * has one next hop.
 *
 * @linux net/ipv4/fib_semantics.c
 */
import { IFF_UP, type net_device } from '../../include/linux/netdevice.ts';
import type { be32 } from '../../include/linux/types.ts';
import { flowi4 } from '../../include/net/flow.ts';
import {
  type fib_alias,
  type fib_config,
  fib_info,
  FIB_LOOKUP_IGNORE_LINKSTATE,
  FIB_LOOKUP_NOREF,
  fib_nh,
  fib_props,
  FIB_RES_DEV,
  FIB_RES_OIF,
  fib_result,
} from '../../include/net/ip_fib.ts';
import { NUD_REACHABLE, NUD_VALID } from '../../include/net/neighbour.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { EINVAL, ENETDOWN, ENODEV, type Errno, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTAX_LOCK,
  RTAX_QUICKACK,
  RTN_ANYCAST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MAX,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
} from '../../include/uapi/linux/rtnetlink.ts';
import { AF_INET } from '../../include/uapi/linux/socket.ts';
import { inet_select_addr } from './devinet.ts';
import { fib_get_table, inet_addr_type_dev_table, inet_addr_type_table } from './fib_frontend.ts';
import { fib_lookup, fib_table_lookup } from './fib_trie.ts';

/**
 * Whether the gateway is directly reachable, through the given device or by the tables.
 *
 * @linux net/ipv4/fib_semantics.c
 */
function fib_check_nh_v4_gw(net: net, nh: fib_nh, table: number, scope: number): Errno {
  if ((nh.nhc_flags & RTNH_F_ONLINK) !== 0) {
    if (scope >= RT_SCOPE_LINK) return -EINVAL;
    const dev = net.dev_base.get(nh.nhc_oif);
    if (dev === undefined) return -ENODEV;
    if ((dev.flags & IFF_UP) === 0) return -ENETDOWN;
    if (inet_addr_type_dev_table(net, dev, nh.nhc_gw) !== RTN_UNICAST) return -EINVAL;
    nh.nhc_dev = dev;
    nh.nhc_scope = RT_SCOPE_LINK;
    return 0;
  }

  const fl4 = new flowi4();
  fl4.daddr = nh.nhc_gw;
  fl4.flowi4_scope = Math.max(scope + 1, RT_SCOPE_LINK);
  fl4.flowi4_oif = nh.nhc_oif;
  const res = new fib_result();
  let err = -EINVAL;
  const other_table = table !== 0 && table !== RT_TABLE_MAIN;
  if (other_table) {
    const flags = FIB_LOOKUP_IGNORE_LINKSTATE | FIB_LOOKUP_NOREF;
    err = fib_table_lookup(net, fib_get_table(net, table), fl4, res, flags);
  }
  if (!other_table || err !== 0) err = fib_lookup(net, fl4, res, FIB_LOOKUP_IGNORE_LINKSTATE);
  if (err !== 0) return err;

  if (res.type !== RTN_UNICAST && res.type !== RTN_LOCAL) return -EINVAL;
  nh.nhc_scope = res.scope;
  nh.nhc_oif = FIB_RES_OIF(res);
  nh.nhc_dev = FIB_RES_DEV(res);
  return (nh.nhc_dev.flags & IFF_UP) !== 0 ? 0 : -ENETDOWN;
}

/**
 * Without a gateway the device must exist, be up and have an IP configuration.
 *
 * @linux net/ipv4/fib_semantics.c
 */
function fib_check_nh_nongw(net: net, nh: fib_nh): Errno {
  if ((nh.nhc_flags & RTNH_F_ONLINK) !== 0) return -EINVAL;
  const dev = net.dev_base.get(nh.nhc_oif);
  if (dev === undefined || dev.ip_ptr === null) return -ENODEV;
  if ((dev.flags & IFF_UP) === 0) return -ENETDOWN;
  nh.nhc_dev = dev;
  nh.nhc_scope = RT_SCOPE_HOST;
  return 0;
}

/**
 * Validate the next hop and fill in its device and scope. 0, -EINVAL, -ENODEV, -ENETDOWN.
 *
 * @linux net/ipv4/fib_semantics.c
 */
export function fib_check_nh(net: net, nh: fib_nh, table: number, scope: number): Errno {
  return nh.nhc_gw_family === AF_INET
    ? fib_check_nh_v4_gw(net, nh, table, scope)
    : fib_check_nh_nongw(net, nh);
}

function fib_nh_init(nh: fib_nh, cfg: fib_config): void {
  nh.nhc_oif = cfg.fc_oif;
  nh.nhc_gw_family = cfg.fc_gw_family;
  nh.nhc_gw = cfg.fc_gw4;
  nh.nhc_flags = cfg.fc_flags;
}

/**
 * Whether this address can be the source of packets on the route: it must be local.
 *
 * @linux net/ipv4/fib_semantics.c
 */
function fib_valid_prefsrc(net: net, cfg: fib_config, prefsrc: be32): boolean {
  if (cfg.fc_type === RTN_LOCAL && cfg.fc_dst !== 0 && prefsrc === cfg.fc_dst) return true;
  const tb_id = cfg.fc_table === RT_TABLE_MAIN ? RT_TABLE_LOCAL : cfg.fc_table;
  if (inet_addr_type_table(net, prefsrc, tb_id) === RTN_LOCAL) return true;
  return tb_id !== RT_TABLE_LOCAL && inet_addr_type_table(net, prefsrc, RT_TABLE_LOCAL) === RTN_LOCAL;
}

/**
 * Create the fib_info for a route's configuration.
 *
 * @returns the fib_info, or -EINVAL, -ENODEV, -ENETDOWN, -ENETUNREACH
 * @linux net/ipv4/fib_semantics.c
 */
export function fib_create_info(net: net, cfg: fib_config): fib_info | Errno {
  if (cfg.fc_type > RTN_MAX) return -EINVAL;
  if (fib_props[cfg.fc_type]!.scope > cfg.fc_scope) return -EINVAL;
  if ((cfg.fc_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) !== 0) return -EINVAL;

  const nh = new fib_nh();
  const fi = new fib_info(net, nh);
  fi.fib_metrics = cfg.fc_mx;
  fi.fib_protocol = cfg.fc_protocol;
  fi.fib_scope = cfg.fc_scope;
  fi.fib_flags = cfg.fc_flags;
  fi.fib_priority = cfg.fc_priority;
  fi.fib_prefsrc = cfg.fc_prefsrc;
  fi.fib_type = cfg.fc_type;
  fi.fib_tb_id = cfg.fc_table;
  fib_nh_init(nh, cfg);

  if (fib_props[cfg.fc_type]!.error !== 0) {
    // A route that rejects packets has no next hop.
    return cfg.fc_gw_family !== 0 || cfg.fc_oif !== 0 ? -EINVAL : fi;
  }
  switch (cfg.fc_type) {
    case RTN_UNICAST:
    case RTN_LOCAL:
    case RTN_BROADCAST:
    case RTN_ANYCAST:
    case RTN_MULTICAST:
      break;
    default:
      return -EINVAL;
  }
  if (cfg.fc_scope > RT_SCOPE_HOST) return -EINVAL;

  if (cfg.fc_scope === RT_SCOPE_HOST) {
    // The route is for a local address.
    if (nh.nhc_gw_family !== 0) return -EINVAL;
    nh.nhc_scope = RT_SCOPE_NOWHERE;
    nh.nhc_dev = net.dev_base.get(nh.nhc_oif) ?? null;
    if (nh.nhc_dev === null) return -ENODEV;
  } else {
    const err = fib_check_nh(net, nh, cfg.fc_table, cfg.fc_scope);
    if (IS_ERR(err)) return err;
  }
  if (fi.fib_prefsrc !== 0 && !fib_valid_prefsrc(net, cfg, fi.fib_prefsrc)) return -EINVAL;
  fib_info_update_nhc_saddr(net, nh, fi.fib_scope);
  return fi;
}

/** A route that used this fib_info was deleted. @linux net/ipv4/fib_semantics.c */
export function fib_release_info(fi: fib_info): void {
  fi.fib_treeref--;
  if (fi.fib_treeref <= 0) fi.fib_dead = true;
}

/** Whether two of them are equal. @linux fib_find_info, nh_comp */
export function fib_info_equal(a: fib_info, b: fib_info): boolean {
  const nh = a.fib_nh[0]!;
  const onh = b.fib_nh[0]!;
  if (a.fib_protocol !== b.fib_protocol || a.fib_scope !== b.fib_scope || a.fib_prefsrc !== b.fib_prefsrc) {
    return false;
  }
  if (a.fib_priority !== b.fib_priority || a.fib_type !== b.fib_type || a.fib_tb_id !== b.fib_tb_id)
    return false;
  for (let metric = RTAX_LOCK; metric <= RTAX_QUICKACK; metric++) {
    if ((a.fib_metrics[metric] ?? 0) !== (b.fib_metrics[metric] ?? 0)) return false;
  }
  return (
    nh.nhc_oif === onh.nhc_oif &&
    nh.nhc_gw_family === onh.nhc_gw_family &&
    nh.nhc_scope === onh.nhc_scope &&
    nh.nhc_gw === onh.nhc_gw
  );
}

/**
 * Whether a route has the next hop to delete. Unspecified fields match anything.
 *
 * @linux net/ipv4/fib_semantics.c
 */
export function fib_nh_match(cfg: fib_config, fi: fib_info): boolean {
  if (cfg.fc_priority !== 0 && cfg.fc_priority !== fi.fib_priority) return false;
  const nh = fi.fib_nh[0]!;
  if (cfg.fc_oif !== 0 && cfg.fc_oif !== nh.nhc_oif) return false;
  return cfg.fc_gw_family === 0 || (cfg.fc_gw_family === nh.nhc_gw_family && cfg.fc_gw4 === nh.nhc_gw);
}

/** Choose a new source address for a next hop. @linux net/ipv4/fib_semantics.c */
export function fib_info_update_nhc_saddr(net: net, nhc: fib_nh, scope: number): be32 {
  nhc.nh_saddr = inet_select_addr(nhc.nhc_dev!, nhc.nhc_gw, scope);
  nhc.nh_saddr_genid = net.ipv4.dev_addr_genid;
  return nhc.nh_saddr;
}

/** The source address for packets on the route found. @linux net/ipv4/fib_semantics.c */
export function fib_result_prefsrc(net: net, res: fib_result): be32 {
  const fi = res.fi!;
  if (fi.fib_prefsrc !== 0) return fi.fib_prefsrc;
  const nhc = res.nhc!;
  if (nhc.nh_saddr_genid === net.ipv4.dev_addr_genid) return nhc.nh_saddr;
  return fib_info_update_nhc_saddr(net, nhc, fi.fib_scope);
}

/**
 * Complete a lookup: choose one of several default routes, and the source address.
 *
 * @linux net/ipv4/fib_semantics.c
 */
export function fib_select_path(net: net, res: fib_result, fl4: flowi4): void {
  if (
    fl4.flowi4_oif === 0 &&
    res.prefixlen === 0 &&
    res.table!.tb_num_default > 1 &&
    res.type === RTN_UNICAST
  ) {
    fib_select_default(fl4, res);
  }
  if (fl4.saddr === 0) fl4.saddr = fib_result_prefsrc(net, res);
}

/**
 * Among equal default routes choose the first whose gateway is reachable; otherwise keep the route found.
 *
 * @linux net/ipv4/fib_semantics.c
 */
function fib_select_default(flp: flowi4, res: fib_result): void {
  const first = res.fi!;
  for (const fa of res.fa_head!) {
    const fi = fa.fa_info;
    if (!default_route_fits(fa, flp, res) || fi.fib_priority !== first.fib_priority) continue;
    const nhc = fi.fib_nh[0]!;
    const neigh = nhc.nhc_dev!.neighbours.get(nhc.nhc_gw);
    const state = neigh === undefined ? 0 : neigh.nud_state;
    if (state === NUD_REACHABLE || (state & NUD_VALID) !== 0) {
      fa.fa_accessed = true;
      res.fi = fi;
      res.nhc = nhc;
      return;
    }
  }
}

function default_route_fits(fa: fib_alias, flp: flowi4, res: fib_result): boolean {
  const fi = fa.fa_info;
  const nhc = fi.fib_nh[0]!;
  if (fa.fa_dscp !== 0 && fa.fa_dscp !== flp.flowi4_tos) return false;
  if ((fi.fib_flags & RTNH_F_DEAD) !== 0) return false;
  if (fi.fib_scope !== res.scope || fa.fa_type !== RTN_UNICAST) return false;
  return nhc.nhc_gw_family !== 0 && nhc.nhc_scope === RT_SCOPE_LINK;
}

/** Mark every route with source address `local` dead. @returns how many. @linux net/ipv4/fib_semantics.c */
export function fib_sync_down_addr(net: net, local: be32): number {
  if (local === 0) return 0;
  return mark_dead(net, (fi) => fi.fib_tb_id === RT_TABLE_MAIN && fi.fib_prefsrc === local);
}

/**
 * Mark every route through a device that went down dead, including routes to local addresses if `force`.
 *
 * @linux net/ipv4/fib_semantics.c
 */
export function fib_sync_down_dev(dev: net_device, force: boolean): number {
  return mark_dead(dev.nd_net, (fi) => {
    const nh = fi.fib_nh[0]!;
    if (nh.nhc_dev !== dev || (!force && nh.nhc_scope === RT_SCOPE_NOWHERE)) return false;
    nh.nhc_flags |= RTNH_F_DEAD | RTNH_F_LINKDOWN;
    return true;
  });
}

function mark_dead(net: net, goes: (fi: fib_info) => boolean): number {
  let count = 0;
  for (const table of [net.ipv4.fib_local, net.ipv4.fib_main]) {
    for (const prefixes of table.tb_data) {
      for (const leaf of prefixes.leaves.values()) {
        for (const { fa_info } of leaf) {
          if ((fa_info.fib_flags & RTNH_F_DEAD) !== 0 || !goes(fa_info)) continue;
          fa_info.fib_flags |= RTNH_F_DEAD;
          count++;
        }
      }
    }
  }
  return count;
}
