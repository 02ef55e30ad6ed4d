/** Per-host limits on the packets that a host can make this one send. @linux net/ipv4/inetpeer.c */
import { inet_peer, inet_peer_threshold, type inet_peer_base } from '../../include/net/inetpeer.ts';
import type { be32, jiffies_t } from '../../include/linux/types.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';
import type { Machine } from '../../machine.ts';

/** The state of a host, created if necessary. @linux include/net/inetpeer.h */
export function inet_getpeer_v4(machine: Machine, base: inet_peer_base, v4daddr: be32): inet_peer {
  let peer = base.peers.get(v4daddr);
  if (peer === undefined) {
    peer = new inet_peer(v4daddr);
    // Ensures that the first error is always sent.
    peer.rate_last = jiffies(machine) - XRLIM_BURST_FACTOR * 1000;
    if (base.peers.size >= inet_peer_threshold) base.peers.delete(base.peers.keys().next().value!);
  } else {
    base.peers.delete(v4daddr);
  }
  // Move to the end of the Map, as the most recently used.
  base.peers.set(v4daddr, peer);
  peer.dtime = jiffies(machine);
  return peer;
}

/** The number of errors that a host may receive at once after a quiet period. */
const XRLIM_BURST_FACTOR = 6;

/**
 * Whether another ICMP error may be sent to this host: one per `timeout` jiffies, with bursts of six.
 *
 * @linux net/ipv4/inetpeer.c
 */
export function inet_peer_xrlim_allow(machine: Machine, peer: inet_peer, timeout: jiffies_t): boolean {
  const now = jiffies(machine);
  let token = peer.rate_tokens + now - peer.rate_last;
  peer.rate_last = now;
  if (token > XRLIM_BURST_FACTOR * timeout) token = XRLIM_BURST_FACTOR * timeout;
  const allowed = token >= timeout;
  peer.rate_tokens = allowed ? token - timeout : token;
  return allowed;
}
