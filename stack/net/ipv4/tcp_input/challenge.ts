/** Challenge ACKs: what may be a forged SYN or RST is answered, and believed only if the peer insists (RFC 5961). @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_rsk, tcp_sk } from '../../../include/linux/tcp.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  LINUX_MIB_TCPACKSKIPPEDCHALLENGE,
  LINUX_MIB_TCPCHALLENGEACK,
} from '../../../include/uapi/linux/snmp.ts';
import { tcp_send_ack } from '../tcp_output/ack.ts';
import { __tcp_oow_rate_limited, tcp_challenge_ack_allowed } from './ratelimit.ts';

/** Send a challenge ACK, unless the connection or the host just sent some. @linux net/ipv4/tcp_input.c */
export function tcp_send_challenge_ack(sk: sock): void {
  const net = sock_net(sk);
  if (__tcp_oow_rate_limited(net, LINUX_MIB_TCPACKSKIPPEDCHALLENGE, tcp_sk(sk))) return;
  if (!tcp_challenge_ack_allowed(net)) return;
  NET_INC_STATS(net, LINUX_MIB_TCPCHALLENGEACK);
  tcp_send_ack(sk);
}

/** The same for a connection request. @linux net/ipv4/tcp_input.c */
export function tcp_reqsk_send_challenge_ack(sk: sock, skb: sk_buff, req: request_sock): void {
  const net = sock_net(sk);
  if (__tcp_oow_rate_limited(net, LINUX_MIB_TCPACKSKIPPEDCHALLENGE, tcp_rsk(req))) return;
  if (!tcp_challenge_ack_allowed(net)) return;
  NET_INC_STATS(net, LINUX_MIB_TCPCHALLENGEACK);
  req.rsk_ops.send_ack(sk, skb, req);
}
