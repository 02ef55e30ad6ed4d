/**
 * Segments sent without a full socket: RST, ACK and SYN-ACK; also the checksum.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
import { NET_XMIT_CN } from '../../../include/linux/netdevice.ts';
import { type sk_buff, skb_dst } from '../../../include/linux/skbuff.ts';
import {
  tcp_hdr,
  tcp_rsk,
  tcp_sk,
  tcp_twsk,
  tcphdr,
  TCPHDR_CHECK_OFFSET,
  TCPHDR_LEN,
} from '../../../include/linux/tcp.ts';
import type { be32, u32 } from '../../../include/linux/types.ts';
import type { dst_entry } from '../../../include/net/dst.ts';
import type { flowi } from '../../../include/net/flow.ts';
import { INET_ECN_MASK } from '../../../include/net/inet_ecn.ts';
import { inet_rsk, inet_sk } from '../../../include/net/inet_sock.ts';
import { type inet_timewait_sock, inet_twsk } from '../../../include/net/inet_timewait_sock.ts';
import { ip_hdr, ip_reply_arg, IP_REPLY_ARG_NOSRCCHECK, write_be32 } from '../../../include/net/ip.ts';
import { type net, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { skb_rtable } from '../../../include/net/route.ts';
import { sk_fullsock, type sock, type sock_common, sock_net } from '../../../include/net/sock.ts';
import {
  tcp_time_stamp_raw,
  TCPHDR_ACK,
  TCPHDR_RST,
  TCPOLEN_TIMESTAMP,
  TCPOLEN_TSTAMP_ALIGNED,
  TCPOPT_NOP,
  TCPOPT_TIMESTAMP,
} from '../../../include/net/tcp.ts';
import { IPPROTO_TCP } from '../../../include/uapi/linux/in.ts';
import { RTN_LOCAL } from '../../../include/uapi/linux/rtnetlink.ts';
import { TCP_MIB_OUTRSTS, TCP_MIB_OUTSEGS } from '../../../include/uapi/linux/snmp.ts';
import { TCP_LISTEN, TCP_NEW_SYN_RECV, TCP_TIME_WAIT } from '../../../include/uapi/linux/tcp.ts';
import { local_bh_disable, local_bh_enable } from '../../../kernel/softirq.ts';
import { csum_tcpudp_magic, csum_tcpudp_nofold } from '../../../lib/checksum.ts';
import { trace } from '../../../trace/events.ts';
import { inet_csk_route_req } from '../inet_connection_sock/route.ts';
import { inet_twsk_put } from '../inet_timewait_sock.ts';
import { ip_build_and_send_pkt, ip_send_unicast_reply } from '../ip_output/output.ts';
import { tcp_make_synack } from '../tcp_output/connect.ts';

/**
 * Offload the checksum to the device: store the pseudo-header sum and the offset of the checksum field.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function __tcp_v4_send_check(skb: sk_buff, saddr: be32, daddr: be32): void {
  const { head } = skb;
  const at = skb.transport_header;
  const check = ~csum_tcpudp_magic(saddr, daddr, skb.len, IPPROTO_TCP, 0);
  head[at + TCPHDR_CHECK_OFFSET] = check >> 8;
  head[at + TCPHDR_CHECK_OFFSET + 1] = check;
  skb.csum_start = at;
  skb.csum_offset = TCPHDR_CHECK_OFFSET;
}

/** As __tcp_v4_send_check(), for a segment of a connection. @linux net/ipv4/tcp_ipv4.c */
export function tcp_v4_send_check(sk: sock, skb: sk_buff): void {
  const inet = inet_sk(sk);
  __tcp_v4_send_check(skb, inet.inet_saddr, inet.inet_daddr);
}

/** Whether replies may use a source address that is not local. @linux include/net/tcp.h */
function inet_sk_transparent(sk: sock_common): boolean {
  if (sk.skc_state === TCP_TIME_WAIT) return inet_twsk(sk).tw_transparent;
  if (sk.skc_state === TCP_NEW_SYN_RECV) return inet_rsk(sk as request_sock).no_srccheck;
  return inet_sk(sk as sock).transparent;
}

/** Build a header that replies to `skb`, with room for options. */
function reply_header(skb: sk_buff, length: number): tcphdr {
  const th = tcp_hdr(skb);
  const rep = new tcphdr(new Uint8Array(length), 0);
  rep.source = th.dest;
  rep.dest = th.source;
  rep.doff = length / 4;
  return rep;
}

/** Send a reply through the control socket. `sk`: the socket on whose behalf it is sent, if any. */
function send_reply(
  net: net,
  sk: sock_common | null,
  skb: sk_buff,
  rep: tcphdr,
  flags: number,
  bound_dev_if: number,
  tos: number,
  txhash: u32,
): void {
  const { saddr, daddr } = ip_hdr(skb);
  const length = rep.bytes.length;
  const arg = new ip_reply_arg(rep.bytes);
  arg.csum = csum_tcpudp_nofold(daddr, saddr, length, IPPROTO_TCP, 0);
  arg.csumoffset = TCPHDR_CHECK_OFFSET / 2;
  arg.flags = flags;
  arg.bound_dev_if = bound_dev_if;
  arg.tos = tos;
  arg.uid = sk !== null && sk_fullsock(sk) ? (sk as sock).sk_uid : 0;

  const ctl_sk = net.ipv4.tcp_sk!;
  local_bh_disable(net.machine);
  if (sk === null) {
    ctl_sk.sk_mark = 0;
    ctl_sk.sk_priority = 0;
  } else if (sk.skc_state === TCP_TIME_WAIT) {
    ctl_sk.sk_mark = inet_twsk(sk).tw_mark;
    ctl_sk.sk_priority = inet_twsk(sk).tw_priority;
  } else {
    ctl_sk.sk_mark = (sk as sock).sk_mark;
    ctl_sk.sk_priority = (sk as sock).sk_priority;
  }
  const opt = skb.ipcb === null ? null : skb.ipcb.opt;
  ip_send_unicast_reply(ctl_sk, skb, opt, saddr, daddr, arg, length, 0, txhash);
  TCP_INC_STATS(net, TCP_MIB_OUTSEGS);
  if ((rep.flags & TCPHDR_RST) !== 0) TCP_INC_STATS(net, TCP_MIB_OUTRSTS);
  local_bh_enable(net.machine);
}

/**
 * Answer a segment with a RST (RFC 9293 3.10.7.1): its sequence number is the one that the peer acknowledges;
 * if the segment has no ACK, the RST acknowledges the whole segment. A RST is never answered.
 *
 * @param sk the socket or time-wait sock that received the segment, if any
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_send_reset(sk: sock_common | null, skb: sk_buff): void {
  const th = tcp_hdr(skb);
  if (th.rst) return;
  // Answer only segments addressed to this host, not broadcast or multicast.
  if (sk === null && skb_rtable(skb).rt_type !== RTN_LOCAL) return;

  const rep = reply_header(skb, TCPHDR_LEN);
  if (th.ack) {
    rep.flags = TCPHDR_RST;
    rep.seq = th.ack_seq;
  } else {
    rep.flags = TCPHDR_RST | TCPHDR_ACK;
    rep.ack_seq = (th.seq + (th.syn ? 1 : 0) + (th.fin ? 1 : 0) + skb.len - th.doff * 4) | 0;
  }

  let flags = 0;
  let txhash = 0;
  if (sk !== null) {
    if (inet_sk_transparent(sk)) flags = IP_REPLY_ARG_NOSRCCHECK;
    if (sk_fullsock(sk)) trace.tcp_send_reset(sk as sock, skb);
    txhash = sk.skc_state === TCP_TIME_WAIT ? inet_twsk(sk).tw_txhash : (sk as sock).sk_txhash;
  }
  const net = sk !== null ? sock_net(sk) : skb_dst(skb)!.dev.nd_net;
  send_reply(net, sk, skb, rep, flags, sk !== null ? sk.skc_bound_dev_if : 0, ip_hdr(skb).tos, txhash);
}

/**
 * Send an ACK for a time-wait or request sock. `win` is already scaled; tsecr 0: no timestamp.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
function tcp_v4_send_ack(
  sk: sock_common,
  skb: sk_buff,
  seq: u32,
  ack: u32,
  win: number,
  tsval: u32,
  tsecr: u32,
  oif: number,
  reply_flags: number,
  tos: number,
  txhash: u32,
): void {
  const rep = reply_header(skb, TCPHDR_LEN + (tsecr !== 0 ? TCPOLEN_TSTAMP_ALIGNED : 0));
  rep.seq = seq;
  rep.ack_seq = ack;
  rep.flags = TCPHDR_ACK;
  rep.window = win;
  if (tsecr !== 0) {
    const { bytes } = rep;
    bytes[TCPHDR_LEN] = TCPOPT_NOP;
    bytes[TCPHDR_LEN + 1] = TCPOPT_NOP;
    bytes[TCPHDR_LEN + 2] = TCPOPT_TIMESTAMP;
    bytes[TCPHDR_LEN + 3] = TCPOLEN_TIMESTAMP;
    write_be32(bytes, TCPHDR_LEN + 4, tsval);
    write_be32(bytes, TCPHDR_LEN + 8, tsecr);
  }
  send_reply(sock_net(sk), sk, skb, rep, reply_flags, oif, tos, txhash);
}

/** Acknowledge a segment received in TIME_WAIT and drop the reference. @linux net/ipv4/tcp_ipv4.c */
export function tcp_v4_timewait_ack(tw: inet_timewait_sock, skb: sk_buff): void {
  const tcptw = tcp_twsk(tw);
  tcp_v4_send_ack(
    tw,
    skb,
    tcptw.tw_snd_nxt,
    tcptw.tw_rcv_nxt,
    tcptw.tw_rcv_wnd >> tw.tw_rcv_wscale,
    (tcp_time_stamp_raw(tw.skc_net.machine) + tcptw.tw_ts_offset) | 0,
    tcptw.tw_ts_recent,
    tw.tw_bound_dev_if,
    tw.tw_transparent ? IP_REPLY_ARG_NOSRCCHECK : 0,
    tw.tw_tos,
    tw.tw_txhash,
  );
  inet_twsk_put(tw);
}

/** Acknowledge an unacceptable segment for a request sock. @linux net/ipv4/tcp_ipv4.c */
export function tcp_v4_reqsk_send_ack(sk: sock, skb: sk_buff, req: request_sock): void {
  const ireq = inet_rsk(req);
  const treq = tcp_rsk(req);
  const seq = sk.sk_state === TCP_LISTEN ? (treq.snt_isn + 1) | 0 : tcp_sk(sk).snd_nxt;
  tcp_v4_send_ack(
    sk,
    skb,
    seq,
    treq.rcv_nxt,
    treq.rsk_rcv_wnd >> ireq.rcv_wscale,
    (tcp_time_stamp_raw(sock_net(sk).machine) + treq.ts_off) | 0,
    req.ts_recent,
    0,
    ireq.no_srccheck ? IP_REPLY_ARG_NOSRCCHECK : 0,
    ip_hdr(skb).tos,
    treq.txhash,
  );
}

/**
 * Send a SYN-ACK.
 *
 * @param dst the route, whose reference is consumed; null: look up a route
 * @returns 0 or IP's error; -1 when there is no route
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_send_synack(
  sk: sock,
  dst: dst_entry | null,
  fl: flowi,
  req: request_sock,
  synack_type: number,
  syn_skb: sk_buff | null,
): number {
  const ireq = inet_rsk(req);
  const route = dst ?? inet_csk_route_req(sk, fl, req);
  if (route === null) return -1;
  const skb = tcp_make_synack(sk, route, req, synack_type, syn_skb);
  if (skb === null) return -1;
  __tcp_v4_send_check(skb, ireq.ir_loc_addr, ireq.ir_rmt_addr);
  let { tos } = inet_sk(sk);
  if (sock_net(sk).ipv4.sysctl_tcp_reflect_tos !== 0) {
    tos = (tcp_rsk(req).syn_tos & ~INET_ECN_MASK) | (tos & INET_ECN_MASK);
  }
  const err = ip_build_and_send_pkt(skb, sk, ireq.ir_loc_addr, ireq.ir_rmt_addr, ireq.ireq_opt, tos);
  return err === NET_XMIT_CN ? 0 : err;
}
