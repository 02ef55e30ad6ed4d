/** SO_REUSEPORT groups: several sockets share a port, and a hash distributes connections among them. */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { u32 } from '../../include/linux/types.ts';
import { NET_INC_STATS } from '../../include/net/net_namespace.ts';
import { sock_hold, sock_net, type sock, type sock_common } from '../../include/net/sock.ts';
import { sock_reuseport } from '../../include/net/sock_reuseport.ts';
import { EBUSY, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_TCP } from '../../include/uapi/linux/in.ts';
import { LINUX_MIB_TCPMIGRATEREQFAILURE } from '../../include/uapi/linux/snmp.ts';
import { TCP_ESTABLISHED } from '../../include/uapi/linux/tcp.ts';

function remove_from(socks: sock[], sk: sock): boolean {
  const at = socks.indexOf(sk);
  if (at < 0) return false;
  // The last member moves into the gap, as in Linux, so that the others keep their hash position.
  const last = socks.pop()!;
  if (last !== sk) socks[at] = last;
  return true;
}

/**
 * Create a group with the socket as its only member, unless it is already in a group.
 *
 * @linux net/core/sock_reuseport.c
 */
export function reuseport_alloc(sk: sock, bind_inany: boolean): Errno {
  const reuse = sk.sk_reuseport_cb;
  if (reuse !== null) {
    // A listener that was shut down is listening again.
    if (reuse.closed_socks.length > 0) return reuseport_resurrect(sk, reuse, null, bind_inany);
    if (bind_inany) reuse.bind_inany = true;
    return 0;
  }
  sk.sk_reuseport_cb = new_group(sk, bind_inany);
  return 0;
}

function new_group(sk: sock, bind_inany: boolean): sock_reuseport {
  const reuse = new sock_reuseport();
  reuse.bind_inany = bind_inany;
  reuse.socks.push(sk);
  return reuse;
}

/**
 * Join the group of sk2.
 *
 * @returns 0, or -EBUSY when the socket is in a group with others.
 * @linux net/core/sock_reuseport.c
 */
export function reuseport_add_sock(sk: sock, sk2: sock, bind_inany: boolean): Errno {
  if (sk2.sk_reuseport_cb === null) reuseport_alloc(sk2, bind_inany);
  const reuse = sk2.sk_reuseport_cb!;
  const old_reuse = sk.sk_reuseport_cb;
  if (old_reuse !== null && old_reuse.closed_socks.length > 0) {
    return reuseport_resurrect(sk, old_reuse, reuse, reuse.bind_inany);
  }
  if (old_reuse !== null && old_reuse.socks.length !== 1) return -EBUSY;
  reuse.socks.push(sk);
  sk.sk_reuseport_cb = reuse;
  return 0;
}

/**
 * A member that was shut down listens again: in its old group, in another, or in a new one.
 *
 * @linux net/core/sock_reuseport.c
 */
function reuseport_resurrect(
  sk: sock,
  old_reuse: sock_reuseport,
  reuse: sock_reuseport | null,
  bind_inany: boolean,
): Errno {
  remove_from(old_reuse.closed_socks, sk);
  if (reuse === null) {
    sk.sk_reuseport_cb = new_group(sk, bind_inany);
  } else {
    reuse.socks.push(sk);
    sk.sk_reuseport_cb = reuse;
  }
  return 0;
}

/** Leave the group. @linux net/core/sock_reuseport.c */
export function reuseport_detach_sock(sk: sock): void {
  const reuse = sk.sk_reuseport_cb;
  if (reuse === null) return;
  sk.sk_reuseport_cb = null;
  if (!remove_from(reuse.closed_socks, sk)) remove_from(reuse.socks, sk);
}

/**
 * A member stops listening. With net.ipv4.tcp_migrate_req it stays in the group as closed, so that its
 * requests and connections can migrate to other members.
 *
 * @linux net/core/sock_reuseport.c
 */
export function reuseport_stop_listen_sock(sk: sock): void {
  const reuse = sk.sk_reuseport_cb;
  if (reuse !== null && sk.sk_protocol === IPPROTO_TCP && sock_net(sk).ipv4.sysctl_tcp_migrate_req !== 0) {
    if (remove_from(reuse.socks, sk)) reuse.closed_socks.push(sk);
    return;
  }
  reuseport_detach_sock(sk);
}

/** The member selected by the hash; connected UDP members are skipped. @linux net/core/sock_reuseport.c */
function reuseport_select_sock_by_hash(reuse: sock_reuseport, hash: u32): sock | null {
  const { socks } = reuse;
  const count = socks.length;
  // reciprocal_scale(): spreads all 32-bit hashes evenly over the members.
  const first = Math.floor(((hash >>> 0) / 0x1_0000_0000) * count);
  for (let i = 0; i < count; i++) {
    const sk = socks[(first + i) % count]!;
    if (sk.skc_state !== TCP_ESTABLISHED) return sk;
  }
  return null;
}

/** The group member for a packet; null: the socket is in no group. @linux net/core/sock_reuseport.c */
export function reuseport_select_sock(
  sk: sock,
  hash: u32,
  _skb: sk_buff | null,
  _hdr_len: number,
): sock | null {
  const reuse = sk.sk_reuseport_cb;
  if (reuse === null || reuse.socks.length === 0) return null;
  return reuseport_select_sock_by_hash(reuse, hash);
}

/**
 * The listener that takes over from a closed one; takes a reference.
 *
 * @param migrating_sk the connection or request to migrate
 * @returns null when there is none, or net.ipv4.tcp_migrate_req is off
 * @linux net/core/sock_reuseport.c
 */
export function reuseport_migrate_sock(sk: sock, migrating_sk: sock_common): sock | null {
  const reuse = sk.sk_reuseport_cb;
  if (reuse === null) return null;
  const nsk =
    reuse.socks.length > 0 && sock_net(sk).ipv4.sysctl_tcp_migrate_req !== 0
      ? reuseport_select_sock_by_hash(reuse, migrating_sk.skc_hash)
      : null;
  if (nsk === null) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPMIGRATEREQFAILURE);
    return null;
  }
  sock_hold(nsk);
  return nsk;
}
