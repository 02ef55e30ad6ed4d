/** The hash by which a flow's packets are spread. @linux include/net/sock.h */
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { get_random_u32 } from '../../../lib/random.ts';

export function net_tx_rndhash(sk: sock): number {
  return get_random_u32(sock_net(sk).machine) || 1;
}
export function sk_set_txhash(sk: sock): void {
  sk.sk_txhash = net_tx_rndhash(sk);
}
/** Try another path through the network. @returns whether it changed */
export function sk_rethink_txhash(sk: sock): boolean {
  if (sk.sk_txhash === 0 || sock_net(sk).core.sysctl_txrehash === 0) return false;
  sk.sk_txhash = net_tx_rndhash(sk);
  return true;
}
