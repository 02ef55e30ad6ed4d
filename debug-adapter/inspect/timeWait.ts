/** The time-wait sock that has taken a closing socket's place. */
import { inet_timewait_sock } from '../../stack/include/net/inet_timewait_sock.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';

/** Takes no reference, as the kernel's own lookup would. @returns null if there is none */
export function timeWaitOf(sk: sock_common): inet_timewait_sock | null {
  const { ehash, ehash_mask } = sk.skc_net.ipv4.hashinfo;
  let found = ehash[sk.skc_hash & ehash_mask]?.chain ?? null;
  for (; found !== null; found = found.skc_node_next) {
    const isItsOwn = found.skc_hash === sk.skc_hash && found.skc_daddr === sk.skc_daddr;
    if (found instanceof inet_timewait_sock && isItsOwn && found.skc_dport === sk.skc_dport) return found;
  }
  return null;
}
