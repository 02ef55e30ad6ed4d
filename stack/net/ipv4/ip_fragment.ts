/**
 * Reassembling datagrams from fragments (RFC 791 3.2, RFC 815), with a time limit.
 *
 * @linux net/ipv4/ip_fragment.c
 */
import type { net_device } from '../../include/linux/netdevice.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_UNNECESSARY,
  type sk_buff,
  skb_network_offset,
} from '../../include/linux/skbuff.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../include/net/dropreason.ts';
import { INET_ECN_CE } from '../../include/net/inet_ecn.ts';
import {
  fqdir,
  INET_FRAG_COMPLETE,
  INET_FRAG_FIRST_IN,
  INET_FRAG_LAST_IN,
  type inet_frag_queue,
} from '../../include/net/inet_frag.ts';
import {
  IP_DF,
  ip_hdr,
  ip_hdrlen,
  IP_MF,
  IP_OFFSET,
  IPCB,
  IPSKB_FRAG_COMPLETE,
  IPSKB_FRAG_PMTU,
} from '../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../include/net/net_namespace.ts';
import {
  E2BIG,
  EINPROGRESS,
  EINVAL,
  ENOENT,
  ENOMEM,
  type Errno,
} from '../../include/uapi/asm-generic/errno.ts';
import { ICMP_EXC_FRAGTIME, ICMP_TIME_EXCEEDED } from '../../include/uapi/linux/icmp.ts';
import {
  IPSTATS_MIB_REASM_OVERLAPS,
  IPSTATS_MIB_REASMFAILS,
  IPSTATS_MIB_REASMOKS,
  IPSTATS_MIB_REASMREQDS,
  IPSTATS_MIB_REASMTIMEOUT,
} from '../../include/uapi/linux/snmp.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';
import { mod_timer } from '../../kernel/time/timer.ts';
import { ip_fast_csum } from '../../lib/checksum.ts';
import { kfree_skb, kfree_skb_reason, skb_dst_drop, skb_dst_set, skb_orphan } from '../core/skbuff/alloc.ts';
import { pskb_pull, pskb_trim_rcsum } from '../core/skbuff/data.ts';
import { icmp_send } from './icmp/send.ts';
import {
  inet_frag_destroy,
  inet_frag_find,
  inet_frag_kill,
  inet_frag_pull_head,
  inet_frag_queue_insert,
  inet_frag_rbtree_purge,
  inet_frag_reasm,
  IPFRAG_DUP,
  IPFRAG_OK,
} from './inet_fragment.ts';
import { ip_route_input_noref } from './route/input.ts';

/** Users of reassembly. @linux include/net/ip.h */
export const IP_DEFRAG_LOCAL_DELIVER = 0;
export const IP_DEFRAG_CALL_RA_CHAIN = 1;

/**
 * ECN of the datagram by the codepoints seen (bit 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE): the value to set; -1:
 * drop (RFC 3168 5.3).
 */
const ip_frag_ecn_table: readonly number[] = [
  0,
  0,
  0,
  -1,
  0,
  -1,
  0,
  -1,
  0,
  -1,
  INET_ECN_CE,
  -1,
  INET_ECN_CE,
  -1,
  INET_ECN_CE,
  -1,
];

/**
 * Whether so many other fragments of the sender have arrived since that its ids may have wrapped.
 *
 * @linux net/ipv4/ip_fragment.c
 */
function ip_frag_too_far(qp: inet_frag_queue): boolean {
  const { fqdir } = qp;
  const max = fqdir.max_dist;
  if (max === 0) return false;
  const start = qp.rid;
  const end = (fqdir.peer_rid.get(qp.saddr) ?? 0) + 1;
  if (end === 1 && fqdir.peer_rid.size >= PEERS_MAX)
    fqdir.peer_rid.delete(fqdir.peer_rid.keys().next().value!);
  fqdir.peer_rid.set(qp.saddr, end);
  qp.rid = end;
  const too_far = qp.rb_fragments.length > 0 && end - start > max;
  if (too_far) IP_INC_STATS(fqdir.net, IPSTATS_MIB_REASMFAILS);
  return too_far;
}
const PEERS_MAX = 4096;

/** Restart the reassembly of the datagram. @linux net/ipv4/ip_fragment.c */
function ip_frag_reinit(qp: inet_frag_queue): void {
  const { machine } = qp.fqdir.net;
  mod_timer(machine, qp.timer, jiffies(machine) + qp.fqdir.timeout);
  inet_frag_rbtree_purge(qp, 'fragment_too_far');
  qp.flags = 0;
  qp.len = 0;
  qp.meat = 0;
  qp.iif = 0;
  qp.ecn = 0;
}

/**
 * Add a fragment to its datagram.
 *
 * @returns the datagram if it is now complete; -EINPROGRESS; or why the fragment was dropped
 * @linux net/ipv4/ip_fragment.c
 */
function ip_frag_queue(qp: inet_frag_queue, skb: sk_buff): sk_buff | Errno {
  const { net } = qp.fqdir;
  if ((qp.flags & INET_FRAG_COMPLETE) !== 0) {
    kfree_skb(skb);
    return -ENOENT;
  }
  const own = skb.ipcb !== null && (skb.ipcb.flags & IPSKB_FRAG_COMPLETE) !== 0;
  if (!own && ip_frag_too_far(qp)) ip_frag_reinit(qp);

  const iph = ip_hdr(skb);
  const { frag_off, tos } = iph;
  const offset = (frag_off & IP_OFFSET) << 3;
  const ihl = ip_hdrlen(skb);
  let end = offset + skb.len - skb_network_offset(skb) - ihl;

  if ((frag_off & IP_MF) === 0) {
    // The last fragment: no data may lie beyond it, and another last fragment must end at the same offset.
    if (end < qp.len || ((qp.flags & INET_FRAG_LAST_IN) !== 0 && end !== qp.len))
      return discard(qp, skb, -EINVAL);
    qp.flags |= INET_FRAG_LAST_IN;
    qp.len = end;
  } else {
    if ((end & 7) !== 0) {
      end &= ~7;
      if (skb.ip_summed !== CHECKSUM_UNNECESSARY) skb.ip_summed = CHECKSUM_NONE;
    }
    if (end > qp.len) {
      if ((qp.flags & INET_FRAG_LAST_IN) !== 0) return discard(qp, skb, -EINVAL);
      qp.len = end;
    }
  }
  if (end === offset) return discard(qp, skb, -EINVAL);
  if (!pskb_pull(skb, skb_network_offset(skb) + ihl)) return discard(qp, skb, -ENOMEM);
  const err = pskb_trim_rcsum(skb, end - offset);
  if (err !== 0) return discard(qp, skb, err);

  const place = inet_frag_queue_insert(qp, skb, offset, end);
  if (place !== IPFRAG_OK) {
    if (place === IPFRAG_DUP) {
      kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'fragment_duplicate');
      return -EINVAL;
    }
    IP_INC_STATS(net, IPSTATS_MIB_REASM_OVERLAPS);
    return discard(qp, skb, -EINVAL);
  }

  const { dev } = skb;
  if (dev !== null) qp.iif = dev.ifindex;
  qp.stamp = skb.tstamp;
  qp.meat += skb.len;
  qp.ecn |= 1 << (tos & 3);
  qp.fqdir.mem += skb.truesize;
  if (offset === 0) qp.flags |= INET_FRAG_FIRST_IN;
  const fragsize = skb.len + ihl;
  if (fragsize > qp.max_size) qp.max_size = fragsize;
  if ((frag_off & IP_DF) !== 0 && fragsize > qp.max_df_size) qp.max_df_size = fragsize;

  if (qp.flags === (INET_FRAG_FIRST_IN | INET_FRAG_LAST_IN) && qp.meat === qp.len) {
    return ip_frag_reasm(qp, skb, dev);
  }
  skb_dst_drop(skb);
  skb_orphan(skb);
  return -EINPROGRESS;
}

/** The fragment invalidates its datagram: drop both. */
function discard(qp: inet_frag_queue, skb: sk_buff, err: Errno): Errno {
  inet_frag_destroy(qp, 'fragment_wrong');
  IP_INC_STATS(qp.fqdir.net, IPSTATS_MIB_REASMFAILS);
  kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'fragment_wrong');
  return err;
}

/**
 * All fragments have arrived: build the datagram, with the first fragment's header and the route of the one
 * that arrived last.
 *
 * @linux net/ipv4/ip_fragment.c
 */
function ip_frag_reasm(qp: inet_frag_queue, last: sk_buff, dev: net_device | null): sk_buff | Errno {
  const { net } = qp.fqdir;
  inet_frag_kill(qp);
  const ecn = ip_frag_ecn_table[qp.ecn]!;
  const len = ip_hdrlen(qp.rb_fragments[0]!.skbs[0]!) + qp.len;
  if (ecn === -1 || len > 65535) {
    inet_frag_rbtree_purge(qp, 'fragment_wrong');
    IP_INC_STATS(net, IPSTATS_MIB_REASMFAILS);
    return ecn === -1 ? -EINVAL : -E2BIG;
  }
  const dst = last._skb_refdst;
  last._skb_refdst = null;
  const skb = inet_frag_reasm(qp, qp.user === IP_DEFRAG_LOCAL_DELIVER);
  skb_dst_set(skb, dst);
  skb.dev = dev;
  const parm = IPCB(skb);
  parm.frag_max_size = Math.max(qp.max_df_size, qp.max_size);

  const iph = ip_hdr(skb);
  iph.tot_len = len;
  iph.tos |= ecn;
  if (qp.max_df_size === qp.max_size) {
    // If the datagram is forwarded, its fragments must not be longer than these: the sender is discovering
    // the path MTU.
    parm.flags |= IPSKB_FRAG_PMTU;
    iph.frag_off = IP_DF;
  } else {
    iph.frag_off = 0;
  }
  iph.check = 0;
  iph.check = ip_fast_csum(iph.bytes, iph.at, iph.ihl);
  skb.transport_header = skb.network_header + iph.ihl * 4;
  IP_INC_STATS(net, IPSTATS_MIB_REASMOKS);
  return skb;
}

/**
 * A fragment arrives. Linux converts the given packet into the datagram; here the datagram is returned.
 *
 * @returns the datagram if it is now complete; otherwise -EINPROGRESS (the fragment was stored), or why it
 *   was dropped
 * @linux net/ipv4/ip_fragment.c
 */
export function ip_defrag(net: net, skb: sk_buff, user: number): sk_buff | Errno {
  IP_INC_STATS(net, IPSTATS_MIB_REASMREQDS);
  const iph = ip_hdr(skb);
  const qp = inet_frag_find(net.ipv4.fqdir, iph.saddr, iph.daddr, iph.id, iph.protocol, user);
  if (qp === null) {
    IP_INC_STATS(net, IPSTATS_MIB_REASMFAILS);
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'fragment_memory');
    return -ENOMEM;
  }
  return ip_frag_queue(qp, skb);
}

/**
 * The datagram's timer fired: notify the sender if the first fragment has arrived (RFC 792).
 *
 * @linux net/ipv4/ip_fragment.c
 */
function ip_expire(qp: inet_frag_queue): void {
  if ((qp.flags & INET_FRAG_COMPLETE) !== 0) return;
  const { net } = qp.fqdir;
  inet_frag_kill(qp);
  IP_INC_STATS(net, IPSTATS_MIB_REASMFAILS);
  IP_INC_STATS(net, IPSTATS_MIB_REASMTIMEOUT);
  if ((qp.flags & INET_FRAG_FIRST_IN) !== 0) {
    const head = inet_frag_pull_head(qp);
    const dev = net.dev_base.get(qp.iif);
    if (head !== null && dev !== undefined) {
      head.dev = dev;
      const iph = ip_hdr(head);
      const err = ip_route_input_noref(head, iph.daddr, iph.saddr, iph.tos, dev);
      if (err === 0) icmp_send(head, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
    }
    kfree_skb_reason(head, SKB_DROP_REASON_NOT_SPECIFIED, 'fragment_timeout');
  }
  inet_frag_rbtree_purge(qp, 'fragment_timeout');
}

/** Initialize reassembly. @linux net/ipv4/ip_fragment.c */
export function ipfrag_init(net: net): void {
  net.ipv4.fqdir = new fqdir(net, ip_expire);
}
