/** Routes of connections: for a request's SYN-ACK, for the child, and again after a path MTU change. */
import type { dst_entry } from '../../../include/net/dst.ts';
import { flowi4, flowi4_init_output } from '../../../include/net/flow.ts';
import { inet_rsk, inet_sk, inet_sk_flowi_flags } from '../../../include/net/inet_sock.ts';
import { IP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { RT_CONN_FLAGS } from '../../../include/net/route.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import { RT_SCOPE_UNIVERSE } from '../../../include/uapi/linux/rtnetlink.ts';
import { IPSTATS_MIB_OUTNOROUTES } from '../../../include/uapi/linux/snmp.ts';
import { __sk_dst_check, sk_setup_caps } from '../../core/sock/dst.ts';
import { ip_route_output_flow, ip_route_output_ports } from '../route/output.ts';

/** Build the flow of a request's packets and look up its route. */
function route_request(sk: sock, fl4: flowi4, req: request_sock): dst_entry | null {
  const ireq = inet_rsk(req);
  const net = sock_net(req);
  const opt = ireq.ireq_opt;
  flowi4_init_output(
    fl4,
    ireq.ir_iif,
    ireq.ir_mark,
    RT_CONN_FLAGS(sk),
    RT_SCOPE_UNIVERSE,
    sk.sk_protocol,
    inet_sk_flowi_flags(sk),
    opt !== null && opt.srr !== 0 ? opt.faddr : ireq.ir_rmt_addr,
    ireq.ir_loc_addr,
    ireq.ir_rmt_port,
    ireq.ir_num,
    sk.sk_uid,
  );
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) {
    IP_INC_STATS(net, IPSTATS_MIB_OUTNOROUTES);
    return null;
  }
  return rt;
}

/** The route for a request's SYN-ACK; null if there is none. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_route_req(sk: sock, fl4: flowi4, req: request_sock): dst_entry | null {
  return route_request(sk, fl4, req);
}

/** The route of a child socket; null if there is none. @linux net/ipv4/inet_connection_sock.c */
export function inet_csk_route_child_sock(sk: sock, _newsk: sock, req: request_sock): dst_entry | null {
  return route_request(sk, new flowi4(), req);
}

/** Look up the connection's route again. @linux net/ipv4/inet_connection_sock.c */
function inet_csk_rebuild_route(sk: sock): dst_entry | null {
  const inet = inet_sk(sk);
  const opt = inet.inet_opt;
  const daddr = opt !== null && opt.srr !== 0 ? opt.faddr : inet.inet_daddr;
  const rt = ip_route_output_ports(
    sock_net(sk),
    new flowi4(),
    sk,
    daddr,
    inet.inet_saddr,
    inet.inet_dport,
    inet.inet_sport,
    sk.sk_protocol,
    RT_CONN_FLAGS(sk),
    sk.skc_bound_dev_if,
  );
  if (IS_ERR(rt)) return null;
  sk_setup_caps(sk, rt);
  return rt;
}

/**
 * A router reported that packets are too big: set the smaller MTU and use the route that holds it.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_update_pmtu(sk: sock, mtu: number): dst_entry | null {
  const dst = __sk_dst_check(sk, 0) ?? inet_csk_rebuild_route(sk);
  if (dst === null) return null;
  dst.ops.update_pmtu(dst, sk, null, mtu);
  return __sk_dst_check(sk, 0) ?? inet_csk_rebuild_route(sk);
}
