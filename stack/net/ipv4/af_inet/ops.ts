/**
 * The Internet family's operations by socket type, and the table of its protocols.
 *
 * @linux net/ipv4/af_inet.c
 */
import type { module } from '../../../include/linux/module.ts';
import type { net_proto_family, proto_ops } from '../../../include/linux/net.ts';
import { IPPROTO_ICMP, IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP } from '../../../include/uapi/linux/in.ts';
import { PF_INET, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from '../../../include/uapi/linux/socket.ts';
import { datagram_poll } from '../../core/datagram.ts';
import {
  sock_common_getsockopt,
  sock_common_setsockopt,
  sock_no_accept,
  sock_no_listen,
} from '../../core/sock/defaults.ts';
import { sk_set_peek_off } from '../../core/sock/queue.ts';
import { ping_prot } from '../ping.ts';
import { raw_prot } from '../raw/prot.ts';
import { tcp_poll } from '../tcp/poll.ts';
import { tcp_set_rcvlowat } from '../tcp/recvmsg.ts';
import { tcp_prot } from '../tcp_ipv4/prot.ts';
import { udp_prot } from '../udp/prot.ts';
import { udp_poll } from '../udp/recvmsg.ts';
import {
  inet_create,
  type inet_protosw,
  INET_PROTOSW_ICSK,
  INET_PROTOSW_PERMANENT,
  INET_PROTOSW_REUSE,
} from './create.ts';
import {
  inet_bind,
  inet_dgram_connect,
  inet_getname,
  inet_ioctl,
  inet_recvmsg,
  inet_release,
  inet_sendmsg,
  inet_shutdown,
} from './socket.ts';
import { inet_accept, inet_listen, inet_stream_connect } from './stream.ts';

/** The operations that all three socket types share. */
function common_ops(owner: module) {
  return {
    family: PF_INET,
    owner,
    release: inet_release,
    bind: inet_bind,
    getname: inet_getname,
    ioctl: inet_ioctl,
    shutdown: inet_shutdown,
    setsockopt: sock_common_setsockopt,
    getsockopt: sock_common_getsockopt,
    sendmsg: inet_sendmsg,
    recvmsg: inet_recvmsg,
  } satisfies Partial<proto_ops>;
}

/** TCP. @linux net/ipv4/af_inet.c */
export function inet_stream_ops(owner: module): proto_ops {
  return {
    ...common_ops(owner),
    name: 'inet_stream_ops',
    connect: inet_stream_connect,
    accept: inet_accept,
    listen: inet_listen,
    poll: tcp_poll,
    set_rcvlowat: tcp_set_rcvlowat,
  };
}
/** UDP, and ping. @linux net/ipv4/af_inet.c */
export function inet_dgram_ops(owner: module): proto_ops {
  return {
    ...common_ops(owner),
    name: 'inet_dgram_ops',
    connect: inet_dgram_connect,
    accept: sock_no_accept,
    listen: sock_no_listen,
    poll: udp_poll,
    set_peek_off: sk_set_peek_off,
  };
}
/** Raw IP: datagrams without a port. @linux net/ipv4/af_inet.c */
export function inet_sockraw_ops(owner: module): proto_ops {
  return {
    ...common_ops(owner),
    name: 'inet_sockraw_ops',
    connect: inet_dgram_connect,
    accept: sock_no_accept,
    listen: sock_no_listen,
    poll: datagram_poll,
  };
}

/** The entries that inet_init() registers, in this order. @linux net/ipv4/af_inet.c */
export function inetsw_array(owner: module): inet_protosw[] {
  const dgram_ops = inet_dgram_ops(owner);
  const sockraw_ops = inet_sockraw_ops(owner);
  return [
    {
      type: SOCK_STREAM,
      protocol: IPPROTO_TCP,
      prot: tcp_prot,
      ops: inet_stream_ops(owner),
      flags: INET_PROTOSW_PERMANENT | INET_PROTOSW_ICSK,
    },
    {
      type: SOCK_DGRAM,
      protocol: IPPROTO_UDP,
      prot: udp_prot,
      ops: dgram_ops,
      flags: INET_PROTOSW_PERMANENT,
    },
    {
      type: SOCK_DGRAM,
      protocol: IPPROTO_ICMP,
      prot: ping_prot,
      ops: sockraw_ops,
      flags: INET_PROTOSW_REUSE,
    },
    // The wildcard: any protocol.
    { type: SOCK_RAW, protocol: IPPROTO_IP, prot: raw_prot, ops: sockraw_ops, flags: INET_PROTOSW_REUSE },
  ];
}

/** The Internet family. @linux net/ipv4/af_inet.c */
export function inet_family_ops(owner: module): net_proto_family {
  return { family: PF_INET, create: inet_create, owner };
}
