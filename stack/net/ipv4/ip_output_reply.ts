/** Answers of the machine itself to packets that have no socket: TCP's RST and ACK. Part of ip_output.c. @linux net/ipv4/ip_output.c */
import { FLOWI_FLAG_ANYSRC, flowi4, ip_rt_put } from '../../include/net/dst.ts';
import { flowi4_init_output } from '../../include/net/flow.ts';
import { inet_sk } from '../../include/net/inet_sock.ts';
import {
  ip_hdr,
  ip_options,
  IP_REPLY_ARG_NOSRCCHECK,
  ipcm_cookie,
  read_be16,
  write_be16,
  type ip_reply_arg,
} from '../../include/net/ip.ts';
import { RT_TOS } from '../../include/net/route.ts';
import { sock_net, type sock } from '../../include/net/sock.ts';
import { CHECKSUM_NONE, skb_peek, type sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import { IS_ERR, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { RT_SCOPE_UNIVERSE } from '../../include/uapi/linux/rtnetlink.ts';
import { MSG_DONTWAIT } from '../../include/uapi/linux/socket.ts';
import { csum_add, csum_block_add, csum_fold, csum_partial } from '../../lib/checksum.ts';
import { __ip_options_echo } from './ip_options.ts';
import { ip_append_data, ip_flush_pending_frames, ip_push_pending_frames } from './ip_output_append.ts';
import { ip_route_output_flow } from './route.ts';

export { ip_reply_arg } from '../../include/net/ip.ts';

function ip_reply_glue_bits(
  from: Uint8Array,
  to: Uint8Array,
  at: number,
  offset: number,
  len: number,
  odd: number,
  skb: sk_buff,
): Errno {
  to.set(from.subarray(offset, offset + len), at);
  skb.csum = csum_block_add(skb.csum, csum_partial(to, at, len, 0), odd);
  return 0;
}

/**
 * Answer a packet through the machine's own socket: TCP's RST and ACK where there is no socket, or only a request or
 * the rest of one.
 *
 * @param sk the machine's control socket
 * @param sopt options of the packet answered; its source route is turned round
 * @linux net/ipv4/ip_output.c
 */
export function ip_send_unicast_reply(
  sk: sock,
  skb: sk_buff,
  sopt: ip_options | null,
  to: be32,
  saddr: be32,
  arg: ip_reply_arg,
  len: number,
  _transmit_time: number,
  txhash: number,
): void {
  const net = sock_net(sk);
  const replyopts = new ip_options();
  if (__ip_options_echo(net, replyopts, skb, sopt) !== 0) return;
  let daddr = to;
  const ipc = new ipcm_cookie();
  ipc.addr = daddr;
  if (replyopts.optlen !== 0) {
    ipc.opt = replyopts;
    if (replyopts.srr !== 0) daddr = replyopts.faddr;
  }

  const fl4 = new flowi4();
  const { protocol } = ip_hdr(skb);
  const flow_flags = (arg.flags & IP_REPLY_ARG_NOSRCCHECK) !== 0 ? FLOWI_FLAG_ANYSRC : 0;
  const source = read_be16(skb.head, skb.transport_header);
  const dest = read_be16(skb.head, skb.transport_header + 2);
  const oif = arg.bound_dev_if;
  const mark = (net.ipv4.sysctl_fwmark_reflect !== 0 ? skb.mark : 0) || sk.sk_mark;
  const tos = RT_TOS(arg.tos);
  const scope = RT_SCOPE_UNIVERSE;
  flowi4_init_output(fl4, oif, mark, tos, scope, protocol, flow_flags, daddr, saddr, source, dest, arg.uid);
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) return;

  inet_sk(sk).tos = arg.tos & ~3;
  sk.sk_protocol = protocol;
  sk.sk_bound_dev_if = arg.bound_dev_if;
  sk.sk_sndbuf = net.core.sysctl_wmem_default;
  const err = ip_append_data(sk, fl4, ip_reply_glue_bits, arg.iov_base, len, 0, ipc, rt, MSG_DONTWAIT);
  if (err !== 0) {
    ip_flush_pending_frames(sk);
  } else {
    const nskb = skb_peek(sk.sk_write_queue);
    if (nskb !== null) {
      if (arg.csumoffset >= 0) {
        const check = csum_fold(csum_add(nskb.csum, arg.csum));
        write_be16(nskb.head, nskb.transport_header + arg.csumoffset * 2, check);
      }
      nskb.ip_summed = CHECKSUM_NONE;
      if (txhash !== 0) nskb.hash = txhash;
      ip_push_pending_frames(sk, fl4);
    }
  }
  ip_rt_put(rt);
}
