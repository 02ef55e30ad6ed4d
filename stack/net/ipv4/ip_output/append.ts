/**
 * Building datagrams from the user's data, in one or several sends (MSG_MORE): UDP, raw, ping, ICMP, and
 * replies without a socket.
 *
 * @linux net/ipv4/ip_output.c
 */
import { NET_XMIT_CN, NETIF_F_HW_CSUM, NETIF_F_SG } from '../../../include/linux/netdevice.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  MAX_SKB_FRAGS,
  type sk_buff,
  sk_buff_head,
  skb_peek_tail,
  skb_tailroom,
} from '../../../include/linux/skbuff.ts';
import { copy_from_iter, type msghdr } from '../../../include/linux/uio.ts';
import { dst_mtu, dst_release } from '../../../include/net/dst.ts';
import { type flowi4, FLOWI_FLAG_KNOWN_NH } from '../../../include/net/flow.ts';
import { type inet_cork, inet_cork_full, inet_sk, IPCORK_OPT } from '../../../include/net/inet_sock.ts';
import {
  IP_DF,
  ip_dont_fragment,
  ip_hdr,
  IP_MAX_MTU,
  ip_sk_ignore_df,
  ip_sk_use_pmtu,
  type ipcm_cookie,
  IPHDR_LEN,
  IPV4_MIN_MTU,
} from '../../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../../include/net/net_namespace.ts';
import { ip4_dst_hoplimit, type rtable } from '../../../include/net/route.ts';
import { SEND_SHUTDOWN, sk_wmem_alloc_get, type sock, sock_net } from '../../../include/net/sock.ts';
import {
  EFAULT,
  EMSGSIZE,
  ENETUNREACH,
  ENOBUFS,
  type Errno,
  IS_ERR,
} from '../../../include/uapi/asm-generic/errno.ts';
import { IP_PMTUDISC_DO, IP_PMTUDISC_PROBE, IPPROTO_ICMP } from '../../../include/uapi/linux/in.ts';
import { RTN_MULTICAST } from '../../../include/uapi/linux/rtnetlink.ts';
import { IPSTATS_MIB_OUTDISCARDS } from '../../../include/uapi/linux/snmp.ts';
import {
  MSG_CONFIRM,
  MSG_DONTWAIT,
  MSG_MORE,
  MSG_PROBE,
  SOCK_RAW,
} from '../../../include/uapi/linux/socket.ts';
import { csum_block_add, csum_partial, csum_sub } from '../../../lib/checksum.ts';
import {
  __skb_pull,
  alloc_skb,
  consume_skb,
  get_page,
  kfree_skb,
  skb_dst_set,
  skb_fill_page_desc,
  skb_put,
  skb_reserve,
} from '../../core/skbuff/alloc.ts';
import { pskb_trim, skb_copy_bits, skb_trim } from '../../core/skbuff/data.ts';
import { __skb_dequeue, __skb_dequeue_tail, __skb_queue_tail } from '../../core/skbuff/queue.ts';
import { sk_page_frag, sk_page_frag_refill, sock_wfree } from '../../core/sock/memory.ts';
import { sock_alloc_send_skb } from '../../core/sock/queue.ts';
import { icmp_out_count } from '../icmp/send.ts';
import { ip_options_build } from '../ip_options.ts';
import { ip_local_error } from '../ip_sockglue.ts';
import { ip_select_ident } from '../route/ident.ts';
import { ip_local_out, LL_RESERVED_SPACE } from './output.ts';

/**
 * Copies the next `len` bytes of the data (at `offset`) to `at`, and adds them to skb.csum unless the device
 * computes the checksum.
 */
export type getfrag_t<From> = (
  from: From,
  to: Uint8Array,
  at: number,
  offset: number,
  len: number,
  odd: number,
  skb: sk_buff,
) => Errno;

/** Copies from the user's buffer. -EFAULT: the buffer is too short. @linux net/ipv4/ip_output.c */
export function ip_generic_getfrag(
  msg: msghdr,
  to: Uint8Array,
  at: number,
  _offset: number,
  len: number,
  odd: number,
  skb: sk_buff,
): Errno {
  if (copy_from_iter(to, at, len, msg.msg_iter) !== len) return -EFAULT;
  if (skb.ip_summed !== CHECKSUM_PARTIAL)
    skb.csum = csum_block_add(skb.csum, csum_partial(to, at, len, 0), odd);
  return 0;
}

/**
 * Wait until the send buffer has room. In Linux sock_alloc_send_skb() does this within ip_append_data(). It
 * is separate here, so that ip_append_data() can run in softirq. It does not wait for a datagram that is too
 * long: that error takes precedence.
 *
 * @param length bytes after the IP header
 * @returns 0, a pending error, -EPIPE, -EAGAIN, -ERESTARTSYS
 */
export function* ip_wait_for_sndbuf(
  sk: sock,
  rt: rtable,
  ipc: ipcm_cookie,
  length: number,
  flags: number,
): Sleeps<Errno> {
  const mtu = ip_sk_use_pmtu(sk) ? dst_mtu(rt) : rt.dev.mtu;
  const fragheaderlen = IPHDR_LEN + (ipc.opt === null ? 0 : ipc.opt.optlen);
  if (length > (ip_sk_ignore_df(sk) ? IP_MAX_MTU : mtu) - fragheaderlen) return 0;
  const room = sk_wmem_alloc_get(sk) < sk.sk_sndbuf;
  if (room && sk.sk_err === 0 && (sk.sk_shutdown & SEND_SHUTDOWN) === 0) return 0;
  const skb = yield* sock_alloc_send_skb(sk, 0, (flags & MSG_DONTWAIT) !== 0);
  if (IS_ERR(skb)) return skb;
  consume_skb(skb);
  return 0;
}

/**
 * Start a datagram: store route, options and MTU. -ENETUNREACH: the MTU is too small for IP.
 *
 * @linux net/ipv4/ip_output.c
 */
function ip_setup_cork(sk: sock, cork: inet_cork, ipc: ipcm_cookie, rt: rtable): Errno {
  cork.fragsize = ip_sk_use_pmtu(sk) ? dst_mtu(rt) : rt.dev.mtu;
  if (cork.fragsize < IPV4_MIN_MTU) return -ENETUNREACH;
  if (ipc.opt !== null) {
    cork.opt = ipc.opt;
    cork.flags |= IPCORK_OPT;
    cork.addr = ipc.addr;
  }
  cork.gso_size = ipc.gso_size;
  cork.dst = rt;
  cork.length = 0;
  cork.ttl = ipc.ttl;
  cork.tos = ipc.tos;
  cork.mark = sk.sk_mark;
  cork.priority = sk.sk_priority;
  return 0;
}

function __ip_append_data<From>(
  sk: sock,
  fl4: flowi4,
  queue: sk_buff_head,
  cork: inet_cork,
  getfrag: getfrag_t<From>,
  from: From,
  total_length: number,
  first_transhdrlen: number,
  flags: number,
): Errno {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  const rt = cork.dst as rtable;
  const { features } = rt.dev;
  const optlen = cork.opt === null ? 0 : cork.opt.optlen;
  const mtu = cork.gso_size !== 0 ? IP_MAX_MTU : cork.fragsize;
  const hh_len = LL_RESERVED_SPACE(rt.dev);
  const fragheaderlen = IPHDR_LEN + optlen;
  const maxfraglen = ((mtu - fragheaderlen) & ~7) + fragheaderlen;
  const maxnonfragsize = ip_sk_ignore_df(sk) ? IP_MAX_MTU : mtu;
  let length = total_length;
  let transhdrlen = first_transhdrlen;
  let offset = 0;

  if (cork.length + length > maxnonfragsize - fragheaderlen) {
    ip_local_error(sk, EMSGSIZE, fl4.daddr, inet.inet_dport, mtu - optlen);
    return -EMSGSIZE;
  }
  // The first fragment will be the only one: the device may compute the checksum.
  let csummode = CHECKSUM_NONE;
  const one_fragment = transhdrlen !== 0 && length + fragheaderlen <= mtu;
  if (
    one_fragment &&
    (features & NETIF_F_HW_CSUM) !== 0 &&
    ((flags & MSG_MORE) === 0 || cork.gso_size !== 0)
  ) {
    csummode = CHECKSUM_PARTIAL;
  }
  cork.length += length;

  let err: Errno = 0;
  let skb = skb_peek_tail(queue);
  while (length > 0 || skb === null) {
    // Room in the current fragment. A fragment that is followed by another ends at a multiple of eight bytes.
    let copy = 0;
    if (skb !== null) {
      copy = mtu - skb.len;
      if (copy < length) copy = maxfraglen - skb.len;
    }
    if (skb === null || copy <= 0) {
      const prev: sk_buff | null = skb;
      // Bytes of the previous fragment beyond the last multiple of eight move to the new one.
      const fraggap = prev === null ? 0 : prev.len - maxfraglen;
      let datalen = length + fraggap;
      if (datalen > mtu - fragheaderlen) datalen = maxfraglen - fragheaderlen;
      const fraglen = datalen + fragheaderlen;
      const more_to_come = (flags & MSG_MORE) !== 0 && (features & NETIF_F_SG) === 0;
      const alloclen = (more_to_come ? mtu : fraglen) + hh_len + 15;
      if (transhdrlen === 0 && sk_wmem_alloc_get(sk) > 2 * sk.sk_sndbuf) {
        err = -ENOBUFS;
        break;
      }
      const next = alloc_skb(net.machine, alloclen);
      next.ip_summed = csummode;
      next.csum = 0;
      skb_reserve(next, hh_len);
      let data = skb_put(next, fraglen);
      next.network_header = next.data;
      next.transport_header = next.network_header + fragheaderlen;
      data += fragheaderlen;
      if (prev !== null && fraggap > 0) {
        skb_copy_bits(prev, maxfraglen, next.head, data + transhdrlen, fraggap);
        next.csum = csum_partial(next.head, data + transhdrlen, fraggap, 0);
        prev.csum = csum_sub(prev.csum, next.csum);
        data += fraggap;
        pskb_trim(prev, maxfraglen);
      }
      const taken = datalen - transhdrlen - fraggap;
      if (taken > 0 && getfrag(from, next.head, data + transhdrlen, offset, taken, fraggap, next) < 0) {
        kfree_skb(next);
        err = -EFAULT;
        break;
      }
      offset += taken;
      length -= taken + transhdrlen;
      transhdrlen = 0;
      csummode = CHECKSUM_NONE;
      if ((flags & MSG_CONFIRM) !== 0 && prev === null) next.dst_pending_confirm = true;
      next.sk = sk;
      next.destructor = sock_wfree;
      sk.sk_wmem_alloc += next.truesize;
      __skb_queue_tail(queue, next);
      skb = next;
      continue;
    }

    if (copy > length) copy = length;
    if ((features & NETIF_F_SG) === 0 && skb_tailroom(skb) >= copy) {
      const off = skb.len;
      if (getfrag(from, skb.head, skb_put(skb, copy), offset, copy, off, skb) < 0) {
        skb_trim(skb, off);
        err = -EFAULT;
        break;
      }
    } else {
      const appended = append_to_page<From>(sk, skb, getfrag, from, offset, copy);
      if (IS_ERR(appended)) {
        err = appended;
        break;
      }
      copy = appended;
    }
    offset += copy;
    length -= copy;
  }
  if (err !== 0) {
    cork.length -= length;
    IP_INC_STATS(net, IPSTATS_MIB_OUTDISCARDS);
  }
  return err;
}

/** Append to the socket's current page. @returns bytes appended, or -EMSGSIZE (too many fragments), -EFAULT */
function append_to_page<From>(
  sk: sock,
  skb: sk_buff,
  getfrag: getfrag_t<From>,
  from: From,
  offset: number,
  wanted: number,
): number | Errno {
  const pfrag = sk_page_frag(sk);
  const page = sk_page_frag_refill(sk, pfrag);
  const at = pfrag.offset;
  const copy = Math.min(wanted, page.bytes.length - at);
  const { frags } = skb.shinfo;
  const last = frags[frags.length - 1];
  const coalesces = last !== undefined && last.page === page && last.offset + last.size === at;
  if (!coalesces && frags.length === MAX_SKB_FRAGS) return -EMSGSIZE;
  if (getfrag(from, page.bytes, at, offset, copy, skb.len, skb) < 0) return -EFAULT;
  if (coalesces) {
    last.size += copy;
  } else {
    skb_fill_page_desc(skb, frags.length, page, at, copy);
    get_page(page);
  }
  pfrag.offset += copy;
  skb.len += copy;
  skb.data_len += copy;
  skb.truesize += copy;
  sk.sk_wmem_alloc += copy;
  return copy;
}

/**
 * Add data to the datagram that the socket is building, in fragments that fit the MTU.
 * ip_push_pending_frames() adds the headers. Callers that may sleep call ip_wait_for_sndbuf() first.
 *
 * @param length bytes including the transport header
 * @param transhdrlen bytes of the transport header; only for the first piece
 * @param rt the route; a new datagram takes its own reference
 * @returns 0, -EMSGSIZE, -EFAULT, -ENOBUFS, -ENETUNREACH
 * @linux net/ipv4/ip_output.c
 */
export function ip_append_data<From>(
  sk: sock,
  fl4: flowi4,
  getfrag: getfrag_t<From>,
  from: From,
  length: number,
  first_transhdrlen: number,
  ipc: ipcm_cookie,
  rt: rtable,
  flags: number,
): Errno {
  if ((flags & MSG_PROBE) !== 0) return 0;
  const inet = inet_sk(sk);
  let transhdrlen = first_transhdrlen;
  const cork = (inet.cork ??= new inet_cork_full());
  if (sk.sk_write_queue.next === null) {
    const err = ip_setup_cork(sk, cork, ipc, rt);
    if (err !== 0) return err;
    rt.__refcnt++;
  } else {
    transhdrlen = 0;
  }
  return __ip_append_data(sk, fl4, sk.sk_write_queue, cork, getfrag, from, length, transhdrlen, flags);
}

function ip_cork_release(cork: inet_cork): void {
  cork.flags &= ~IPCORK_OPT;
  cork.opt = null;
  dst_release(cork.dst);
  cork.dst = null;
}

/** Join the collected fragments into one datagram and write its IP header. @linux net/ipv4/ip_output.c */
function __ip_make_skb(sk: sock, fl4: flowi4, queue: sk_buff_head, cork: inet_cork): sk_buff | null {
  const inet = inet_sk(sk);
  const net = sock_net(sk);
  const rt = cork.dst as rtable;
  const skb = __skb_dequeue(queue);
  if (skb === null) return null;
  if (skb.data < skb.network_header) __skb_pull(skb, skb.network_header - skb.data);

  const hdrlen = skb.transport_header - skb.network_header;
  let tail: sk_buff | null = null;
  for (let piece = __skb_dequeue(queue); piece !== null; piece = __skb_dequeue(queue)) {
    __skb_pull(piece, hdrlen);
    if (tail === null) skb.shinfo.frag_list = piece;
    else tail.next = piece;
    tail = piece;
    skb.len += piece.len;
    skb.data_len += piece.len;
    skb.truesize += piece.truesize;
    piece.destructor = null;
    piece.sk = null;
  }

  // Unless the user demanded path MTU discovery, a datagram that is too long is fragmented by this host
  // regardless of DF.
  skb.ignore_df = ip_sk_ignore_df(sk);
  const { pmtudisc } = inet;
  const want_df =
    pmtudisc === IP_PMTUDISC_DO ||
    pmtudisc === IP_PMTUDISC_PROBE ||
    (skb.len <= dst_mtu(rt) && ip_dont_fragment(sk, rt));

  let { ttl } = cork;
  if (ttl === 0) {
    if (rt.rt_type === RTN_MULTICAST) ttl = inet.mc_ttl;
    else ttl = inet.uc_ttl < 0 ? ip4_dst_hoplimit(rt) : inet.uc_ttl;
  }
  const opt = (cork.flags & IPCORK_OPT) !== 0 ? cork.opt : null;
  const iph = ip_hdr(skb);
  iph.version_ihl = 0x45;
  iph.tos = cork.tos !== -1 ? cork.tos : inet.tos;
  iph.frag_off = want_df ? IP_DF : 0;
  iph.ttl = ttl;
  iph.protocol = sk.sk_protocol;
  iph.saddr = fl4.saddr;
  iph.daddr = fl4.daddr;
  ip_select_ident(net, skb, sk);
  if (opt !== null) {
    iph.version_ihl = 0x45 + (opt.optlen >> 2);
    ip_options_build(skb, opt, cork.addr, rt);
  }
  skb.priority = cork.tos !== -1 ? cork.priority : sk.sk_priority;
  skb.mark = cork.mark;
  cork.dst = null;
  skb_dst_set(skb, rt);

  if (iph.protocol === IPPROTO_ICMP) {
    // A raw socket's ICMP header may be outside the linear part: raw_probe_proto_opt() recorded the type.
    const from_raw = sk.sk_type === SOCK_RAW && (fl4.flowi4_flags & FLOWI_FLAG_KNOWN_NH) === 0;
    icmp_out_count(net, from_raw ? fl4.fl4_icmp_type : skb.head[skb.transport_header]!);
  }
  ip_cork_release(cork);
  return skb;
}

/** Finish the datagram collected so far. @linux include/net/ip.h */
export function ip_finish_skb(sk: sock, fl4: flowi4): sk_buff | null {
  return __ip_make_skb(sk, fl4, sk.sk_write_queue, inet_sk(sk).cork!);
}

/**
 * Send a datagram. 0, -ENOBUFS (dropped by a queue), or an error of the output path.
 *
 * @linux net/ipv4/ip_output.c
 */
export function ip_send_skb(net: net, skb: sk_buff): Errno {
  let err = ip_local_out(net, skb.sk, skb);
  if (err !== 0) {
    if (err > 0) err = net_xmit_errno(err);
    if (err !== 0) IP_INC_STATS(net, IPSTATS_MIB_OUTDISCARDS);
  }
  return err;
}

/** Convert NET_XMIT_… to the sender's errno. @linux include/linux/netdevice.h */
export function net_xmit_errno(err: number): Errno {
  return err === NET_XMIT_CN ? 0 : -ENOBUFS;
}

/** Finish and send the collected datagram. @linux net/ipv4/ip_output.c */
export function ip_push_pending_frames(sk: sock, fl4: flowi4): Errno {
  const skb = ip_finish_skb(sk, fl4);
  return skb === null ? 0 : ip_send_skb(sock_net(sk), skb);
}

function __ip_flush_pending_frames(queue: sk_buff_head, cork: inet_cork): void {
  for (let skb = __skb_dequeue_tail(queue); skb !== null; skb = __skb_dequeue_tail(queue)) kfree_skb(skb);
  ip_cork_release(cork);
}

/** Free the collected data. @linux net/ipv4/ip_output.c */
export function ip_flush_pending_frames(sk: sock): void {
  const { cork } = inet_sk(sk);
  if (cork !== null) __ip_flush_pending_frames(sk.sk_write_queue, cork);
}

/**
 * Build a datagram without the socket's queue, so that any number of sends can run concurrently.
 *
 * @param rt the datagram takes its own reference
 * @returns the packet, null (MSG_PROBE), or an errno as ip_append_data()
 * @linux net/ipv4/ip_output.c
 */
export function ip_make_skb<From>(
  sk: sock,
  fl4: flowi4,
  getfrag: getfrag_t<From>,
  from: From,
  length: number,
  transhdrlen: number,
  ipc: ipcm_cookie,
  rt: rtable,
  cork: inet_cork,
  flags: number,
): sk_buff | null | Errno {
  if ((flags & MSG_PROBE) !== 0) return null;
  const queue = new sk_buff_head();
  cork.flags = 0;
  cork.addr = 0;
  cork.opt = null;
  let err = ip_setup_cork(sk, cork, ipc, rt);
  if (err !== 0) return err;
  rt.__refcnt++;
  err = __ip_append_data(sk, fl4, queue, cork, getfrag, from, length, transhdrlen, flags);
  if (err !== 0) {
    __ip_flush_pending_frames(queue, cork);
    return err;
  }
  return __ip_make_skb(sk, fl4, queue, cork);
}
