/** A child of a listener becomes one more owner of the listener's port. */
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { ENOENT, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { inet_csk_update_fastreuse } from '../inet_connection_sock/port.ts';
import {
  inet_bind_bucket_create,
  inet_bind_bucket_find,
  inet_bind_hash,
  inet_bind2_bucket_addr_match,
  inet_bind2_bucket_create,
  inet_bind2_bucket_find,
} from './bind.ts';
import { inet_bhash_bucket, inet_bhashfn_portaddr, tcp_or_dccp_get_hashinfo } from './hash.ts';

/**
 * Bind the child to the port that it was called at.
 *
 * @returns -ENOENT when the listener has just lost its port
 * @linux net/ipv4/inet_hashtables.c
 */
export function __inet_inherit_port(sk: sock, child: sock): Errno {
  const table = tcp_or_dccp_get_hashinfo(sk);
  const net = sock_net(sk);
  const port = inet_csk(child).inet_num;
  let tb = inet_csk(sk).icsk_bind_hash;
  let tb2 = inet_csk(sk).icsk_bind2_hash;
  if (tb === null || tb2 === null) return -ENOENT;

  // A transparent proxy may have been called at another port than it listens at.
  const other_port = tb.port !== port;
  if (other_port) {
    const head = inet_bhash_bucket(table, port);
    tb = inet_bind_bucket_find(head, net, port, 0) ?? inet_bind_bucket_create(net, head, port, 0);
  }
  if (other_port || !inet_bind2_bucket_addr_match(tb2, child)) {
    const head2 = inet_bhashfn_portaddr(table, child, net, port);
    tb2 =
      inet_bind2_bucket_find(head2, net, port, 0, child) ??
      inet_bind2_bucket_create(net, head2, port, 0, child);
  }
  if (other_port) inet_csk_update_fastreuse(tb, child);
  inet_bind_hash(child, tb, tb2, port);
  return 0;
}
