/** The route of a connection, looked up anew. Apart from the rest of the folder, which is above the protocols. @linux net/ipv4/af_inet.c */
import { flowi4 } from '../../../include/net/dst.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { ip_route_output_ports, RT_CONN_FLAGS } from '../../../include/net/route.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { IS_ERR, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { __sk_dst_check, sk_setup_caps } from '../../core/sock/dst.ts';

/**
 * See that the socket has a valid route.
 *
 * @returns 0, or the routing table's errno
 * @linux net/ipv4/af_inet.c
 */
export function inet_sk_rebuild_header(sk: sock): Errno {
  if (__sk_dst_check(sk, 0) !== null) return 0;
  const inet = inet_sk(sk);
  const daddr = inet.inet_opt !== null && inet.inet_opt.srr !== 0 ? inet.inet_opt.faddr : inet.inet_daddr;
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
    sk.sk_bound_dev_if,
  );
  if (!IS_ERR(rt)) {
    sk_setup_caps(sk, rt);
    return 0;
  }
  sk.sk_route_caps = 0;
  // With net.ipv4.ip_dynaddr Linux would pick another source address for a SYN here; that is for dial-up lines.
  sk.sk_err_soft = -rt;
  return rt;
}
