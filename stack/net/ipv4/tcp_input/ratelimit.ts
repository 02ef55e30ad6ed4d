/** Limits on ACKs that answer out-of-window segments, so that two confused ends don't ping-pong. @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_hdr } from '../../../include/linux/tcp.ts';
import { NET_INC_STATS, type net } from '../../../include/net/net_namespace.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { HZ, jiffies } from '../../../kernel/time/jiffies.ts';
import { get_random_u32_below } from '../../../lib/random.ts';

/** Whoever remembers when it last sent such an ACK: tcp_sock and tcp_request_sock. */
export interface oow_ack_owner {
  last_oow_ack_time: number;
}

/**
 * May an ACK be sent now, sysctl_tcp_invalid_ratelimit after the last one? Counts `mib_idx` if not.
 *
 * @returns true: don't send
 * @linux net/ipv4/tcp_input.c
 */
export function __tcp_oow_rate_limited(net: net, mib_idx: number, owner: oow_ack_owner): boolean {
  const now = jiffies(net.machine);
  const last = owner.last_oow_ack_time;
  if (last !== 0) {
    const elapsed = now - last;
    if (elapsed >= 0 && elapsed < net.ipv4.sysctl_tcp_invalid_ratelimit) {
      NET_INC_STATS(net, mib_idx);
      return true;
    }
  }
  owner.last_oow_ack_time = now;
  return false;
}

/**
 * The same for the answer to a certain segment: a loop consists of pure ACKs or of SYNs, so data passes.
 *
 * @returns true: don't answer
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_oow_rate_limited(net: net, skb: sk_buff, mib_idx: number, owner: oow_ack_owner): boolean {
  const cb = TCP_SKB_CB(skb);
  if (cb.seq !== cb.end_seq && !tcp_hdr(skb).syn) return false;
  return __tcp_oow_rate_limited(net, mib_idx, owner);
}

/** RFC 5961 section 7: a limit on challenge ACKs of the whole host, if sysctl_tcp_challenge_ack_limit sets one. @linux net/ipv4/tcp_input.c */
export function tcp_challenge_ack_allowed(net: net): boolean {
  const { ipv4 } = net;
  const ack_limit = ipv4.sysctl_tcp_challenge_ack_limit;
  if (ack_limit === 0x7fffffff) return true;
  const now = Math.floor(jiffies(net.machine) / HZ);
  if (now !== ipv4.tcp_challenge_timestamp) {
    const half = (ack_limit + 1) >>> 1;
    ipv4.tcp_challenge_timestamp = now;
    ipv4.tcp_challenge_count = half + get_random_u32_below(net.machine, ack_limit);
  }
  if (ipv4.tcp_challenge_count <= 0) return false;
  ipv4.tcp_challenge_count--;
  return true;
}
