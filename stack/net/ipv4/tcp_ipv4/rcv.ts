/** Receiving TCP segments from IP. @linux net/ipv4/tcp_ipv4.c */
import type { DropDetail } from '../../../capture/drop_detail.ts';
import {
  CHECKSUM_BREAK,
  CHECKSUM_COMPLETE,
  PACKET_HOST,
  type sk_buff,
  skb_csum_unnecessary,
  skb_shinfo,
  skb_transport_offset,
} from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_sk, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import {
  SKB_DROP_REASON_NO_SOCKET,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_TCP_CSUM,
} from '../../../include/net/dropreason.ts';
import { dst_release } from '../../../include/net/dst.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { type inet_timewait_sock, inet_twsk } from '../../../include/net/inet_timewait_sock.ts';
import { inet_sdif, ip_hdr, read_be16, read_be32 } from '../../../include/net/ip.ts';
import { type net, NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { inet_iif } from '../../../include/net/route.ts';
import {
  sk_fullsock,
  type sock,
  type sock_common,
  sock_hold,
  sock_net,
  sock_owned_by_user,
} from '../../../include/net/sock.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { IPPROTO_TCP } from '../../../include/uapi/linux/in.ts';
import {
  LINUX_MIB_TCPMINTTLDROP,
  TCP_MIB_CSUMERRORS,
  TCP_MIB_INERRS,
  TCP_MIB_INSEGS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_ESTABLISHED,
  TCP_LISTEN,
  TCP_NEW_SYN_RECV,
  TCP_TIME_WAIT,
} from '../../../include/uapi/linux/tcp.ts';
import { csum_add, csum_fold, csum_tcpudp_nofold } from '../../../lib/checksum.ts';
import { trace } from '../../../trace/events.ts';
import { reqsk_put } from '../../core/request_sock.ts';
import { kfree_skb_reason, skb_dst_set_noref } from '../../core/skbuff/alloc.ts';
import { __skb_checksum_complete, pskb_may_pull } from '../../core/skbuff/data.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { sk_drops_add } from '../../core/sock/queue.ts';
import { reuseport_migrate_sock } from '../../core/sock_reuseport.ts';
import { inet_csk_reqsk_queue_drop_and_put } from '../inet_connection_sock/request_queue.ts';
import {
  __inet_lookup_established,
  __inet_lookup_skb,
  inet_lookup_listener,
  is_refcounted,
  sock_edemux,
} from '../inet_hashtables/lookup.ts';
import { inet_twsk_deschedule_put, inet_twsk_put } from '../inet_timewait_sock.ts';
import { cookie_v4_check } from '../syncookies.ts';
import { tcp_checksum_complete, tcp_segs_in } from '../tcp/queue.ts';
import { tcp_rcv_established, tcp_rcv_state_process } from '../tcp_input/rcv.ts';
import { tcp_check_req, tcp_child_process } from '../tcp_minisocks/check_req.ts';
import {
  tcp_timewait_state_process,
  TCP_TW_ACK,
  TCP_TW_RST,
  TCP_TW_SYN,
} from '../tcp_minisocks/time_wait.ts';
import { tcp_add_backlog } from './backlog.ts';
import { tcp_v4_send_reset, tcp_v4_timewait_ack } from './reply.ts';

/**
 * A segment for a socket that no process owns: from the network, or from the backlog.
 *
 * @returns 0: the skb is consumed
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_do_rcv(sk: sock, skb: sk_buff): number {
  if (sk.sk_state === TCP_ESTABLISHED) {
    const dst = sk.sk_rx_dst;
    if (dst !== null && (sk.sk_rx_dst_ifindex !== skb.skb_iif || dst.ops.check(dst, 0) === null)) {
      sk.sk_rx_dst = null;
      dst_release(dst);
    }
    tcp_rcv_established(sk, skb);
    return 0;
  }

  if (tcp_checksum_complete(skb)) {
    count_bad_checksum(sock_net(sk), skb);
    kfree_skb_reason(skb, SKB_DROP_REASON_TCP_CSUM);
    return 0;
  }
  let rsk = sk;
  let reset: boolean;
  const nsk = sk.sk_state === TCP_LISTEN ? tcp_v4_cookie_check(sk, skb) : sk;
  if (nsk === null) {
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
    return 0;
  }
  if (nsk !== sk) {
    reset = tcp_child_process(sk, nsk, skb) !== 0;
    rsk = nsk;
  } else {
    reset = tcp_rcv_state_process(sk, skb) !== 0;
  }
  if (reset) {
    tcp_v4_send_reset(rsk, skb);
    kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
  }
  return 0;
}

/**
 * A segment other than a SYN at a listener may complete a handshake by SYN cookie.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
function tcp_v4_cookie_check(sk: sock, skb: sk_buff): sock | null {
  return tcp_hdr(skb).syn ? sk : cookie_v4_check(sk, skb);
}

/**
 * Before routing: if the segment belongs to a connection, attach the socket, and use the input route that the
 * socket has cached.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_early_demux(skb: sk_buff): number {
  if (skb.pkt_type !== PACKET_HOST) return 0;
  if (!pskb_may_pull(skb, skb_transport_offset(skb) + TCPHDR_LEN)) return 0;
  const { head } = skb;
  const th = skb.transport_header;
  const iph = skb.network_header;
  if (head[th + 12]! >>> 4 < TCPHDR_LEN / 4) return 0;
  const { nd_net } = skb.dev!;
  const sk = __inet_lookup_established(
    nd_net,
    nd_net.ipv4.hashinfo,
    read_be32(head, iph + 12),
    read_be16(head, th),
    read_be32(head, iph + 16),
    read_be16(head, th + 2),
    skb.skb_iif,
    0,
  );
  if (sk === null) return 0;
  skb.sk = sk as sock;
  skb.destructor = sock_edemux;
  if (sk_fullsock(sk)) {
    const full = sk as sock;
    const dst = full.sk_rx_dst;
    if (dst !== null && full.sk_rx_dst_ifindex === skb.skb_iif && dst.ops.check(dst, 0) !== null) {
      skb_dst_set_noref(skb, dst);
    }
  }
  return 0;
}

/**
 * Verify a short segment's checksum now; a long one's is verified when its bytes are touched.
 *
 * @returns true when the checksum is wrong
 */
function checksum_init(skb: sk_buff): boolean {
  if (skb_csum_unnecessary(skb)) {
    skb.csum_valid = true;
    return false;
  }
  const { head } = skb;
  const iph = skb.network_header;
  const pseudo = csum_tcpudp_nofold(
    read_be32(head, iph + 12),
    read_be32(head, iph + 16),
    skb.len,
    IPPROTO_TCP,
    0,
  );
  if (skb.ip_summed === CHECKSUM_COMPLETE && csum_fold(csum_add(pseudo, skb.csum)) === 0) {
    skb.csum_valid = true;
    return false;
  }
  skb.csum = pseudo;
  if (skb.len > CHECKSUM_BREAK) return false;
  const wrong = __skb_checksum_complete(skb) !== 0;
  skb.csum_valid = !wrong;
  return wrong;
}

/** Copy the header fields that later steps need into the control block. @linux net/ipv4/tcp_ipv4.c */
function tcp_v4_fill_cb(skb: sk_buff): void {
  const { head } = skb;
  const th = skb.transport_header;
  const cb = TCP_SKB_CB(skb);
  const flags = head[th + 13]!;
  const seq = read_be32(head, th + 4);
  cb.seq = seq;
  // SYN and FIN count one each.
  cb.end_seq = (seq + ((flags >> 1) & 1) + (flags & 1) + skb.len - (head[th + 12]! >>> 4) * 4) | 0;
  cb.ack_seq = read_be32(head, th + 8);
  cb.tcp_flags = flags;
  cb.tcp_tw_isn = 0;
  cb.ip_dsfield = head[skb.network_header + 1]!;
  cb.sacked = 0;
  cb.has_rxtstamp = skb.tstamp !== 0;
}

function count_bad_checksum(net: net, skb: sk_buff): void {
  trace.tcp_bad_csum(skb);
  TCP_INC_STATS(net, TCP_MIB_CSUMERRORS);
  TCP_INC_STATS(net, TCP_MIB_INERRS);
}
function discard(skb: sk_buff, reason: number, detail: DropDetail | null = null): number {
  kfree_skb_reason(skb, reason, detail);
  return 0;
}
function discard_and_relse(
  sk: sock,
  skb: sk_buff,
  refcounted: boolean,
  reason: number,
  detail: DropDetail | null = null,
): number {
  sk_drops_add(sk, skb_shinfo(skb).gso_segs);
  if (refcounted) sock_put(sk);
  return discard(skb, reason, detail);
}

/**
 * A segment from IP: check it, look up its socket, and dispatch by the socket's state. Data begins at the TCP
 * header.
 *
 * @returns 0
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_rcv(skb: sk_buff): number {
  const net = skb.dev!.nd_net;
  if (skb.pkt_type !== PACKET_HOST) return discard(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'link_broadcast');
  TCP_INC_STATS(net, TCP_MIB_INSEGS);
  if (!pskb_may_pull(skb, TCPHDR_LEN)) return discard(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'header_cut');
  const hdrlen = (skb.head[skb.data + 12]! >>> 4) * 4;
  if (hdrlen < TCPHDR_LEN) {
    TCP_INC_STATS(net, TCP_MIB_INERRS);
    return discard(skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'tcp_header_length');
  }
  if (!pskb_may_pull(skb, hdrlen)) return discard(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'header_cut');
  if (checksum_init(skb)) {
    count_bad_checksum(net, skb);
    return discard(skb, SKB_DROP_REASON_TCP_CSUM);
  }

  const sport = read_be16(skb.head, skb.data);
  const dport = read_be16(skb.head, skb.data + 2);
  for (;;) {
    let sk = __inet_lookup_skb(net.ipv4.hashinfo, skb, hdrlen, sport, dport, inet_sdif(skb));
    if (sk === null) return no_tcp_socket(net, skb);
    let refcounted = is_refcounted(sk);

    if (sk.skc_state === TCP_TIME_WAIT) {
      sk = do_time_wait(net, inet_twsk(sk), skb);
      if (sk === null) return 0;
      // A new connection: the listener.
      refcounted = false;
    }
    if (sk.skc_state === TCP_NEW_SYN_RECV) {
      const listener = do_new_syn_recv(net, sk as request_sock, skb);
      if (listener === LOOK_UP_AGAIN) continue;
      if (listener === CONSUMED) return 0;
      sk = listener;
      refcounted = true;
    }
    return deliver(sk as sock, skb, refcounted);
  }
}

/** Process the segment on a full socket, or append it to the backlog when a process owns the socket. */
function deliver(sk: sock, skb: sk_buff, refcounted: boolean): number {
  const { min_ttl } = inet_sk(sk);
  if (min_ttl !== 0 && skb.head[skb.network_header + 8]! < min_ttl) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMINTTLDROP);
    return discard_and_relse(sk, skb, refcounted, SKB_DROP_REASON_NOT_SPECIFIED, 'min_ttl');
  }
  tcp_v4_fill_cb(skb);
  skb.dev = null;

  let ret = 0;
  if (sk.sk_state === TCP_LISTEN) {
    ret = tcp_v4_do_rcv(sk, skb);
  } else {
    tcp_segs_in(tcp_sk(sk), skb);
    if (!sock_owned_by_user(sk)) {
      ret = tcp_v4_do_rcv(sk, skb);
    } else {
      const reason = tcp_add_backlog(sk, skb);
      if (reason !== 0) return discard_and_relse(sk, skb, refcounted, reason);
    }
  }
  if (refcounted) sock_put(sk);
  return ret;
}

/** RFC 9293 3.10.7.1: no connection exists (state CLOSED). */
function no_tcp_socket(net: net, skb: sk_buff): number {
  tcp_v4_fill_cb(skb);
  if (tcp_checksum_complete(skb)) {
    count_bad_checksum(net, skb);
    return discard(skb, SKB_DROP_REASON_TCP_CSUM);
  }
  trace.sockscope_send(null, skb, 'reset_no_socket');
  tcp_v4_send_reset(null, skb);
  return discard(skb, SKB_DROP_REASON_NO_SOCKET);
}

const CONSUMED = 'consumed';
const LOOK_UP_AGAIN = 'look up again';

/**
 * The segment belongs to a request sock.
 *
 * @returns the listener with a reference, when the listener must process the segment
 */
function do_new_syn_recv(
  net: net,
  req: request_sock,
  skb: sk_buff,
): sock | typeof CONSUMED | typeof LOOK_UP_AGAIN {
  let sk = req.rsk_listener!;
  if (tcp_checksum_complete(skb)) {
    reqsk_put(req);
    count_bad_checksum(net, skb);
    discard(skb, SKB_DROP_REASON_TCP_CSUM);
    return CONSUMED;
  }
  if (sk.sk_state !== TCP_LISTEN) {
    // The listener was closed: another member of its reuseport group may take over.
    const nsk = reuseport_migrate_sock(sk, req);
    if (nsk === null) {
      inet_csk_reqsk_queue_drop_and_put(sk, req);
      return LOOK_UP_AGAIN;
    }
    sk = nsk;
  } else {
    sock_hold(sk);
  }

  tcp_v4_fill_cb(skb);
  const { sk: nsk, req_stolen } = tcp_check_req(sk, skb, req);
  if (nsk === null) {
    reqsk_put(req);
    if (req_stolen) {
      sock_put(sk);
      return LOOK_UP_AGAIN;
    }
    discard_and_relse(sk, skb, true, SKB_DROP_REASON_NOT_SPECIFIED);
    return CONSUMED;
  }
  if (nsk === sk) {
    reqsk_put(req);
    return sk;
  }
  if (tcp_child_process(sk, nsk, skb) !== 0) {
    tcp_v4_send_reset(nsk, skb);
    discard_and_relse(sk, skb, true, SKB_DROP_REASON_NOT_SPECIFIED);
  } else {
    sock_put(sk);
  }
  return CONSUMED;
}

/**
 * The segment belongs to a time-wait sock.
 *
 * @returns the listener, when the segment is a SYN for a new connection
 */
function do_time_wait(net: net, tw: inet_timewait_sock, skb: sk_buff): sock_common | null {
  tcp_v4_fill_cb(skb);
  if (tcp_checksum_complete(skb)) {
    inet_twsk_put(tw);
    count_bad_checksum(net, skb);
    discard(skb, SKB_DROP_REASON_TCP_CSUM);
    return null;
  }
  const th = tcp_hdr(skb);
  const status = tcp_timewait_state_process(tw, skb, th);
  if (status === TCP_TW_SYN) {
    const iph = ip_hdr(skb);
    const listener = inet_lookup_listener(
      net,
      net.ipv4.hashinfo,
      skb,
      th.doff * 4,
      iph.saddr,
      th.source,
      iph.daddr,
      th.dest,
      inet_iif(skb),
      inet_sdif(skb),
    );
    if (listener !== null) {
      inet_twsk_deschedule_put(tw, 'new_syn');
      return listener;
    }
  }
  if (status === TCP_TW_ACK || status === TCP_TW_SYN) {
    trace.sockscope_send(tw, skb, 'ack_time_wait');
    tcp_v4_timewait_ack(tw, skb);
  } else if (status === TCP_TW_RST) {
    trace.sockscope_send(tw, skb, th.syn ? 'reset_time_wait_syn' : 'reset_time_wait');
    tcp_v4_send_reset(tw, skb);
    inet_twsk_deschedule_put(tw, th.syn ? 'syn_for_fin' : 'data_after_close');
  }
  discard(skb, SKB_DROP_REASON_NOT_SPECIFIED);
  return null;
}
