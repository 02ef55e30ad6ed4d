/**
 * The id of the IP header: unpredictable for outsiders, and distinct for packets that may be fragmented.
 *
 * @linux net/ipv4/route.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { ip_ident_table } from '../../../include/net/inetpeer.ts';
import { IP_DF, ip_hdr, type iphdr } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import type { sock } from '../../../include/net/sock.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { jhash_3words } from '../../../lib/jhash.ts';
import { get_random_u32, get_random_u32_below } from '../../../lib/random.ts';

/**
 * Take `segs` ids from a generator. One that is rarely used skips a random number of ids, so that its rate
 * cannot be observed.
 *
 * @linux net/ipv4/route.c
 */
function ip_idents_reserve(net: net, hash: number, segs: number): number {
  const table = net.ipv4.ip_idents;
  const { machine } = net;
  const bucket = hash & table.mask;
  const now = jiffies(machine) | 0;
  const old = table.tstamps[bucket]!;
  let delta = 0;
  if (old !== now) {
    table.tstamps[bucket] = now;
    delta = get_random_u32_below(machine, (now - old) >>> 0);
  }
  const first = (table.idents[bucket]! + delta) | 0;
  table.idents[bucket] = first + segs;
  return first;
}

/** Set the id of a packet without a socket. @linux net/ipv4/route.c */
export function __ip_select_ident(net: net, iph: iphdr, segs: number): void {
  if (net.ipv4.ip_id_seed === 0) net.ipv4.ip_id_seed = get_random_u32(net.machine) | 1;
  const hash = jhash_3words(iph.daddr, iph.saddr, iph.protocol, net.ipv4.ip_id_seed);
  iph.id = ip_idents_reserve(net, hash, segs) & 0xffff;
}

/**
 * Set the id of a packet that will become `segs` segments, from the socket's counter if it is connected.
 *
 * @linux include/net/ip.h
 */
export function ip_select_ident_segs(net: net, skb: sk_buff, sk: sock | null, segs: number): void {
  const iph = ip_hdr(skb);
  if (sk !== null && inet_sk(sk).inet_daddr !== 0) {
    const inet = inet_sk(sk);
    iph.id = inet.inet_id & 0xffff;
    inet.inet_id = (inet.inet_id + segs) & 0xffff;
    return;
  }
  if ((iph.frag_off & IP_DF) !== 0 && !skb.ignore_df) {
    // The packet is never fragmented, so the id does not matter.
    iph.id = 0;
    return;
  }
  __ip_select_ident(net, iph, segs);
}
/** Set the id of one packet. @linux include/net/ip.h */
export function ip_select_ident(net: net, skb: sk_buff, sk: sock | null): void {
  ip_select_ident_segs(net, skb, sk, 1);
}

/** Initialize the id counters with random numbers. @linux net/ipv4/route.c, ip_rt_init */
export function ip_idents_init(net: net): void {
  const table = new ip_ident_table(2048);
  for (let i = 0; i <= table.mask; i++) table.idents[i] = get_random_u32(net.machine);
  net.ipv4.ip_idents = table;
}
