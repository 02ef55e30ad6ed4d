/** Sequence numbers and ports that an outsider cannot guess (RFC 6528, RFC 6056). @linux net/core/secure_seq.c */
import type { be16, be32, u32 } from '../../include/linux/types.ts';
import type { net } from '../../include/net/net_namespace.ts';
import type { tcp_seq_and_ts_off } from '../../include/net/tcp_request_sock.ts';
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import { ktime_get_real_ns } from '../../kernel/time/timekeeping.ts';
import { siphash_3u32, siphash_4u32, siphash_key, type siphash_value } from '../../lib/siphash.ts';
import type { Machine } from '../../machine.ts';

/** How long the search for a port starts at the same place for the same destination, in jiffies. */
const EPHEMERAL_PORT_SHUFFLE_PERIOD = 10 * HZ;

/** The secret, created on first use. @linux net/core/secure_seq.c */
function net_secret_init(machine: Machine): siphash_key {
  return (machine.init_net.ipv4.net_secret ??= new siphash_key(machine));
}

/**
 * RFC 6528: the hash plus a clock with 64 ns ticks, so that a connection's numbers do not repeat for 274 s.
 *
 * @linux net/core/secure_seq.c
 */
function seq_scale(machine: Machine, seq: u32): u32 {
  return (seq + Math.floor(ktime_get_real_ns(machine) / 64)) | 0;
}

/**
 * Initial sequence number and timestamp offset of a connection, derived from its addresses and ports.
 * Timestamps have no offset when net.ipv4.tcp_timestamps is 2.
 *
 * @linux net/core/secure_seq.c
 */
export function secure_tcp_seq_and_ts_off(
  net: net,
  saddr: be32,
  daddr: be32,
  sport: be16,
  dport: be16,
): tcp_seq_and_ts_off {
  const hash = siphash_3u32(saddr, daddr, (sport << 16) | dport, net_secret_init(net.machine));
  return {
    seq: seq_scale(net.machine, hash.lo),
    ts_off: net.ipv4.sysctl_tcp_timestamps === 1 ? hash.hi : 0,
  };
}

/** Where the search for a local port begins, derived from the destination. @linux net/core/secure_seq.c */
export function secure_ipv4_port_ephemeral(
  machine: Machine,
  saddr: be32,
  daddr: be32,
  dport: be16,
): siphash_value {
  const period = Math.floor(jiffies(machine) / EPHEMERAL_PORT_SHUFFLE_PERIOD);
  return siphash_4u32(saddr, daddr, dport, period, net_secret_init(machine));
}
