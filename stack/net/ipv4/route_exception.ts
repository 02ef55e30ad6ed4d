/**
 * Next hop exceptions: what was learnt of single destinations, their path MTU or a better gateway. Part of route.c.
 *
 * @linux net/ipv4/route.c
 */
import {
  DST_OBSOLETE_KILL,
  RTAX_MTU,
  RTCF_REDIRECTED,
  rt_is_input_route,
  type rtable,
} from '../../include/net/dst.ts';
import { FNHE_MAX, fib_nh_exception, type fib_nh, type fib_result } from '../../include/net/ip_fib.ts';
import { IP_MAX_MTU } from '../../include/net/ip.ts';
import type { be32, jiffies_t } from '../../include/linux/types.ts';
import { AF_INET } from '../../include/uapi/linux/socket.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';

function fill_route_from_fnhe(rt: rtable, fnhe: fib_nh_exception): void {
  rt.rt_pmtu = fnhe.fnhe_pmtu;
  rt.rt_mtu_locked = fnhe.fnhe_mtu_locked;
  rt.expires = fnhe.fnhe_expires;
  if (fnhe.fnhe_gw !== 0) {
    rt.rt_flags |= RTCF_REDIRECTED;
    rt.rt_uses_gateway = true;
    rt.rt_gw_family = AF_INET;
    rt.rt_gw4 = fnhe.fnhe_gw;
  }
}

/** Note a path MTU (bytes; 0: not learnt) or a gateway for one destination, until `expires` (jiffies). @linux net/ipv4/route.c */
export function update_or_create_fnhe(
  nhc: fib_nh,
  daddr: be32,
  gw: be32,
  pmtu: number,
  lock: boolean,
  expires: jiffies_t,
): void {
  const { nd_net, machine } = nhc.nhc_dev!;
  const genid = nd_net.ipv4.fnhe_genid;
  const exceptions = (nhc.nhc_exceptions ??= new Map<be32, fib_nh_exception>());
  let fnhe = exceptions.get(daddr);
  if (fnhe !== undefined) {
    fnhe.fnhe_genid = genid;
    if (gw !== 0) fnhe.fnhe_gw = gw;
    if (pmtu !== 0) {
      fnhe.fnhe_pmtu = pmtu;
      fnhe.fnhe_mtu_locked = lock;
    }
    fnhe.fnhe_expires = Math.max(1, expires);
    if (fnhe.fnhe_rth_input !== null) fill_route_from_fnhe(fnhe.fnhe_rth_input, fnhe);
    if (fnhe.fnhe_rth_output !== null) fill_route_from_fnhe(fnhe.fnhe_rth_output, fnhe);
  } else {
    if (exceptions.size >= FNHE_MAX) fnhe_remove_oldest(exceptions);
    fnhe = new fib_nh_exception(genid, daddr);
    fnhe.fnhe_gw = gw;
    fnhe.fnhe_pmtu = pmtu;
    fnhe.fnhe_mtu_locked = lock;
    fnhe.fnhe_expires = Math.max(1, expires);
    exceptions.set(daddr, fnhe);
    // Whoever holds the next hop's common route is to look again: it may be for this destination.
    if (nhc.nhc_rth_input !== null) nhc.nhc_rth_input.obsolete = DST_OBSOLETE_KILL;
    if (nhc.nhc_rth_output !== null) nhc.nhc_rth_output.obsolete = DST_OBSOLETE_KILL;
  }
  fnhe.fnhe_stamp = jiffies(machine);
}

function fnhe_remove_oldest(exceptions: Map<be32, fib_nh_exception>): void {
  let oldest: fib_nh_exception | null = null;
  for (const fnhe of exceptions.values()) {
    if (oldest === null || fnhe.fnhe_stamp < oldest.fnhe_stamp) oldest = fnhe;
  }
  if (oldest === null) return;
  exceptions.delete(oldest.fnhe_daddr);
  oldest.fnhe_daddr = 0;
}

/** The exception for a destination, or null; one that has expired is dropped. @linux net/ipv4/route.c */
export function find_exception(nhc: fib_nh, daddr: be32): fib_nh_exception | null {
  if (nhc.nhc_exceptions === null) return null;
  const fnhe = nhc.nhc_exceptions.get(daddr);
  if (fnhe === undefined) return null;
  if (fnhe.fnhe_expires !== 0 && jiffies(nhc.nhc_dev!.machine) > fnhe.fnhe_expires) {
    nhc.nhc_exceptions.delete(daddr);
    fnhe.fnhe_daddr = 0;
    return null;
  }
  return fnhe;
}

/** Make a new route follow an exception. @returns was it stored there? @linux net/ipv4/route.c */
export function rt_bind_exception(
  rt: rtable,
  fnhe: fib_nh_exception,
  daddr: be32,
  do_cache: boolean,
): boolean {
  if (daddr !== fnhe.fnhe_daddr) return false;
  const { nd_net, machine } = rt.dev;
  if (fnhe.fnhe_genid !== nd_net.ipv4.fnhe_genid) {
    fnhe.fnhe_genid = nd_net.ipv4.fnhe_genid;
    fnhe.fnhe_gw = 0;
    fnhe.fnhe_pmtu = 0;
    fnhe.fnhe_expires = 0;
    fnhe.fnhe_mtu_locked = false;
    fnhe.fnhe_rth_input = null;
    fnhe.fnhe_rth_output = null;
  }
  fill_route_from_fnhe(rt, fnhe);
  if (rt.rt_gw4 === 0) {
    rt.rt_gw4 = daddr;
    rt.rt_gw_family = AF_INET;
  }
  if (do_cache) {
    rt.__refcnt++;
    if (rt_is_input_route(rt)) fnhe.fnhe_rth_input = rt;
    else fnhe.fnhe_rth_output = rt;
  }
  fnhe.fnhe_stamp = jiffies(machine);
  return do_cache;
}

/** The MTU towards a destination by what a lookup found, in bytes. @linux net/ipv4/route.c */
export function ip_mtu_from_fib_result(res: fib_result, daddr: be32): number {
  const nhc = res.nhc!;
  const dev = nhc.nhc_dev!;
  let mtu = dev.nd_net.ipv4.sysctl_ip_fwd_use_pmtu !== 0 ? (res.fi!.fib_metrics[RTAX_MTU] ?? 0) : 0;
  if (mtu !== 0) return mtu;
  const fnhe = find_exception(nhc, daddr);
  if (fnhe !== null && jiffies(dev.machine) < fnhe.fnhe_expires) mtu = fnhe.fnhe_pmtu;
  return mtu !== 0 ? mtu : Math.min(dev.mtu, IP_MAX_MTU);
}
