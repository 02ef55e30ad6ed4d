/** Reading datagrams. @linux net/ipv4/udp.c */
import type { file } from '../../../include/linux/fs.ts';
import type { socket } from '../../../include/linux/net.ts';
import { type poll_table, POLLIN, POLLRDNORM } from '../../../include/linux/poll.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { udp_hdr } from '../../../include/linux/udp.ts';
import type { msghdr } from '../../../include/linux/uio.ts';
import { SKB_DROP_REASON_UDP_CSUM } from '../../../include/net/dropreason.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { ip_hdr } from '../../../include/net/ip.ts';
import { UDP_INC_STATS } from '../../../include/net/net_namespace.ts';
import { RCV_SHUTDOWN, sk_wmem_alloc_get, type sock, sock_net } from '../../../include/net/sock.ts';
import { ENOIOCTLCMD, type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import {
  UDP_MIB_CSUMERRORS,
  UDP_MIB_INDATAGRAMS,
  UDP_MIB_INERRORS,
} from '../../../include/uapi/linux/snmp.ts';
import { sockaddr_in, SOCKADDR_IN_SIZE } from '../../../include/uapi/linux/in.ts';
import { AF_INET, MSG_ERRQUEUE, MSG_PEEK, MSG_TRUNC } from '../../../include/uapi/linux/socket.ts';
import { SIOCINQ, SIOCOUTQ } from '../../../include/uapi/linux/sockios.ts';
import {
  datagram_poll,
  skb_copy_datagram_msg,
  skb_free_datagram,
  skb_recv_datagram,
} from '../../core/datagram.ts';
import { kfree_skb, kfree_skb_reason } from '../../core/skbuff/alloc.ts';
import { __skb_unlink } from '../../core/skbuff/queue.ts';
import { sk_drops_add, sk_peek_offset_bwd, sk_peek_offset_fwd } from '../../core/sock/queue.ts';
import { ip_cmsg_recv, ip_recv_error } from '../ip_sockglue.ts';
import { udp_lib_checksum_complete } from './rcv.ts';

/** A datagram's checksum proved wrong: count it, and remove it from the queue if it is still there. */
function checksum_failed(sk: sock, skb: sk_buff, peeked: boolean): void {
  const net = sock_net(sk);
  UDP_INC_STATS(net, UDP_MIB_CSUMERRORS);
  UDP_INC_STATS(net, UDP_MIB_INERRORS);
  sk_drops_add(sk, 1);
  if (peeked && skb.list === sk.sk_receive_queue) {
    __skb_unlink(skb, sk.sk_receive_queue);
    kfree_skb(skb);
  }
  kfree_skb_reason(skb, SKB_DROP_REASON_UDP_CSUM);
}

/**
 * Read the next datagram; the part that does not fit is lost (MSG_TRUNC).
 *
 * @returns bytes copied (with the flag MSG_TRUNC: the datagram's length), or -EAGAIN, -ECONNREFUSED, …
 * @linux net/ipv4/udp.c
 */
export function* udp_recvmsg(sk: sock, msg: msghdr, len: number, flags: number): Sleeps<number | Errno> {
  if ((flags & MSG_ERRQUEUE) !== 0) return ip_recv_error(sk, msg, len);
  const peeking = (flags & MSG_PEEK) !== 0;
  for (;;) {
    const from = peeking && sk.sk_peek_off >= 0 ? { off: sk.sk_peek_off } : null;
    const skb = yield* skb_recv_datagram(sk, flags, from);
    if (skb === null) return 0;
    if (IS_ERR(skb)) return skb;
    const ulen = skb.len;
    const off = from === null ? 0 : from.off;
    const copied = Math.min(ulen - off, len);
    if (udp_lib_checksum_complete(skb)) {
      checksum_failed(sk, skb, peeking);
      msg.msg_flags &= ~MSG_TRUNC;
      continue;
    }
    if (copied < ulen - off) msg.msg_flags |= MSG_TRUNC;
    const err = skb_copy_datagram_msg(skb, off, msg, copied);
    if (err !== 0) {
      if (!peeking) {
        sk_drops_add(sk, 1);
        UDP_INC_STATS(sock_net(sk), UDP_MIB_INERRORS);
      }
      kfree_skb(skb);
      return err;
    }
    if (!peeking) UDP_INC_STATS(sock_net(sk), UDP_MIB_INDATAGRAMS);
    msg.msg_name = new sockaddr_in(AF_INET, udp_hdr(skb).source, ip_hdr(skb).saddr);
    msg.msg_namelen = SOCKADDR_IN_SIZE;
    if (inet_sk(sk).cmsg_flags !== 0) ip_cmsg_recv(msg, sk, skb);
    const ret = (flags & MSG_TRUNC) !== 0 ? ulen : copied;
    if (peeking) sk_peek_offset_fwd(sk, ret);
    else sk_peek_offset_bwd(sk, ulen);
    skb_free_datagram(sk, skb);
    return ret;
  }
}

/**
 * Length of the first datagram with a correct checksum, in bytes; -1: none. Datagrams with a wrong checksum
 * are dropped.
 *
 * @linux net/ipv4/udp.c
 */
function first_packet_length(sk: sock): number {
  for (;;) {
    const skb = sk.sk_receive_queue.next;
    if (skb === null) return -1;
    if (!udp_lib_checksum_complete(skb)) return skb.len;
    __skb_unlink(skb, sk.sk_receive_queue);
    checksum_failed(sk, skb, false);
  }
}

/** poll(): a datagram with a wrong checksum does not count as readable. @linux net/ipv4/udp.c */
export function udp_poll(file: file, sock: socket, wait: poll_table | null): number {
  const mask = datagram_poll(file, sock, wait);
  const sk = sock.sk!;
  if (
    (mask & POLLRDNORM) !== 0 &&
    (sk.sk_shutdown & RCV_SHUTDOWN) === 0 &&
    sk.sk_receive_queue.next !== null
  ) {
    if (first_packet_length(sk) === -1) return mask & ~(POLLIN | POLLRDNORM);
  }
  return mask;
}

/** SIOCINQ: length of the next datagram; SIOCOUTQ: unsent bytes. -ENOIOCTLCMD. @linux net/ipv4/udp.c */
export function udp_ioctl(sk: sock, cmd: number, _arg: unknown): number | Errno {
  switch (cmd) {
    case SIOCOUTQ:
      return sk_wmem_alloc_get(sk);
    case SIOCINQ:
      return Math.max(0, first_packet_length(sk));
    default:
      return -ENOIOCTLCMD;
  }
}
