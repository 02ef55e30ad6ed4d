/**
 * ARP's table as the routing code uses it: the part of arp.c that needs no routes.
 *
 * @linux net/ipv4/arp.c, include/net/arp.h
 */
import { NUD_FAILED, NUD_NOARP, NUD_VALID, type neighbour } from '../../include/net/neighbour.ts';
import { IFF_LOOPBACK, IFF_POINTOPOINT, type net_device } from '../../include/linux/netdevice.ts';
import type { be32 } from '../../include/linux/types.ts';
import { ENXIO, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { INADDR_ANY } from '../../include/uapi/linux/in.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';
import {
  __neigh_create,
  neigh_update,
  NEIGH_UPDATE_F_ADMIN,
  NEIGH_UPDATE_F_OVERRIDE,
} from '../core/neighbour.ts';

/** The neighbour entry for a next hop; a device without addresses of its own has one for all. @linux include/net/arp.h */
export function __ipv4_neigh_lookup_noref(dev: net_device, key: be32): neighbour | null {
  const primary_key = (dev.flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) !== 0 ? INADDR_ANY : key;
  return dev.neighbours.get(primary_key) ?? null;
}

/** The neighbour entry for a next hop, made if need be. @linux include/net/route.h */
export function ip_neigh_gw4(dev: net_device, daddr: be32): neighbour | Errno {
  return __ipv4_neigh_lookup_noref(dev, daddr) ?? __neigh_create(dev.nd_net.ipv4.arp_tbl, daddr, dev);
}

/** The neighbour answered on a higher layer: no need to ask it by ARP. @linux include/net/arp.h */
export function __ipv4_confirm_neigh(dev: net_device, key: be32): void {
  const n = __ipv4_neigh_lookup_noref(dev, key);
  if (n !== null) n.confirmed = jiffies(dev.machine);
}

/** Forget what is known of an address. 0, or -ENXIO: nothing was. @linux net/ipv4/arp.c */
export function arp_invalidate(dev: net_device, ip: be32): Errno {
  const neigh = __ipv4_neigh_lookup_noref(dev, ip);
  if (neigh === null) return -ENXIO;
  if ((neigh.nud_state & NUD_VALID & ~NUD_NOARP) === 0) return -ENXIO;
  return neigh_update(neigh, null, NUD_FAILED, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
}
