/** ICMP for the rest of the kernel: sending errors, counting messages. The protocol is in net/ipv4/icmp.ts. @linux include/net/icmp.h */
import type { sk_buff } from '../linux/skbuff.ts';
import type { be32 } from '../linux/types.ts';
import {
  ECONNREFUSED,
  EHOSTDOWN,
  EHOSTUNREACH,
  EMSGSIZE,
  ENETUNREACH,
  ENONET,
  ENOPROTOOPT,
  EOPNOTSUPP,
} from '../uapi/asm-generic/errno.ts';
import { ICMP_MIB_IN_FIRST, ICMP_MIB_OUT_FIRST, ICMP_MIB_OUTMSGS } from '../uapi/linux/snmp.ts';
import type { ip_options } from './ip.ts';
import { ICMP_INC_STATS, type net } from './net_namespace.ts';
import { skb_rtable } from './dst.ts';

/** Sends an ICMP message about a packet: __icmp_send() in net/ipv4/icmp.ts. */
export type icmp_send_t = (
  skb_in: sk_buff,
  type: number,
  code: number,
  info: be32,
  opt: ip_options | null,
) => void;

/** What an ICMP_DEST_UNREACH means to a socket. */
export interface icmp_err {
  /** The errno, positive. */
  readonly errno: number;
  /** Does it end a connection? */
  readonly fatal: boolean;
}
/** By the code of ICMP_DEST_UNREACH. @linux net/ipv4/icmp.c */
export const icmp_err_convert: readonly icmp_err[] = [
  /* ICMP_NET_UNREACH */ { errno: ENETUNREACH, fatal: false },
  /* ICMP_HOST_UNREACH */ { errno: EHOSTUNREACH, fatal: false },
  /* ICMP_PROT_UNREACH */ { errno: ENOPROTOOPT, fatal: true },
  /* ICMP_PORT_UNREACH */ { errno: ECONNREFUSED, fatal: true },
  /* ICMP_FRAG_NEEDED */ { errno: EMSGSIZE, fatal: false },
  /* ICMP_SR_FAILED */ { errno: EOPNOTSUPP, fatal: false },
  /* ICMP_NET_UNKNOWN */ { errno: ENETUNREACH, fatal: true },
  /* ICMP_HOST_UNKNOWN */ { errno: EHOSTDOWN, fatal: true },
  /* ICMP_HOST_ISOLATED */ { errno: ENONET, fatal: true },
  /* ICMP_NET_ANO */ { errno: ENETUNREACH, fatal: true },
  /* ICMP_HOST_ANO */ { errno: EHOSTUNREACH, fatal: true },
  /* ICMP_NET_UNR_TOS */ { errno: ENETUNREACH, fatal: false },
  /* ICMP_HOST_UNR_TOS */ { errno: EHOSTUNREACH, fatal: false },
  /* ICMP_PKT_FILTERED */ { errno: EHOSTUNREACH, fatal: true },
  /* ICMP_PREC_VIOLATION */ { errno: EHOSTUNREACH, fatal: true },
  /* ICMP_PREC_CUTOFF */ { errno: EHOSTUNREACH, fatal: true },
];

/** The machine that a packet is in, as far as the packet knows: by its route, else by its device. */
function skb_net(skb: sk_buff): net {
  const rt = skb_rtable(skb);
  return (rt !== null ? rt.dev : skb.dev!).nd_net;
}
/** Tell the sender of a packet what is wrong with it. @linux include/net/icmp.h */
export function icmp_send(skb_in: sk_buff, type: number, code: number, info: be32): void {
  __icmp_send(skb_in, type, code, info, skb_in.ipcb === null ? null : skb_in.ipcb.opt);
}
/** The same, with the IP options given. @linux net/ipv4/icmp.c */
export function __icmp_send(
  skb_in: sk_buff,
  type: number,
  code: number,
  info: be32,
  opt: ip_options | null,
): void {
  const sender = skb_net(skb_in).ipv4.icmp_sender;
  if (sender !== null) sender(skb_in, type, code, info, opt);
}
/** The types that have counters of their own, in the order in which /proc/net/snmp shows them. @linux net/ipv4/proc.c, icmpmibmap */
const icmpmibmap: readonly number[] = [3, 11, 12, 4, 5, 8, 0, 13, 14, 17, 18];

/** Count a message that goes out. @linux net/ipv4/icmp.c */
export function icmp_out_count(net: net, type: number): void {
  net.ipv4.icmpmsg_out[type]!++;
  ICMP_INC_STATS(net, ICMP_MIB_OUTMSGS);
  const index = icmpmibmap.indexOf(type);
  if (index >= 0) ICMP_INC_STATS(net, ICMP_MIB_OUT_FIRST + index);
}
/** Count a message that came in. @linux include/net/icmp.h */
export function ICMPMSGIN_INC_STATS(net: net, type: number): void {
  net.ipv4.icmpmsg_in[type]!++;
  const index = icmpmibmap.indexOf(type);
  if (index >= 0) ICMP_INC_STATS(net, ICMP_MIB_IN_FIRST + index);
}
