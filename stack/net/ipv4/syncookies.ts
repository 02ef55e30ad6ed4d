/**
 * SYN cookies: when the SYN queue is full, the request is not remembered but put into the SYN-ACK's sequence number
 * (the MSS) and timestamp (the other options). The final ACK brings it back.
 *
 * @linux net/ipv4/syncookies.c
 */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import { tcp_hdr, type tcp_options_received, type tcphdr } from '../../include/linux/tcp.ts';
import type { be16, be32, ktime_t, u32 } from '../../include/linux/types.ts';
import { dst_metric, RTAX_FEATURE_ECN, RTAX_FEATURES, type dst_entry } from '../../include/net/dst.ts';
import { inet_rsk } from '../../include/net/inet_sock.ts';
import { ip_hdr, type iphdr } from '../../include/net/ip.ts';
import type { net } from '../../include/net/net_namespace.ts';
import type { request_sock } from '../../include/net/request_sock.ts';
import { tcp_ns_to_ts, TCP_SACK_SEEN } from '../../include/net/tcp.ts';
import { tcp_clear_options } from '../../include/net/tcp_rx_opt.ts';
import { MAX_SYNCOOKIE_AGE, tcp_cookie_time } from '../../include/net/tcp_syncookies.ts';
import type { Machine } from '../../machine.ts';
import { siphash_4u32, siphash_key } from '../../lib/siphash.ts';

/** Bits of the sequence number that hold counter-protected data: the rest is the counter. */
const COOKIEBITS = 24;
const COOKIEMASK = (1 << COOKIEBITS) - 1;

/** The low bits of the timestamp: window scale (15: none), SACK, ECN. */
const TS_OPT_WSCALE_MASK = 0xf;
const TS_OPT_SACK = 1 << 4;
const TS_OPT_ECN = 1 << 5;
const TSBITS = 6;

/** The values of MSS that a cookie can express, in bytes: by how they occur in the wild. */
const msstab = [536, 1300, 1440, 1460] as const;

function cookie_hash(
  machine: Machine,
  saddr: be32,
  daddr: be32,
  sport: be16,
  dport: be16,
  count: number,
  c: 0 | 1,
): u32 {
  const { ipv4 } = machine.init_net;
  const secrets = (ipv4.syncookie_secret ??= [new siphash_key(machine), new siphash_key(machine)]);
  return siphash_4u32(saddr, daddr, (sport << 16) | dport, count, secrets[c]!).lo;
}

/** The options of a request, in the low bits of a timestamp that is not later than `now` (ns). @linux net/ipv4/syncookies.c */
export function cookie_init_timestamp(req: request_sock, now: ktime_t): ktime_t {
  const ireq = inet_rsk(req);
  const ts_now = tcp_ns_to_ts(now) >>> 0;
  let options = ireq.wscale_ok ? ireq.snd_wscale : TS_OPT_WSCALE_MASK;
  if (ireq.sack_ok) options |= TS_OPT_SACK;
  if (ireq.ecn_ok) options |= TS_OPT_ECN;
  let ts = Math.floor(ts_now / 2 ** TSBITS) * 2 ** TSBITS + options;
  if (ts > ts_now) ts -= 2 ** TSBITS;
  return ts * 1_000_000;
}

/** The cookie: two keyed hashes, the minute, the peer's sequence number, and `data` in the low bits. */
function secure_tcp_syn_cookie(
  machine: Machine,
  saddr: be32,
  daddr: be32,
  sport: be16,
  dport: be16,
  sseq: u32,
  data: number,
): u32 {
  const count = tcp_cookie_time(machine);
  return (
    (cookie_hash(machine, saddr, daddr, sport, dport, 0, 0) +
      sseq +
      (count << COOKIEBITS) +
      ((cookie_hash(machine, saddr, daddr, sport, dport, count, 1) + data) & COOKIEMASK)) |
    0
  );
}

/** Take a cookie apart. @returns its data; -1: too old, or none of ours */
function check_tcp_syn_cookie(
  machine: Machine,
  cookie: u32,
  saddr: be32,
  daddr: be32,
  sport: be16,
  dport: be16,
  sseq: u32,
): number {
  const count = tcp_cookie_time(machine);
  const rest = (cookie - cookie_hash(machine, saddr, daddr, sport, dport, 0, 0) - sseq) | 0;
  // How many minutes ago, modulo 256.
  const diff = (count - (rest >>> COOKIEBITS)) & 0xff;
  if (diff >= MAX_SYNCOOKIE_AGE) return -1;
  return (rest - cookie_hash(machine, saddr, daddr, sport, dport, count - diff, 1)) & COOKIEMASK;
}

/** The cookie that answers a SYN, and the MSS that it expresses: at most the peer's. @linux net/ipv4/syncookies.c */
export function __cookie_v4_init_sequence(
  machine: Machine,
  iph: iphdr,
  th: tcphdr,
  mss: number,
): { seq: u32; mss: number } {
  let mssind = msstab.length - 1;
  while (mssind > 0 && mss < msstab[mssind]!) mssind--;
  const seq = secure_tcp_syn_cookie(machine, iph.saddr, iph.daddr, th.source, th.dest, th.seq, mssind);
  return { seq, mss: msstab[mssind]! };
}

/** The cookie for a SYN, in host order, and the MSS that it encodes, in bytes. @linux net/ipv4/syncookies.c */
export function cookie_v4_init_sequence(skb: sk_buff, mss: number): { seq: u32; mss: number } {
  return __cookie_v4_init_sequence(skb.machine, ip_hdr(skb), tcp_hdr(skb), mss);
}

/** Is it a cookie of ours? @returns the MSS that it holds, or 0 @linux net/ipv4/syncookies.c */
export function __cookie_v4_check(machine: Machine, iph: iphdr, th: tcphdr, cookie: u32): number {
  const seq = (th.seq - 1) | 0;
  const mssind = check_tcp_syn_cookie(machine, cookie, iph.saddr, iph.daddr, th.source, th.dest, seq);
  return msstab[mssind] ?? 0;
}

/**
 * Read the options from the timestamp that the cookie's owner echoes.
 *
 * @returns false: they are not allowed any more
 * @linux net/ipv4/syncookies.c
 */
export function cookie_timestamp_decode(net: net, tcp_opt: tcp_options_received): boolean {
  const { ipv4 } = net;
  const options = tcp_opt.rcv_tsecr;
  if (!tcp_opt.saw_tstamp) {
    tcp_clear_options(tcp_opt);
    return true;
  }
  if (ipv4.sysctl_tcp_timestamps === 0) return false;
  tcp_opt.sack_ok = (options & TS_OPT_SACK) !== 0 ? TCP_SACK_SEEN : 0;
  if (tcp_opt.sack_ok !== 0 && ipv4.sysctl_tcp_sack === 0) return false;
  if ((options & TS_OPT_WSCALE_MASK) === TS_OPT_WSCALE_MASK) return true;
  tcp_opt.wscale_ok = true;
  tcp_opt.snd_wscale = options & TS_OPT_WSCALE_MASK;
  return ipv4.sysctl_tcp_window_scaling !== 0;
}

/** Was ECN agreed on? @linux net/ipv4/syncookies.c */
export function cookie_ecn_ok(tcp_opt: tcp_options_received, net: net, dst: dst_entry): boolean {
  if ((tcp_opt.rcv_tsecr & TS_OPT_ECN) === 0) return false;
  return net.ipv4.sysctl_tcp_ecn !== 0 || (dst_metric(dst, RTAX_FEATURES) & RTAX_FEATURE_ECN) !== 0;
}
