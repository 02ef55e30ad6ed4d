/** connect() on IPv4. @linux net/ipv4/tcp_ipv4.c */
import type { StateReason } from '../../../capture/state_reason.ts';
import { LOOPBACK_IFINDEX } from '../../../include/linux/netdevice.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import { as_sockaddr_in, type sockaddr } from '../../../include/linux/socket.ts';
import { SKB_GSO_TCPV4 } from '../../../include/linux/skbuff.ts';
import { tcp_sk, tcp_twsk } from '../../../include/linux/tcp.ts';
import { flowi4 } from '../../../include/net/flow.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { sk_daddr_set, sk_rcv_saddr_set } from '../../../include/net/inet_hashtables.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { IP_INC_STATS } from '../../../include/net/net_namespace.ts';
import { ip_rt_put, type rtable, RTCF_BROADCAST, RTCF_MULTICAST } from '../../../include/net/route.ts';
import { type sock, type sock_common, sock_hold, sock_net } from '../../../include/net/sock.ts';
import { TCP_MSS_DEFAULT } from '../../../include/net/tcp.ts';
import {
  EAFNOSUPPORT,
  EINVAL,
  ENETUNREACH,
  type Errno,
  IS_ERR,
} from '../../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_TCP, ipv4_is_loopback, SOCKADDR_IN_SIZE } from '../../../include/uapi/linux/in.ts';
import { IPSTATS_MIB_OUTNOROUTES } from '../../../include/uapi/linux/snmp.ts';
import { AF_INET } from '../../../include/uapi/linux/socket.ts';
import { TCP_CLOSE, TCP_FIN_WAIT2, TCP_SYN_SENT } from '../../../include/uapi/linux/tcp.ts';
import { ktime_get_seconds } from '../../../kernel/time/timekeeping.ts';
import { get_random_u32 } from '../../../lib/random.ts';
import { secure_tcp_seq_and_ts_off } from '../../core/secure_seq.ts';
import { sk_set_txhash, sk_setup_caps } from '../../core/sock/dst.ts';
import { inet_bhash2_reset_saddr, inet_bhash2_update_saddr } from '../inet_hashtables/bind.ts';
import { inet_hash_connect } from '../inet_hashtables/connect.ts';
import { ip_route_connect, ip_route_newports } from '../route/output.ts';
import { tcp_set_state } from '../tcp/state.ts';
import { tcp_connect } from '../tcp_output/connect.ts';

/**
 * Whether a connecting socket may take over the addresses and ports of a time-wait sock. This requires
 * timestamps, which reject old segments (RFC 6191), and net.ipv4.tcp_tw_reuse (2: on loopback only). The new
 * connection's sequence numbers begin beyond those of the old one.
 *
 * @param twp the port was chosen by connect(), not by bind()
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_twsk_unique(sk: sock, sktw: sock_common, twp: boolean): boolean {
  const tw = tcp_twsk(sktw);
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  let reuse = net.ipv4.sysctl_tcp_tw_reuse;
  if (tw.tw_substate === TCP_FIN_WAIT2) reuse = 0;
  if (reuse === 2) {
    const loopback =
      tw.tw_bound_dev_if === LOOPBACK_IFINDEX ||
      ipv4_is_loopback(tw.tw_daddr) ||
      ipv4_is_loopback(tw.tw_rcv_saddr);
    if (!loopback) reuse = 0;
  }
  // ts_recent_stamp counts seconds: at least one must have passed.
  if (
    tw.tw_ts_recent_stamp !== 0 &&
    (!twp || (reuse !== 0 && ktime_get_seconds(net.machine) > tw.tw_ts_recent_stamp))
  ) {
    sock_hold(sktw);
    tp.write_seq = (tw.tw_snd_nxt + 65535 + 2) | 0 || 1;
    tp.rx_opt.ts_recent = tw.tw_ts_recent;
    tp.rx_opt.ts_recent_stamp = tw.tw_ts_recent_stamp;
    return true;
  }
  return false;
}

/**
 * Begin the handshake: look up the route and thereby the source address, choose a local port and the initial
 * sequence number, and send the SYN. The caller holds the socket lock and waits for the answer.
 *
 * @returns 0, -EAFNOSUPPORT, -EINVAL, -ENETUNREACH, -EADDRNOTAVAIL (no port left), …
 * @linux net/ipv4/tcp_ipv4.c
 */
export function* tcp_v4_connect(sk: sock, uaddr: sockaddr, addr_len: number): Sleeps<Errno> {
  return connect_v4(sk, uaddr, addr_len);
}

function connect_v4(sk: sock, uaddr: sockaddr, addr_len: number): Errno {
  const usin = as_sockaddr_in(uaddr);
  const inet = inet_sk(sk);
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  if (addr_len < SOCKADDR_IN_SIZE) return -EINVAL;
  if (usin.sin_family !== AF_INET) return -EAFNOSUPPORT;

  let daddr = usin.sin_addr;
  let nexthop = daddr;
  const { inet_opt } = inet;
  const source_routed = inet_opt !== null && inet_opt.srr !== 0;
  if (source_routed) {
    if (daddr === 0) return -EINVAL;
    nexthop = inet_opt.faddr;
  }

  const orig_sport = inet.inet_sport;
  const orig_dport = usin.sin_port;
  const fl4 = new flowi4();
  const rt = ip_route_connect(
    fl4,
    nexthop,
    inet.inet_saddr,
    sk.sk_bound_dev_if,
    IPPROTO_TCP,
    orig_sport,
    orig_dport,
    sk,
  );
  if (IS_ERR(rt)) {
    if (rt === -ENETUNREACH) IP_INC_STATS(net, IPSTATS_MIB_OUTNOROUTES);
    return rt;
  }
  if ((rt.rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST)) !== 0) {
    ip_rt_put(rt);
    return -ENETUNREACH;
  }
  // 0.0.0.0 means this host.
  if (!source_routed) daddr = fl4.daddr;
  if (inet.inet_saddr === 0) inet_bhash2_update_saddr(sk, fl4.saddr);
  else sk_rcv_saddr_set(sk, inet.inet_saddr);

  // A different peer than before: the timestamps recorded for the previous one are invalid.
  if (tp.rx_opt.ts_recent_stamp !== 0 && inet.inet_daddr !== daddr) {
    tp.rx_opt.ts_recent = 0;
    tp.rx_opt.ts_recent_stamp = 0;
    tp.write_seq = 0;
  }
  inet.inet_dport = usin.sin_port;
  sk_daddr_set(sk, daddr);
  inet_csk(sk).icsk_ext_hdr_len = inet_opt !== null ? inet_opt.optlen : 0;
  tp.rx_opt.mss_clamp = TCP_MSS_DEFAULT;

  // The socket is hashed in state SYN_SENT; the hash function chooses the port.
  tcp_set_state(sk, TCP_SYN_SENT, 'connect');
  let err = inet_hash_connect(net.ipv4.tcp_death_row, sk);
  if (err !== 0) return connect_failed(sk, rt, err, 'connect_no_port');
  sk_set_txhash(sk);

  const new_rt = ip_route_newports(fl4, rt, orig_sport, orig_dport, inet.inet_sport, inet.inet_dport, sk);
  if (IS_ERR(new_rt)) return connect_failed(sk, null, new_rt, 'connect_no_route');
  // From here on the socket owns the route.
  sk.sk_gso_type = SKB_GSO_TCPV4;
  sk_setup_caps(sk, new_rt);

  const st = secure_tcp_seq_and_ts_off(net, inet.inet_saddr, inet.inet_daddr, inet.inet_sport, usin.sin_port);
  if (tp.write_seq === 0) tp.write_seq = st.seq;
  tp.tsoffset = st.ts_off;
  inet.inet_id = get_random_u32(net.machine) & 0xffff;

  err = tcp_connect(sk);
  if (err !== 0) return connect_failed(sk, null, err, 'connect_not_sent');
  return 0;
}

/** Unhash the socket and clear the address and port chosen for it. */
function connect_failed(sk: sock, rt: rtable | null, err: Errno, why: StateReason): Errno {
  tcp_set_state(sk, TCP_CLOSE, why);
  inet_bhash2_reset_saddr(sk);
  ip_rt_put(rt);
  sk.sk_route_caps = 0;
  inet_sk(sk).inet_dport = 0;
  return err;
}
