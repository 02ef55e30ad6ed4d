/** Sending on raw sockets: with a header supplied by the user, or written by IP. @linux net/ipv4/raw.c */
import { ETH_P_IP } from '../../../include/linux/netdevice.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import { as_sockaddr_in } from '../../../include/linux/socket.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  type sk_buff,
  skb_reset_network_header,
} from '../../../include/linux/skbuff.ts';
import { copy_from_iter, type msghdr } from '../../../include/linux/uio.ts';
import { dst_output } from '../../../include/net/dst.ts';
import { flowi4, flowi4_init_output, FLOWI_FLAG_KNOWN_NH } from '../../../include/net/flow.ts';
import { inet_sk, inet_sk_flowi_flags } from '../../../include/net/inet_sock.ts';
import { ip_hdr, ipcm_cookie, ipcm_init_sk, IPHDR_LEN } from '../../../include/net/ip.ts';
import { IP_INC_STATS } from '../../../include/net/net_namespace.ts';
import { ip_rt_put, RT_TOS, type rtable, RTCF_BROADCAST, RTO_ONLINK } from '../../../include/net/route.ts';
import {
  type sock,
  SOCK_BROADCAST,
  sock_flag,
  SOCK_LOCALROUTE,
  sock_net,
} from '../../../include/net/sock.ts';
import {
  EACCES,
  EAFNOSUPPORT,
  EDESTADDRREQ,
  EFAULT,
  EINVAL,
  EMSGSIZE,
  ENOBUFS,
  EOPNOTSUPP,
  type Errno,
  IS_ERR,
} from '../../../include/uapi/asm-generic/errno.ts';
import { ICMPHDR_LEN } from '../../../include/uapi/linux/icmp.ts';
import {
  IPPROTO_ICMP,
  IPPROTO_RAW,
  ipv4_is_multicast,
  SOCKADDR_IN_SIZE,
} from '../../../include/uapi/linux/in.ts';
import { RT_SCOPE_UNIVERSE } from '../../../include/uapi/linux/rtnetlink.ts';
import { IPSTATS_MIB_OUTDISCARDS } from '../../../include/uapi/linux/snmp.ts';
import {
  AF_INET,
  AF_UNSPEC,
  MSG_CONFIRM,
  MSG_DONTROUTE,
  MSG_DONTWAIT,
  MSG_MORE,
  MSG_OOB,
  MSG_PROBE,
} from '../../../include/uapi/linux/socket.ts';
import { TCP_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { pr_info_once } from '../../../kernel/printk.ts';
import { csum_block_add, csum_partial, ip_fast_csum } from '../../../lib/checksum.ts';
import { kfree_skb, skb_dst_set, skb_put, skb_reserve } from '../../core/skbuff/alloc.ts';
import { lock_sock, release_sock } from '../../core/sock/lock.ts';
import { sock_alloc_send_skb } from '../../core/sock/queue.ts';
import { icmp_out_count } from '../icmp/send.ts';
import {
  ip_append_data,
  ip_flush_pending_frames,
  ip_generic_getfrag,
  ip_push_pending_frames,
  net_xmit_errno,
} from '../ip_output/append.ts';
import { LL_RESERVED_SPACE } from '../ip_output/output.ts';
import { ip_cmsg_send, ip_local_error } from '../ip_sockglue.ts';
import { ip_select_ident } from '../route/ident.ts';
import { ip_route_output_flow } from '../route/output.ts';

/**
 * Send a packet with the user's IP header (IP_HDRINCL): IP fills in length, checksum, and a missing source
 * address or id, and leaves the rest unchanged.
 *
 * @linux net/ipv4/raw.c
 */
function* raw_send_hdrinc(
  sk: sock,
  fl4: flowi4,
  msg: msghdr,
  length: number,
  rt: rtable,
  flags: number,
): Sleeps<Errno> {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  if (length > rt.dev.mtu) {
    ip_local_error(sk, EMSGSIZE, fl4.daddr, inet.inet_dport, rt.dev.mtu);
    return -EMSGSIZE;
  }
  if (length < IPHDR_LEN) return -EINVAL;
  if ((flags & MSG_PROBE) !== 0) return 0;

  const hlen = LL_RESERVED_SPACE(rt.dev);
  const size = length + hlen + rt.dev.needed_tailroom + 15;
  const skb = yield* sock_alloc_send_skb(sk, size, (flags & MSG_DONTWAIT) !== 0);
  if (IS_ERR(skb)) return hdrinc_failed(sk, skb);
  skb_reserve(skb, hlen);
  skb.protocol = ETH_P_IP;
  skb.priority = sk.sk_priority;
  skb.mark = sk.sk_mark;
  rt.__refcnt++;
  skb_dst_set(skb, rt);
  skb_reset_network_header(skb);
  skb_put(skb, length);
  skb.ip_summed = CHECKSUM_NONE;
  if ((flags & MSG_CONFIRM) !== 0) skb.dst_pending_confirm = true;
  skb.transport_header = skb.network_header;

  const iph = ip_hdr(skb);
  const copied = copy_from_iter(skb.head, skb.network_header, length, msg.msg_iter) === length;
  const iphlen = iph.ihl * 4;
  if (!copied || iphlen > length || iphlen < IPHDR_LEN) {
    kfree_skb(skb);
    return hdrinc_failed(sk, copied ? -EINVAL : -EFAULT);
  }
  if (iph.saddr === 0) iph.saddr = fl4.saddr;
  iph.check = 0;
  iph.tot_len = length;
  if (iph.id === 0) ip_select_ident(net, skb, null);
  iph.check = ip_fast_csum(iph.bytes, iph.at, iph.ihl);
  skb.transport_header += iphlen;
  if (iph.protocol === IPPROTO_ICMP && length >= iphlen + ICMPHDR_LEN) {
    icmp_out_count(net, skb.head[skb.transport_header]!);
  }
  let err = dst_output(net, sk, skb);
  if (err > 0) err = net_xmit_errno(err);
  return err === 0 ? 0 : hdrinc_failed(sk, err);
}

function hdrinc_failed(sk: sock, err: Errno): Errno {
  IP_INC_STATS(sock_net(sk), IPSTATS_MIB_OUTDISCARDS);
  return err === -ENOBUFS && !inet_sk(sk).recverr ? 0 : err;
}

/**
 * A message being sent: its first bytes, read ahead for routing, then the rest.
 *
 * @linux struct raw_frag_vec
 */
class raw_frag_vec {
  msg: msghdr;
  hdr = new Uint8Array(2);
  hlen = 0;
  constructor(msg: msghdr) {
    this.msg = msg;
  }
}

/**
 * ICMP's type and code are part of the route lookup's key. -EFAULT: the message has fewer than two bytes.
 *
 * @linux net/ipv4/raw.c
 */
function raw_probe_proto_opt(rfv: raw_frag_vec, fl4: flowi4): Errno {
  if (fl4.flowi4_proto !== IPPROTO_ICMP) return 0;
  rfv.hlen = 2;
  if (copy_from_iter(rfv.hdr, 0, 2, rfv.msg.msg_iter) !== 2) return -EFAULT;
  fl4.fl4_icmp_type = rfv.hdr[0]!;
  fl4.fl4_icmp_code = rfv.hdr[1]!;
  return 0;
}

function raw_getfrag(
  rfv: raw_frag_vec,
  to: Uint8Array,
  start: number,
  first_offset: number,
  length: number,
  first_odd: number,
  skb: sk_buff,
): Errno {
  let at = start;
  let offset = first_offset;
  let len = length;
  let odd = first_odd;
  if (offset < rfv.hlen) {
    const copy = Math.min(rfv.hlen - offset, len);
    to.set(rfv.hdr.subarray(offset, offset + copy), at);
    if (skb.ip_summed !== CHECKSUM_PARTIAL)
      skb.csum = csum_block_add(skb.csum, csum_partial(to, at, copy, 0), odd);
    odd = 0;
    offset += copy;
    at += copy;
    len -= copy;
    if (len === 0) return 0;
  }
  return ip_generic_getfrag(rfv.msg, to, at, offset - rfv.hlen, len, odd, skb);
}

/**
 * Send a packet of the socket's protocol: with IP_HDRINCL the data begins with the IP header, otherwise with
 * the payload after it.
 *
 * @returns bytes sent, or -EMSGSIZE, -EOPNOTSUPP, -EAFNOSUPPORT, -EDESTADDRREQ, -EINVAL, -EACCES, -ENETUNREACH, …
 * @linux net/ipv4/raw.c
 */
export function* raw_sendmsg(sk: sock, msg: msghdr, len: number): Sleeps<number | Errno> {
  const inet = inet_sk(sk);
  const { hdrincl } = inet;
  const flags = msg.msg_flags;
  if (len > 0xffff) return -EMSGSIZE;
  if ((flags & MSG_OOB) !== 0) return -EOPNOTSUPP;

  const ipc = new ipcm_cookie();
  const fl4 = new flowi4();
  const rfv = new raw_frag_vec(msg);
  const rt = raw_route(sk, msg, ipc, fl4, rfv);
  if (IS_ERR(rt)) return rt;

  let err: Errno;
  if (hdrincl) {
    err = yield* raw_send_hdrinc(sk, fl4, msg, len, rt, flags);
  } else {
    if (ipc.addr === 0) ipc.addr = fl4.daddr;
    yield* lock_sock(sk);
    err = ip_append_data(sk, fl4, raw_getfrag, rfv, len, 0, ipc, rt, flags);
    if (err !== 0) {
      ip_flush_pending_frames(sk);
    } else if ((flags & MSG_MORE) === 0) {
      err = ip_push_pending_frames(sk, fl4);
      if (err === -ENOBUFS && !inet.recverr) err = 0;
    }
    release_sock(sk);
  }
  ip_rt_put(rt);
  return err < 0 ? err : len;
}

function raw_route(sk: sock, msg: msghdr, ipc: ipcm_cookie, fl4: flowi4, rfv: raw_frag_vec): rtable | Errno {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  const { hdrincl } = inet;
  const usin = msg.msg_name === null ? null : as_sockaddr_in(msg.msg_name);
  let daddr = inet.inet_daddr;
  if (usin !== null) {
    if (msg.msg_namelen < SOCKADDR_IN_SIZE) return -EINVAL;
    if (usin.sin_family !== AF_INET) {
      const { comm } = net.machine.current;
      pr_info_once(net.machine, 'raw_sendmsg', `raw_sendmsg: ${comm} forgot to set AF_INET. Fix it!`);
      if (usin.sin_family !== AF_UNSPEC) return -EAFNOSUPPORT;
    }
    daddr = usin.sin_addr;
  } else if (sk.sk_state !== TCP_ESTABLISHED) {
    return -EDESTADDRREQ;
  }

  ipcm_init_sk(ipc, sk);
  if (hdrincl) ipc.protocol = IPPROTO_RAW;
  if (msg.msg_control.length > 0) {
    const err = ip_cmsg_send(sk, msg, ipc);
    if (err !== 0) return err;
  }
  let saddr = ipc.addr;
  ipc.addr = daddr;
  ipc.opt ??= inet.inet_opt;
  if (ipc.opt !== null) {
    // With IP_HDRINCL the caller supplies the header, options included.
    if (hdrincl) return -EINVAL;
    if (ipc.opt.srr !== 0) {
      if (daddr === 0) return -EINVAL;
      daddr = ipc.opt.faddr;
    }
  }
  let tos = RT_TOS(ipc.tos !== -1 ? ipc.tos : inet.tos);
  if (sock_flag(sk, SOCK_LOCALROUTE) || (msg.msg_flags & MSG_DONTROUTE) !== 0) tos |= RTO_ONLINK;
  if (ipv4_is_multicast(daddr)) {
    ipc.oif ||= inet.mc_index;
    if (saddr === 0) saddr = inet.mc_addr;
  } else {
    ipc.oif ||= inet.uc_index;
  }
  const protocol = hdrincl ? ipc.protocol : sk.sk_protocol;
  const flow_flags = inet_sk_flowi_flags(sk) | (hdrincl ? FLOWI_FLAG_KNOWN_NH : 0);
  const scope = RT_SCOPE_UNIVERSE;
  flowi4_init_output(
    fl4,
    ipc.oif,
    sk.sk_mark,
    tos,
    scope,
    protocol,
    flow_flags,
    daddr,
    saddr,
    0,
    0,
    sk.sk_uid,
  );
  if (!hdrincl) {
    const err = raw_probe_proto_opt(rfv, fl4);
    if (err !== 0) return err;
  }
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) return rt;
  if ((rt.rt_flags & RTCF_BROADCAST) !== 0 && !sock_flag(sk, SOCK_BROADCAST)) {
    ip_rt_put(rt);
    return -EACCES;
  }
  return rt;
}
