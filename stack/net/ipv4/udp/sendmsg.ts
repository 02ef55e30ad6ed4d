/** Sending datagrams, in one send or assembled from several (UDP_CORK, MSG_MORE). @linux net/ipv4/udp.c */
import type { Sleeps } from '../../../include/linux/sched.ts';
import { as_sockaddr_in } from '../../../include/linux/socket.ts';
import { CHECKSUM_NONE, CHECKSUM_PARTIAL, type sk_buff } from '../../../include/linux/skbuff.ts';
import type { be16, be32 } from '../../../include/linux/types.ts';
import { udp_hdr, udp_sk, UDPHDR_LEN } from '../../../include/linux/udp.ts';
import type { msghdr } from '../../../include/linux/uio.ts';
import { dst_confirm_neigh } from '../../../include/net/dst.ts';
import { flowi4, flowi4_init_output } from '../../../include/net/flow.ts';
import { inet_cork, inet_cork_full, inet_sk, inet_sk_flowi_flags } from '../../../include/net/inet_sock.ts';
import { ipcm_cookie, ipcm_init_sk } from '../../../include/net/ip.ts';
import { IP_INC_STATS, UDP_INC_STATS } from '../../../include/net/net_namespace.ts';
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
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  ENOBUFS,
  EOPNOTSUPP,
  type Errno,
  IS_ERR,
} from '../../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_UDP, ipv4_is_multicast, SOCKADDR_IN_SIZE } from '../../../include/uapi/linux/in.ts';
import { RT_SCOPE_UNIVERSE } from '../../../include/uapi/linux/rtnetlink.ts';
import {
  IPSTATS_MIB_OUTNOROUTES,
  UDP_MIB_OUTDATAGRAMS,
  UDP_MIB_SNDBUFERRORS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  AF_INET,
  AF_UNSPEC,
  MSG_CONFIRM,
  MSG_DONTROUTE,
  MSG_MORE,
  MSG_OOB,
  MSG_PROBE,
} from '../../../include/uapi/linux/socket.ts';
import { TCP_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { csum_add, csum_partial, csum_tcpudp_magic } from '../../../lib/checksum.ts';
import { sk_dst_check, sk_dst_set } from '../../core/sock/dst.ts';
import { lock_sock, release_sock } from '../../core/sock/lock.ts';
import {
  ip_append_data,
  ip_finish_skb,
  ip_flush_pending_frames,
  ip_generic_getfrag,
  ip_make_skb,
  ip_send_skb,
  ip_wait_for_sndbuf,
} from '../ip_output/append.ts';
import { ip_cmsg_send } from '../ip_sockglue.ts';
import { ip_route_output_flow } from '../route/output.ts';

/** Leave the checksum to the device; for fragments it is computed here. @linux net/ipv4/udp.c */
export function udp4_hwcsum(skb: sk_buff, src: be32, dst: be32): void {
  const uh = udp_hdr(skb);
  const { len } = skb;
  const udp_len = len - (skb.transport_header - skb.data);
  let frags = skb.shinfo.frag_list;
  if (frags === null) {
    skb.csum_start = skb.transport_header;
    skb.csum_offset = 6;
    uh.check = ~csum_tcpudp_magic(src, dst, udp_len, IPPROTO_UDP, 0) & 0xffff;
    return;
  }
  let csum = 0;
  for (; frags !== null; frags = frags.next) csum = csum_add(csum, frags.csum);
  const headlen = skb.len - skb.data_len - (skb.transport_header - skb.data);
  csum = csum_partial(skb.head, skb.transport_header, headlen, csum);
  skb.ip_summed = CHECKSUM_NONE;
  uh.check = csum_tcpudp_magic(src, dst, udp_len, IPPROTO_UDP, csum) || 0xffff;
}

/** Write the UDP header, compute the checksum, and send. @linux net/ipv4/udp.c */
function udp_send_skb(skb: sk_buff, fl4: flowi4): Errno {
  const sk = skb.sk!;
  const net = sock_net(sk);
  const len = skb.len - (skb.transport_header - skb.data);
  const uh = udp_hdr(skb);
  uh.source = fl4.fl4_sport;
  uh.dest = fl4.fl4_dport;
  uh.len = len;
  uh.check = 0;
  if (sk.sk_no_check_tx) {
    skb.ip_summed = CHECKSUM_NONE;
  } else if (skb.ip_summed === CHECKSUM_PARTIAL) {
    udp4_hwcsum(skb, fl4.saddr, fl4.daddr);
  } else {
    let csum = csum_partial(skb.head, skb.transport_header, UDPHDR_LEN, skb.csum);
    for (let frag = skb.shinfo.frag_list; frag !== null; frag = frag.next) csum = csum_add(csum, frag.csum);
    // 0 would mean that there is no checksum (RFC 768).
    uh.check = csum_tcpudp_magic(fl4.saddr, fl4.daddr, len, IPPROTO_UDP, csum) || 0xffff;
  }

  const err = ip_send_skb(net, skb);
  if (err === 0) {
    UDP_INC_STATS(net, UDP_MIB_OUTDATAGRAMS);
  } else if (err === -ENOBUFS && !inet_sk(sk).recverr) {
    UDP_INC_STATS(net, UDP_MIB_SNDBUFERRORS);
    return 0;
  }
  return err;
}

/** Send the assembled datagram. @linux net/ipv4/udp.c */
export function udp_push_pending_frames(sk: sock): Errno {
  const up = udp_sk(sk);
  const { fl4 } = up.cork!;
  const skb = ip_finish_skb(sk, fl4);
  const err = skb === null ? 0 : udp_send_skb(skb, fl4);
  up.len = 0;
  up.pending = 0;
  return err;
}

/** Free the datagram being assembled. @linux net/ipv4/udp.c */
export function udp_flush_pending_frames(sk: sock): void {
  const up = udp_sk(sk);
  if (up.pending === 0) return;
  up.len = 0;
  up.pending = 0;
  ip_flush_pending_frames(sk);
}

/**
 * Send a datagram, or add data to one.
 *
 * @returns bytes sent, or -EMSGSIZE, -EOPNOTSUPP, -EINVAL, -EDESTADDRREQ, -EAFNOSUPPORT, -EACCES (broadcast),
 *   -ENETUNREACH, -EAGAIN, a pending error (-ECONNREFUSED)
 * @linux net/ipv4/udp.c
 */
export function* udp_sendmsg(sk: sock, msg: msghdr, len: number): Sleeps<number | Errno> {
  const up = udp_sk(sk);
  const flags = msg.msg_flags;
  const corkreq = up.corkflag || (flags & MSG_MORE) !== 0;
  if (len > 0xffff) return -EMSGSIZE;
  if ((flags & MSG_OOB) !== 0) return -EOPNOTSUPP;

  if (up.pending !== 0) {
    yield* lock_sock(sk);
    if (up.pending !== 0) {
      const err = append(sk, msg, len, new ipcm_cookie(), up.cork!.dst as rtable, corkreq);
      release_sock(sk);
      return sent(sk, len, err);
    }
    release_sock(sk);
  }

  const found = udp_route(sk, msg);
  if (IS_ERR(found)) return sent(sk, len, found);
  const { rt, ipc } = found;
  if ((flags & MSG_CONFIRM) !== 0 && (flags & MSG_PROBE) !== 0) {
    dst_confirm_neigh(rt, found.fl4.daddr);
    if (len === 0) {
      ip_rt_put(rt);
      return 0;
    }
  }

  let err = yield* ip_wait_for_sndbuf(sk, rt, ipc, len + UDPHDR_LEN, flags);
  if (err === 0) {
    if (corkreq) err = yield* begin_corked(sk, msg, len, found);
    else err = send_at_once(sk, msg, len, found);
  }
  ip_rt_put(rt);
  return sent(sk, len, err);
}

/** The common end of a send. ENOBUFS is counted: the sender is faster than its buffer drains. */
function sent(sk: sock, len: number, err: Errno): number | Errno {
  if (err === 0) return len;
  if (err === -ENOBUFS) UDP_INC_STATS(sock_net(sk), UDP_MIB_SNDBUFERRORS);
  return err;
}

/** No datagram is being assembled: the socket lock is not needed. */
function send_at_once(sk: sock, msg: msghdr, len: number, { rt, fl4, ipc }: udp_way): Errno {
  const cork = new inet_cork();
  const ulen = len + UDPHDR_LEN;
  const skb = ip_make_skb(sk, fl4, ip_generic_getfrag, msg, ulen, UDPHDR_LEN, ipc, rt, cork, msg.msg_flags);
  if (IS_ERR(skb)) return skb;
  return skb === null ? 0 : udp_send_skb(skb, fl4);
}

function* begin_corked(sk: sock, msg: msghdr, len: number, way: udp_way): Sleeps<Errno> {
  const up = udp_sk(sk);
  yield* lock_sock(sk);
  let err = -EINVAL;
  if (up.pending === 0) {
    const { fl4 } = (up.cork ??= new inet_cork_full());
    fl4.saddr = way.fl4.saddr;
    fl4.daddr = way.daddr;
    fl4.fl4_dport = way.dport;
    fl4.fl4_sport = up.inet_sport;
    up.pending = AF_INET;
    err = append(sk, msg, len, way.ipc, way.rt, true);
  }
  release_sock(sk);
  return err;
}

/** Add to the datagram; without `corkreq` this completes it. */
function append(sk: sock, msg: msghdr, len: number, ipc: ipcm_cookie, rt: rtable, corkreq: boolean): Errno {
  const up = udp_sk(sk);
  const first = sk.sk_write_queue.next === null;
  const ulen = first ? len + UDPHDR_LEN : len;
  up.len += ulen;
  const flags = corkreq ? msg.msg_flags | MSG_MORE : msg.msg_flags;
  const { fl4 } = up.cork!;
  const err = ip_append_data(sk, fl4, ip_generic_getfrag, msg, ulen, UDPHDR_LEN, ipc, rt, flags);
  if (err !== 0) udp_flush_pending_frames(sk);
  else if (!corkreq) return udp_push_pending_frames(sk);
  else if (sk.sk_write_queue.next === null) up.pending = 0;
  return err;
}

interface udp_way {
  rt: rtable;
  fl4: flowi4;
  ipc: ipcm_cookie;
  daddr: be32;
  dport: be16;
}

/**
 * Destination and source address: from the message, otherwise from the connected socket, whose route is
 * cached.
 */
function udp_route(sk: sock, msg: msghdr): udp_way | Errno {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  const usin = msg.msg_name === null ? null : as_sockaddr_in(msg.msg_name);
  let connected = false;
  let daddr = inet.inet_daddr;
  let dport = inet.inet_dport;
  if (usin !== null) {
    if (msg.msg_namelen < SOCKADDR_IN_SIZE) return -EINVAL;
    if (usin.sin_family !== AF_INET && usin.sin_family !== AF_UNSPEC) return -EAFNOSUPPORT;
    daddr = usin.sin_addr;
    dport = usin.sin_port;
    if (dport === 0) return -EINVAL;
  } else {
    if (sk.sk_state !== TCP_ESTABLISHED) return -EDESTADDRREQ;
    connected = true;
  }

  const ipc = new ipcm_cookie();
  ipcm_init_sk(ipc, sk);
  ipc.gso_size = 0;
  if (msg.msg_control.length > 0) {
    const err = ip_cmsg_send(sk, msg, ipc);
    if (err !== 0) return err;
    connected = false;
  }
  ipc.opt ??= inet.inet_opt;
  let saddr = ipc.addr;
  let faddr = daddr;
  ipc.addr = daddr;
  if (ipc.opt !== null && ipc.opt.srr !== 0) {
    if (daddr === 0) return -EINVAL;
    faddr = ipc.opt.faddr;
    connected = false;
  }
  let tos = RT_TOS(ipc.tos !== -1 ? ipc.tos : inet.tos);
  const strict = ipc.opt !== null && ipc.opt.is_strictroute;
  if (sock_flag(sk, SOCK_LOCALROUTE) || (msg.msg_flags & MSG_DONTROUTE) !== 0 || strict) {
    tos |= RTO_ONLINK;
    connected = false;
  }
  if (ipv4_is_multicast(daddr)) {
    ipc.oif ||= inet.mc_index;
    if (saddr === 0) saddr = inet.mc_addr;
    connected = false;
  } else {
    ipc.oif ||= inet.uc_index;
  }

  const kept = connected ? (sk_dst_check(sk, 0) as rtable | null) : null;
  if (kept !== null) {
    // The flow that belongs to the socket's cached route: connect() or a corked datagram stored it.
    const { fl4 } = (inet.cork ??= new inet_cork_full());
    if (ipc.addr === 0) ipc.addr = fl4.daddr;
    return { rt: kept, fl4, ipc, daddr: ipc.addr, dport };
  }
  const fl4 = new flowi4();
  const flow_flags = inet_sk_flowi_flags(sk);
  const { inet_sport } = inet;
  const scope = RT_SCOPE_UNIVERSE;
  const { sk_mark, sk_protocol, sk_uid } = sk;
  flowi4_init_output(
    fl4,
    ipc.oif,
    sk_mark,
    tos,
    scope,
    sk_protocol,
    flow_flags,
    faddr,
    saddr,
    dport,
    inet_sport,
    sk_uid,
  );
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) {
    if (rt === -ENETUNREACH) IP_INC_STATS(net, IPSTATS_MIB_OUTNOROUTES);
    return rt;
  }
  if ((rt.rt_flags & RTCF_BROADCAST) !== 0 && !sock_flag(sk, SOCK_BROADCAST)) {
    ip_rt_put(rt);
    return -EACCES;
  }
  if (connected) {
    rt.__refcnt++;
    sk_dst_set(sk, rt);
  }
  if (ipc.addr === 0) ipc.addr = fl4.daddr;
  return { rt, fl4, ipc, daddr: ipc.addr, dport };
}
