/** The hash by which a flow's packets are spread. @linux include/net/sock.h */
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { get_random_u32 } from '../../../lib/random.ts';

/** A random hash for a flow; never 0. @linux include/net/sock.h */
export function net_tx_rndhash(sk: sock): number {
  return get_random_u32(sock_net(sk).machine) || 1;
}
/** Give the flow a new hash: in Linux it picks the transmit queue, and the path in IPv6. @linux include/net/sock.h */
export function sk_set_txhash(sk: sock): void {
  sk.sk_txhash = net_tx_rndhash(sk);
}
/** Try another path through the network. @returns whether it changed @linux include/net/sock.h */
export function sk_rethink_txhash(sk: sock): boolean {
  if (sk.sk_txhash === 0 || sock_net(sk).core.sysctl_txrehash === 0) return false;
  sk.sk_txhash = net_tx_rndhash(sk);
  return true;
}
