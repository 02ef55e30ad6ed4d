/** From which range local ports are picked: net.ipv4.ip_local_port_range, narrowed by IP_LOCAL_PORT_RANGE. */
import { inet_sk } from '../../../include/net/inet_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';

/** Lowest and highest port of net.ipv4.ip_local_port_range. @linux net/ipv4/inet_connection_sock.c */
export function inet_get_local_port_range(net: net): [low: number, high: number] {
  const [low, high] = net.ipv4.ip_local_ports;
  return [low!, high!];
}

/** The same for one socket: IP_LOCAL_PORT_RANGE may narrow it, never widen it. @linux net/ipv4/inet_connection_sock.c */
export function inet_sk_get_local_port_range(sk: sock): [low: number, high: number] {
  let [low, high] = inet_get_local_port_range(sock_net(sk));
  const { local_port_range_lo: sk_low, local_port_range_hi: sk_high } = inet_sk(sk);
  if (low <= sk_low && sk_low <= high) low = sk_low;
  if (low <= sk_high && sk_high <= high) high = sk_high;
  return [low, high];
}
