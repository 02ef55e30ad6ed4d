/**
 * IP options (RFC 791 3.1): parsing, answering and writing them, and following a source route.
 *
 * @linux net/ipv4/ip_options.c
 */
import type { net_device } from '../../include/linux/netdevice.ts';
import { CAP_NET_RAW, type task_struct } from '../../include/linux/sched.ts';
import { PACKET_HOST, type sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import {
  ip_hdr,
  ip_options,
  IPCB,
  IPHDR_LEN,
  MAX_IPOPTLEN,
  read_be32,
  write_be32,
} from '../../include/net/ip.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { type rtable, skb_rtable } from '../../include/net/route.ts';
import { EINVAL, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { ICMP_PARAMETERPROB } from '../../include/uapi/linux/icmp.ts';
import { RTN_LOCAL, RTN_UNICAST } from '../../include/uapi/linux/rtnetlink.ts';
import { ns_capable } from '../../kernel/capability.ts';
import { ip_fast_csum } from '../../lib/checksum.ts';
import { skb_dst_set } from '../core/skbuff/alloc.ts';
import { inet_current_timestamp } from './af_inet/sock.ts';
import { fib_compute_spec_dst, inet_addr_type } from './fib_frontend.ts';
import { icmp_send } from './icmp/send.ts';
import { ip_route_input } from './route/input.ts';
import { ip_rt_get_source } from './route/output.ts';

/** Option kinds. @linux include/uapi/linux/ip.h */
const IPOPT_END = 0;
const IPOPT_NOOP = 1;
const IPOPT_RR = 7;
const IPOPT_TIMESTAMP = 68;
const IPOPT_LSRR = 131;
const IPOPT_SSRR = 137;
const IPOPT_RA = 148;
const IPOPT_TS_TSONLY = 0;
const IPOPT_TS_TSANDADDR = 1;
const IPOPT_TS_PRESPEC = 3;
/** Bit of the kind: the option is copied to every fragment. */
const IPOPT_COPY = 0x80;

/**
 * Write options into a header that has room for them. `daddr` is the final destination; with a source route
 * the header names the first hop.
 *
 * @linux net/ipv4/ip_options.c
 */
export function ip_options_build(skb: sk_buff, opt: ip_options, daddr: be32, rt: rtable): void {
  const { head } = skb;
  const iph = skb.network_header;
  IPCB(skb).opt = ip_options_copy(opt);
  head.set(opt.__data.subarray(0, opt.optlen), iph + IPHDR_LEN);
  if (opt.srr !== 0) write_be32(head, iph + opt.srr + head[iph + opt.srr + 1]! - 4, daddr);
  if (opt.rr_needaddr) ip_rt_get_source(head, iph + opt.rr + head[iph + opt.rr + 2]! - 5, skb, rt);
  if (opt.ts_needaddr) ip_rt_get_source(head, iph + opt.ts + head[iph + opt.ts + 2]! - 9, skb, rt);
  if (opt.ts_needtime) {
    write_be32(head, iph + opt.ts + head[iph + opt.ts + 2]! - 5, inet_current_timestamp(rt.dev.nd_net));
  }
}

/** A copy, because a packet's options are modified while the socket's must not be. */
function ip_options_copy(from: ip_options): ip_options {
  const to = new ip_options();
  Object.assign(to, from);
  return to;
}

/**
 * Build the options of a reply from those of a packet: the source route is reversed, recorded routes and
 * timestamps get empty slots, other options are echoed.
 *
 * @returns 0, or -EINVAL
 * @linux net/ipv4/ip_options.c
 */
export function __ip_options_echo(net: net, dopt: ip_options, skb: sk_buff, sopt: ip_options | null): Errno {
  if (sopt === null || sopt.optlen === 0) return 0;
  const { head } = skb;
  const sptr = skb.network_header;
  const data = new Uint8Array(MAX_IPOPTLEN);
  dopt.__data = data;

  if (sopt.rr !== 0) {
    const optlen = head[sptr + sopt.rr + 1]!;
    const soffset = head[sptr + sopt.rr + 2]!;
    const at = dopt.optlen;
    dopt.rr = at + IPHDR_LEN;
    data.set(head.subarray(sptr + sopt.rr, sptr + sopt.rr + optlen), at);
    if (sopt.rr_needaddr && soffset <= optlen) {
      if (soffset + 3 > optlen) return -EINVAL;
      data[at + 2] = soffset + 4;
      dopt.rr_needaddr = true;
    }
    dopt.optlen += optlen;
  }
  if (sopt.ts !== 0) {
    const err = echo_timestamp(net, dopt, head, sptr, sopt);
    if (err !== 0) return err;
  }
  if (sopt.srr !== 0) echo_source_route(dopt, skb, sopt);
  while ((dopt.optlen & 3) !== 0) data[dopt.optlen++] = IPOPT_END;
  return 0;
}
/**
 * Build the options of a reply from those of a packet, with reversed routes. -EINVAL on error.
 *
 * @linux include/net/ip.h
 */
export function ip_options_echo(net: net, dopt: ip_options, skb: sk_buff): Errno {
  return __ip_options_echo(net, dopt, skb, skb.ipcb === null ? null : skb.ipcb.opt);
}

function echo_timestamp(net: net, dopt: ip_options, head: Uint8Array, sptr: number, sopt: ip_options): Errno {
  const data = dopt.__data;
  const at = dopt.optlen;
  const optlen = head[sptr + sopt.ts + 1]!;
  let soffset = head[sptr + sopt.ts + 2]!;
  dopt.ts = at + IPHDR_LEN;
  data.set(head.subarray(sptr + sopt.ts, sptr + sopt.ts + optlen), at);
  if (soffset <= optlen) {
    if (sopt.ts_needaddr) {
      if (soffset + 3 > optlen) return -EINVAL;
      dopt.ts_needaddr = true;
      soffset += 4;
    }
    if (sopt.ts_needtime) {
      if (soffset + 3 > optlen) return -EINVAL;
      if ((data[at + 3]! & 0xf) !== IPOPT_TS_PRESPEC) {
        dopt.ts_needtime = true;
        soffset += 4;
      } else if (
        soffset + 7 <= optlen &&
        inet_addr_type(net, read_be32(data, at + soffset - 1)) !== RTN_UNICAST
      ) {
        dopt.ts_needtime = true;
        soffset += 8;
      }
    }
    data[at + 2] = soffset;
  }
  dopt.optlen += optlen;
  return 0;
}

function echo_source_route(dopt: ip_options, skb: sk_buff, sopt: ip_options): void {
  const { head } = skb;
  const start = skb.network_header + sopt.srr;
  const data = dopt.__data;
  const at = dopt.optlen;
  const optlen = head[start + 1]!;
  let soffset = Math.min(head[start + 2]!, optlen + 1) - 4;
  if (soffset <= 3) return;
  const faddr = read_be32(head, start + soffset - 1);
  let doffset = 4;
  for (soffset -= 4; soffset > 3; soffset -= 4, doffset += 4) {
    write_be32(data, at + doffset - 1, read_be32(head, start + soffset - 1));
  }
  // RFC 1812 5.3.13.4: correct a route that ends at the sender.
  if (ip_hdr(skb).saddr === read_be32(head, start + soffset + 3)) doffset -= 4;
  if (doffset <= 3) return;
  dopt.faddr = faddr;
  data[at] = head[start]!;
  data[at + 1] = doffset + 3;
  data[at + 2] = 4;
  dopt.srr = at + IPHDR_LEN;
  dopt.optlen += doffset + 3;
  dopt.is_strictroute = sopt.is_strictroute;
}

/** Blank the options that only the first fragment carries. @linux net/ipv4/ip_options.c */
export function ip_options_fragment(skb: sk_buff): void {
  const { opt } = IPCB(skb);
  if (opt === null) return;
  const { head } = skb;
  let at = skb.network_header + IPHDR_LEN;
  let left = opt.optlen;
  while (left > 0) {
    const kind = head[at]!;
    if (kind === IPOPT_END) return;
    if (kind === IPOPT_NOOP) {
      left--;
      at++;
      continue;
    }
    const optlen = head[at + 1]!;
    if (optlen < 2 || optlen > left) return;
    if ((kind & IPOPT_COPY) === 0) head.fill(IPOPT_NOOP, at, at + optlen);
    left -= optlen;
    at += optlen;
  }
  opt.ts = 0;
  opt.rr = 0;
  opt.rr_needaddr = false;
  opt.ts_needaddr = false;
  opt.ts_needtime = false;
}

/** Parses a list of options, separately from the struct that it fills in. */
class options_reader {
  net: net;
  opt: ip_options;
  /** The packet that carries the options; null: the user sets them. */
  skb: sk_buff | null;
  bytes: Uint8Array;
  /** Offset of the IP header in `bytes`, to which option offsets are relative. */
  iph: number;
  /** Whether the user may set privileged options. */
  privileged: boolean;
  constructor(net: net, opt: ip_options, skb: sk_buff | null, task: task_struct | null) {
    this.net = net;
    this.opt = opt;
    this.skb = skb;
    this.bytes = skb !== null ? skb.head : opt.__data;
    this.iph = skb !== null ? skb.network_header : -IPHDR_LEN;
    this.privileged = skb !== null || task === null || ns_capable(task, CAP_NET_RAW);
  }

  /** @returns -1, or the offset of an error in `bytes` */
  read(): number {
    const { opt, bytes } = this;
    let at = this.iph + IPHDR_LEN;
    for (let left = opt.optlen; left > 0;) {
      const kind = bytes[at]!;
      if (kind === IPOPT_END) {
        for (let i = at + 1; i < at + left; i++) {
          if (bytes[i] === IPOPT_END) continue;
          bytes[i] = IPOPT_END;
          opt.is_changed = true;
        }
        return -1;
      }
      if (kind === IPOPT_NOOP) {
        left--;
        at++;
        continue;
      }
      if (left < 2) return at;
      const optlen = bytes[at + 1]!;
      if (optlen < 2 || optlen > left) return at;
      const mistake = this.#read_one(kind, at, optlen);
      if (mistake >= 0) return mistake;
      left -= optlen;
      at += optlen;
    }
    return -1;
  }

  #read_one(kind: number, at: number, optlen: number): number {
    switch (kind) {
      case IPOPT_SSRR:
      case IPOPT_LSRR:
        return this.#source_route(kind, at, optlen);
      case IPOPT_RR:
        return this.#record_route(at, optlen);
      case IPOPT_TIMESTAMP:
        return this.#timestamp(at, optlen);
      case IPOPT_RA:
        if (optlen < 4) return at + 1;
        if (this.bytes[at + 2] === 0 && this.bytes[at + 3] === 0) this.opt.router_alert = at - this.iph;
        return -1;
      default:
        return this.privileged ? -1 : at;
    }
  }

  #source_route(kind: number, at: number, optlen: number): number {
    const { opt, bytes } = this;
    if (optlen < 3) return at + 1;
    if (bytes[at + 2]! < 4) return at + 2;
    // RFC 1812 5.2.4.1: at most one source route.
    if (opt.srr !== 0) return at;
    if (this.skb === null) {
      if (bytes[at + 2] !== 4 || optlen < 7 || ((optlen - 3) & 3) !== 0) return at + 1;
      // The first hop becomes the packet's destination; the others move forward.
      opt.faddr = read_be32(bytes, at + 3);
      if (optlen > 7) bytes.copyWithin(at + 3, at + 7, at + optlen);
    }
    opt.is_strictroute = kind === IPOPT_SSRR;
    opt.srr = at - this.iph;
    return -1;
  }

  #record_route(at: number, optlen: number): number {
    const { opt, bytes } = this;
    if (opt.rr !== 0) return at;
    if (optlen < 3) return at + 1;
    const pointer = bytes[at + 2]!;
    if (pointer < 4) return at + 2;
    if (pointer <= optlen) {
      if (pointer + 3 > optlen) return at + 2;
      this.#write_address(at + pointer - 1);
      bytes[at + 2] = pointer + 4;
      opt.rr_needaddr = true;
    }
    opt.rr = at - this.iph;
    return -1;
  }

  #timestamp(at: number, optlen: number): number {
    const { opt, bytes } = this;
    if (opt.ts !== 0) return at;
    if (optlen < 4) return at + 1;
    const pointer = bytes[at + 2]!;
    const kind = bytes[at + 3]! & 0xf;
    if (pointer < 5) return at + 2;
    if (pointer <= optlen) {
      if (pointer + 3 > optlen) return at + 2;
      switch (kind) {
        case IPOPT_TS_TSONLY:
          if (this.skb !== null) this.#write_time(at + pointer - 1);
          opt.ts_needtime = true;
          bytes[at + 2] = pointer + 4;
          break;
        case IPOPT_TS_TSANDADDR:
          if (pointer + 7 > optlen) return at + 2;
          if (this.#write_address(at + pointer - 1)) this.#write_time(at + pointer + 3);
          opt.ts_needaddr = true;
          opt.ts_needtime = true;
          bytes[at + 2] = pointer + 8;
          break;
        case IPOPT_TS_PRESPEC:
          if (pointer + 7 > optlen) return at + 2;
          // Only if the next address in the list is local.
          if (inet_addr_type(this.net, read_be32(bytes, at + pointer - 1)) === RTN_UNICAST) break;
          if (this.skb !== null) this.#write_time(at + pointer + 3);
          opt.ts_needtime = true;
          bytes[at + 2] = pointer + 8;
          break;
        default:
          if (!this.privileged) return at + 3;
      }
    } else if (kind !== IPOPT_TS_PRESPEC) {
      const overflow = bytes[at + 3]! >> 4;
      if (overflow === 15) return at + 3;
      if (this.skb !== null) {
        bytes[at + 3] = kind | ((overflow + 1) << 4);
        opt.is_changed = true;
      }
    }
    opt.ts = at - this.iph;
    return -1;
  }

  /** Write the local address, if the packet has a route that determines it. */
  #write_address(at: number): boolean {
    if (this.skb === null || skb_rtable(this.skb) === null) return false;
    write_be32(this.bytes, at, fib_compute_spec_dst(this.skb));
    this.opt.is_changed = true;
    return true;
  }
  #write_time(at: number): void {
    write_be32(this.bytes, at, inet_current_timestamp(this.net));
    this.opt.is_changed = true;
  }
}

/**
 * Check options and record the offset of each, without notifying the sender of errors. 0, or -EINVAL.
 *
 * @linux net/ipv4/ip_options.c
 */
export function __ip_options_compile(net: net, opt: ip_options, skb: sk_buff): Errno {
  return new options_reader(net, opt, skb, null).read() < 0 ? 0 : -EINVAL;
}

/**
 * As __ip_options_compile(), for a received packet: its sender is notified of errors by ICMP. 0, or -EINVAL.
 *
 * @linux net/ipv4/ip_options.c
 */
export function ip_options_compile(net: net, opt: ip_options, skb: sk_buff): Errno {
  const reader = new options_reader(net, opt, skb, null);
  const mistake = reader.read();
  if (mistake < 0) return 0;
  icmp_send(skb, ICMP_PARAMETERPROB, 0, (mistake - reader.iph) << 24);
  return -EINVAL;
}

/** Check options set by the user (IP_OPTIONS). -EINVAL. @linux net/ipv4/ip_options.c */
export function ip_options_get(net: net, data: Uint8Array, task: task_struct): ip_options | Errno {
  if (data.length > MAX_IPOPTLEN) return -EINVAL;
  const opt = new ip_options();
  opt.optlen = (data.length + 3) & ~3;
  opt.__data = new Uint8Array(opt.optlen);
  opt.__data.set(data);
  if (opt.optlen !== 0 && new options_reader(net, opt, null, task).read() >= 0) return -EINVAL;
  return opt;
}

/**
 * Undo the changes made by parsing, so that the user sees the options as they were sent.
 *
 * @linux net/ipv4/ip_options.c
 */
export function ip_options_undo(opt: ip_options): void {
  const bytes = opt.__data;
  if (opt.srr !== 0) {
    const at = opt.srr - IPHDR_LEN;
    bytes.copyWithin(at + 7, at + 3, at + bytes[at + 1]! - 4);
    write_be32(bytes, at + 3, opt.faddr);
  }
  if (opt.rr_needaddr) {
    const at = opt.rr - IPHDR_LEN;
    bytes[at + 2]! -= 4;
    write_be32(bytes, at + bytes[at + 2]! - 1, 0);
  }
  if (opt.ts !== 0) {
    const at = opt.ts - IPHDR_LEN;
    if (opt.ts_needtime) {
      bytes[at + 2]! -= 4;
      write_be32(bytes, at + bytes[at + 2]! - 1, 0);
      if ((bytes[at + 3]! & 0xf) === IPOPT_TS_PRESPEC) bytes[at + 2]! -= 4;
    }
    if (opt.ts_needaddr) {
      bytes[at + 2]! -= 4;
      write_be32(bytes, at + bytes[at + 2]! - 1, 0);
    }
  }
}

/**
 * Fill in the local address when forwarding a packet, and update the checksum.
 *
 * @linux net/ipv4/ip_options.c
 */
export function ip_forward_options(skb: sk_buff): void {
  const { opt } = IPCB(skb);
  if (opt === null) return;
  const { head } = skb;
  const raw = skb.network_header;
  const rt = skb_rtable(skb);
  if (opt.rr_needaddr) {
    const at = raw + opt.rr;
    ip_rt_get_source(head, at + head[at + 2]! - 5, skb, rt);
    opt.is_changed = true;
  }
  if (opt.srr_is_hit) {
    const at = raw + opt.srr;
    const space = head[at + 1]!;
    let pointer = head[at + 2]!;
    while (pointer + 3 <= space && read_be32(head, at + pointer - 1) !== opt.nexthop) pointer += 4;
    if (pointer + 3 <= space) {
      opt.is_changed = true;
      ip_hdr(skb).daddr = opt.nexthop;
      ip_rt_get_source(head, at + pointer - 1, skb, rt);
      head[at + 2] = pointer + 4;
    }
    if (opt.ts_needaddr) {
      const ts = raw + opt.ts;
      ip_rt_get_source(head, ts + head[ts + 2]! - 9, skb, rt);
      opt.is_changed = true;
    }
  }
  if (opt.is_changed) {
    opt.is_changed = false;
    const iph = ip_hdr(skb);
    iph.check = 0;
    iph.check = ip_fast_csum(head, raw, iph.ihl);
  }
}

/** Route the packet to the next hop of its source route. 0, or -EINVAL. @linux net/ipv4/ip_options.c */
export function ip_options_rcv_srr(skb: sk_buff, dev: net_device): Errno {
  const opt = IPCB(skb).opt!;
  const iph = ip_hdr(skb);
  const { head } = skb;
  const at = skb.network_header + opt.srr;
  const { rt_type } = skb_rtable(skb);
  if (skb.pkt_type !== PACKET_HOST) return -EINVAL;
  if (rt_type === RTN_UNICAST) {
    if (!opt.is_strictroute) return 0;
    icmp_send(skb, ICMP_PARAMETERPROB, 0, 16 << 24);
    return -EINVAL;
  }
  if (rt_type !== RTN_LOCAL) return -EINVAL;

  const space = head[at + 1]!;
  let pointer = head[at + 2]!;
  let nexthop = 0;
  for (; pointer <= space; pointer += 4) {
    if (pointer + 3 > space) {
      icmp_send(skb, ICMP_PARAMETERPROB, 0, (opt.srr + 2) << 24);
      return -EINVAL;
    }
    nexthop = read_be32(head, at + pointer - 1);
    const orig = skb_rtable(skb);
    orig.__refcnt++;
    const err = ip_route_input(skb, nexthop, iph.saddr, iph.tos, dev);
    const rt2 = skb_rtable(skb);
    if (err !== 0 || (rt2.rt_type !== RTN_UNICAST && rt2.rt_type !== RTN_LOCAL)) {
      skb_dst_set(skb, orig);
      return -EINVAL;
    }
    orig.__refcnt--;
    if (rt2.rt_type !== RTN_LOCAL) break;
    // That hop is local too: continue with the next one at once.
    iph.daddr = nexthop;
    opt.is_changed = true;
  }
  if (pointer <= space) {
    opt.srr_is_hit = true;
    opt.nexthop = nexthop;
    opt.is_changed = true;
  }
  return 0;
}
