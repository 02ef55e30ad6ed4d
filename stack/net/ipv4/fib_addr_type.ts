/**
 * What kind of address is this? Part of fib_frontend.c, apart because fib_semantics.ts asks too.
 *
 * @linux net/ipv4/fib_frontend.c
 */
import { flowi4, RTN_BROADCAST, RTN_MULTICAST, RTN_UNICAST } from '../../include/net/dst.ts';
import { fib_info_nhc, FIB_LOOKUP_NOREF, fib_result } from '../../include/net/ip_fib.ts';
import type { net } from '../../include/net/net_namespace.ts';
import type { net_device } from '../../include/linux/netdevice.ts';
import type { be32 } from '../../include/linux/types.ts';
import { ipv4_is_lbcast, ipv4_is_multicast, ipv4_is_zeronet } from '../../include/uapi/linux/in.ts';
import { RT_TABLE_LOCAL } from '../../include/uapi/linux/rtnetlink.ts';
import { fib_get_table, fib_table_lookup } from './fib_trie.ts';

/** As if `dev` were the only interface; null: all of them. */
function __inet_dev_addr_type(net: net, dev: net_device | null, addr: be32, tb_id: number): number {
  if (ipv4_is_zeronet(addr) || ipv4_is_lbcast(addr)) return RTN_BROADCAST;
  if (ipv4_is_multicast(addr)) return RTN_MULTICAST;

  const fl4 = new flowi4();
  fl4.daddr = addr;
  const res = new fib_result();
  if (fib_table_lookup(net, fib_get_table(net, tb_id), fl4, res, FIB_LOOKUP_NOREF) === 0) {
    const nhc = fib_info_nhc(res.fi!, 0);
    if (dev === null || dev === nhc.nhc_dev) return res.type;
  }
  return RTN_UNICAST;
}

/** RTN_LOCAL (one of ours), RTN_BROADCAST, RTN_MULTICAST or RTN_UNICAST. @linux net/ipv4/fib_frontend.c */
export function inet_addr_type(net: net, addr: be32): number {
  return __inet_dev_addr_type(net, null, addr, RT_TABLE_LOCAL);
}
/** The same by another table. @linux net/ipv4/fib_frontend.c */
export function inet_addr_type_table(net: net, addr: be32, tb_id: number): number {
  return __inet_dev_addr_type(net, null, addr, tb_id);
}
/** The same, for one interface alone. @linux net/ipv4/fib_frontend.c */
export function inet_dev_addr_type(net: net, dev: net_device, addr: be32): number {
  return __inet_dev_addr_type(net, dev, addr, RT_TABLE_LOCAL);
}
/** The same by the table that the device belongs to: always local, for there are no VRFs. @linux net/ipv4/fib_frontend.c */
export function inet_addr_type_dev_table(net: net, _dev: net_device | null, addr: be32): number {
  return __inet_dev_addr_type(net, null, addr, RT_TABLE_LOCAL);
}
