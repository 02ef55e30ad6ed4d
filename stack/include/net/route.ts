/** Asking for a route on the way out. The lookup is in net/ipv4/route/. @linux include/net/route.h */
import { ip_route_output_flow, ip_route_output_key_hash } from '../../net/ipv4/route/output.ts';
import type { be16, be32 } from '../linux/types.ts';
import { type Errno, IS_ERR } from '../uapi/asm-generic/errno.ts';
import { RT_SCOPE_LINK, RT_SCOPE_UNIVERSE } from '../uapi/linux/rtnetlink.ts';
import { flowi4, FLOWI_FLAG_ANYSRC, ip_rt_put, type rtable, RTO_ONLINK } from './dst.ts';
import { flowi4_init_output, flowi4_update_output } from './flow.ts';
import { inet_sk } from './inet_sock.ts';
import type { net } from './net_namespace.ts';
import { type sock, sock_flag, SOCK_LOCALROUTE, sock_net } from './sock.ts';

export {
  inet_iif,
  ip_rt_put,
  RTO_ONLINK,
  rt_is_input_route,
  rt_is_output_route,
  rt_nexthop,
  skb_rtable,
} from './dst.ts';
export { ip4_dst_hoplimit } from './ip.ts';

/** The bits of TOS that RFC 1349 defines. */
export function RT_TOS(tos: number): number {
  return tos & 0x1e;
}
/** What a socket's packets carry of TOS, for routing. @linux include/net/route.h */
export function ip_sock_rt_tos(sk: sock): number {
  return RT_TOS(inet_sk(sk).tos);
}
/** Direct neighbours only, or anywhere? @linux include/net/route.h */
export function ip_sock_rt_scope(sk: sock): number {
  return sock_flag(sk, SOCK_LOCALROUTE) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}
/** A socket's TOS with its SO_DONTROUTE. */
export function RT_CONN_FLAGS_TOS(sk: sock, tos: number): number {
  return RT_TOS(tos) | (sock_flag(sk, SOCK_LOCALROUTE) ? RTO_ONLINK : 0);
}
export function RT_CONN_FLAGS(sk: sock): number {
  return RT_CONN_FLAGS_TOS(sk, inet_sk(sk).tos);
}
/** FLOWI_FLAG_… that follow from a socket's options. @linux include/net/inet_sock.h, here because it is part of a question for a route */
export function inet_sk_flowi_flags(sk: sock): number {
  const inet = inet_sk(sk);
  return inet.transparent || inet.hdrincl ? FLOWI_FLAG_ANYSRC : 0;
}

/** A route for what `fl4` says, without IPsec's part. @linux include/net/route.h */
export function __ip_route_output_key(net: net, fl4: flowi4): rtable | Errno {
  return ip_route_output_key_hash(net, fl4);
}
/** A route for what `fl4` says; the source address is filled in. -ENETUNREACH, -EINVAL, … @linux include/net/route.h */
export function ip_route_output_key(net: net, fl4: flowi4): rtable | Errno {
  return ip_route_output_flow(net, fl4, null);
}
/** A route from `saddr` to `daddr`. -ENETUNREACH, -EINVAL, … @linux include/net/route.h */
export function ip_route_output(
  net: net,
  daddr: be32,
  saddr: be32,
  tos: number,
  oif: number,
): rtable | Errno {
  const fl4 = new flowi4();
  fl4.flowi4_oif = oif;
  fl4.flowi4_tos = tos;
  fl4.daddr = daddr;
  fl4.saddr = saddr;
  return ip_route_output_key(net, fl4);
}
/** A route for a packet of a socket, with all that is known of it. @linux include/net/route.h */
export function ip_route_output_ports(
  net: net,
  fl4: flowi4,
  sk: sock | null,
  daddr: be32,
  saddr: be32,
  dport: be16,
  sport: be16,
  proto: number,
  tos: number,
  oif: number,
): rtable | Errno {
  const mark = sk === null ? 0 : sk.sk_mark;
  const flags = sk === null ? 0 : inet_sk_flowi_flags(sk);
  const uid = sk === null ? 0 : sk.sk_uid;
  flowi4_init_output(fl4, oif, mark, tos, RT_SCOPE_UNIVERSE, proto, flags, daddr, saddr, dport, sport, uid);
  return ip_route_output_flow(net, fl4, sk);
}

/**
 * The route of a new connection. If the source address is open yet it is found by a first lookup; ports are not chosen
 * yet either: ip_route_newports() comes after.
 *
 * @linux include/net/route.h
 */
export function ip_route_connect(
  fl4: flowi4,
  dst: be32,
  src: be32,
  oif: number,
  protocol: number,
  sport: be16,
  dport: be16,
  sk: sock,
): rtable | Errno {
  const net = sock_net(sk);
  const flags = inet_sk(sk).transparent ? FLOWI_FLAG_ANYSRC : 0;
  const tos = ip_sock_rt_tos(sk);
  const scope = ip_sock_rt_scope(sk);
  flowi4_init_output(fl4, oif, sk.sk_mark, tos, scope, protocol, flags, dst, src, dport, sport, sk.sk_uid);
  if (dst === 0 || src === 0) {
    const rt = __ip_route_output_key(net, fl4);
    if (IS_ERR(rt)) return rt;
    ip_rt_put(rt);
    flowi4_update_output(fl4, oif, fl4.daddr, fl4.saddr);
  }
  return ip_route_output_flow(net, fl4, sk);
}

/** The ports are known now: look again if they changed, and give the old route back. @linux include/net/route.h */
export function ip_route_newports(
  fl4: flowi4,
  rt: rtable,
  orig_sport: be16,
  orig_dport: be16,
  sport: be16,
  dport: be16,
  sk: sock,
): rtable | Errno {
  if (sport === orig_sport && dport === orig_dport) return rt;
  fl4.fl4_dport = dport;
  fl4.fl4_sport = sport;
  ip_rt_put(rt);
  flowi4_update_output(fl4, sk.sk_bound_dev_if, fl4.daddr, fl4.saddr);
  return ip_route_output_flow(sock_net(sk), fl4, sk);
}
