/** Packets and ICMP errors for raw sockets: matching, queuing and reading. @linux net/ipv4/raw.c */
import { NET_RX_DROP, NET_RX_SUCCESS } from '../../../include/linux/netdevice.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { be32 } from '../../../include/linux/types.ts';
import type { msghdr } from '../../../include/linux/uio.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { ip_hdr, iphdr } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { raw_sk } from '../../../include/net/raw.ts';
import { inet_iif } from '../../../include/net/route.ts';
import type { sock } from '../../../include/net/sock.ts';
import {
  EHOSTUNREACH,
  EMSGSIZE,
  EOPNOTSUPP,
  EPROTO,
  type Errno,
  IS_ERR,
} from '../../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  icmphdr,
  NR_ICMP_UNREACH,
} from '../../../include/uapi/linux/icmp.ts';
import {
  IP_PMTUDISC_DONT,
  IPPROTO_ICMP,
  sockaddr_in,
  SOCKADDR_IN_SIZE,
} from '../../../include/uapi/linux/in.ts';
import { AF_INET, MSG_ERRQUEUE, MSG_OOB, MSG_TRUNC } from '../../../include/uapi/linux/socket.ts';
import { TCP_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { skb_copy_datagram_msg, skb_free_datagram, skb_recv_datagram } from '../../core/datagram.ts';
import { kfree_skb_reason, skb_clone, skb_push } from '../../core/skbuff/alloc.ts';
import { pskb_may_pull } from '../../core/skbuff/data.ts';
import { sk_error_report } from '../../core/sock/defaults.ts';
import { sock_queue_rcv_skb_reason } from '../../core/sock/queue.ts';
import { icmp_err_convert } from '../icmp/rcv.ts';
import { ip_cmsg_recv, ip_icmp_error, ip_recv_error, ipv4_pktinfo_prepare } from '../ip_sockglue.ts';
import { ipv4_sk_redirect, ipv4_sk_update_pmtu } from '../route/exception.ts';

/** Whether a packet of this protocol, between these addresses, is for this socket. @linux net/ipv4/raw.c */
function raw_v4_match(sk: sock, num: number, raddr: be32, laddr: be32, dif: number): boolean {
  const inet = inet_sk(sk);
  return (
    inet.inet_num === num &&
    (inet.inet_daddr === 0 || inet.inet_daddr === raddr) &&
    (inet.inet_rcv_saddr === 0 || inet.inet_rcv_saddr === laddr) &&
    (sk.sk_bound_dev_if === 0 || sk.sk_bound_dev_if === dif)
  );
}

/** Whether the socket rejects ICMP messages of this type (ICMP_FILTER). @linux net/ipv4/raw.c */
function icmp_filter(sk: sock, skb: sk_buff): boolean {
  if (!pskb_may_pull(skb, skb.transport_header - skb.data + 8)) return true;
  const type = skb.head[skb.transport_header]!;
  return type < 32 && ((1 << type) & raw_sk(sk).filter) !== 0;
}

/** Deliver a copy to each raw socket of the protocol. @returns whether there was any @linux net/ipv4/raw.c */
export function raw_local_deliver(net: net, skb: sk_buff, protocol: number): boolean {
  const hlist = net.ipv4.raw_v4_hashinfo.ht[protocol] ?? null;
  return hlist !== null && hlist.length > 0 && raw_v4_input(skb, hlist);
}

function raw_v4_input(skb: sk_buff, hlist: readonly sock[]): boolean {
  const iph = ip_hdr(skb);
  const { saddr, daddr, protocol } = iph;
  const dif = inet_iif(skb);
  let delivered = false;
  for (const sk of hlist) {
    if (!raw_v4_match(sk, protocol, saddr, daddr, dif)) continue;
    delivered = true;
    if (protocol === IPPROTO_ICMP && icmp_filter(sk, skb)) continue;
    raw_rcv(sk, skb_clone(skb));
  }
  return delivered;
}

/** Queue a packet for a raw socket, with its IP header. @linux net/ipv4/raw.c */
export function raw_rcv(sk: sock, skb: sk_buff): number {
  skb_push(skb, skb.data - skb.network_header);
  return raw_rcv_skb(sk, skb);
}

/** As raw_rcv(), also for packets in the backlog. @linux net/ipv4/raw.c */
export function raw_rcv_skb(sk: sock, skb: sk_buff): number {
  ipv4_pktinfo_prepare(sk, skb);
  const { err, reason } = sock_queue_rcv_skb_reason(sk, skb);
  if (err < 0) {
    kfree_skb_reason(skb, reason);
    return NET_RX_DROP;
  }
  return NET_RX_SUCCESS;
}

function raw_err(sk: sock, skb: sk_buff, info: number): void {
  const inet = inet_sk(sk);
  const { type, code } = new icmphdr(skb.head, skb.transport_header);
  if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) {
    ipv4_sk_update_pmtu(skb, sk, info);
  } else if (type === ICMP_REDIRECT) {
    ipv4_sk_redirect(skb, sk);
    return;
  }
  // Reported if the user asked for errors (IP_RECVERR) or the socket is connected: otherwise the user could
  // not tell which packet failed.
  if (!inet.recverr && sk.sk_state !== TCP_ESTABLISHED) return;

  let err = EHOSTUNREACH;
  let harderr = false;
  switch (type) {
    case ICMP_SOURCE_QUENCH:
      return;
    case ICMP_PARAMETERPROB:
      err = EPROTO;
      harderr = true;
      break;
    case ICMP_DEST_UNREACH:
      if (code === ICMP_FRAG_NEEDED) {
        harderr = inet.pmtudisc !== IP_PMTUDISC_DONT;
        err = EMSGSIZE;
      } else if (code <= NR_ICMP_UNREACH) {
        err = icmp_err_convert[code]!.errno;
        harderr = icmp_err_convert[code]!.fatal;
      }
  }
  if (inet.recverr) {
    const header = inet.hdrincl ? 0 : new iphdr(skb.head, skb.data).ihl * 4;
    ip_icmp_error(sk, skb, err, 0, info, skb.data + header);
  }
  if (inet.recverr || harderr) {
    sk.sk_err = err;
    sk_error_report(sk);
  }
}

/**
 * An ICMP error about a packet of this protocol: notify every raw socket that may have sent it.
 *
 * @linux net/ipv4/raw.c
 */
export function raw_icmp_error(skb: sk_buff, protocol: number, info: number): void {
  const dev = skb.dev!;
  const iph = new iphdr(skb.head, skb.data);
  for (const sk of dev.nd_net.ipv4.raw_v4_hashinfo.ht[protocol] ?? []) {
    if (raw_v4_match(sk, iph.protocol, iph.daddr, iph.saddr, dev.ifindex)) raw_err(sk, skb, info);
  }
}

/** Read the next packet, starting at its IP header. @linux net/ipv4/raw.c */
export function* raw_recvmsg(sk: sock, msg: msghdr, len: number, flags: number): Sleeps<number | Errno> {
  if ((flags & MSG_OOB) !== 0) return -EOPNOTSUPP;
  if ((flags & MSG_ERRQUEUE) !== 0) return ip_recv_error(sk, msg, len);
  const skb = yield* skb_recv_datagram(sk, flags);
  if (skb === null) return 0;
  if (IS_ERR(skb)) return skb;
  let copied = skb.len;
  if (len < copied) {
    msg.msg_flags |= MSG_TRUNC;
    copied = len;
  }
  const err = skb_copy_datagram_msg(skb, 0, msg, copied);
  if (err === 0) {
    msg.msg_name = new sockaddr_in(AF_INET, 0, ip_hdr(skb).saddr);
    msg.msg_namelen = SOCKADDR_IN_SIZE;
    if (inet_sk(sk).cmsg_flags !== 0) ip_cmsg_recv(msg, sk, skb);
    if ((flags & MSG_TRUNC) !== 0) copied = skb.len;
  }
  skb_free_datagram(sk, skb);
  return err === 0 ? copied : err;
}
