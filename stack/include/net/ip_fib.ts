/** The routing tables' entries. The functions are in net/ipv4/fib_*.ts. @linux include/net/ip_fib.h, net/ipv4/fib_lookup.h */
import type { net_device } from '../linux/netdevice.ts';
import type { be32, jiffies_t } from '../linux/types.ts';
import { EACCES, EAGAIN, EHOSTUNREACH, EINVAL } from '../uapi/asm-generic/errno.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_UNSPEC,
  RTN_UNSPEC,
} from '../uapi/linux/rtnetlink.ts';
import type { net } from './net_namespace.ts';
import type { rtable } from './route.ts';

export const FIB_LOOKUP_NOREF = 1;
export const FIB_LOOKUP_IGNORE_LINKSTATE = 2;

/** A route exception for one destination: a learned path MTU or a redirect. */
export class fib_nh_exception {
  fnhe_genid: number;
  fnhe_daddr: be32;
  /** In bytes; 0: not learned. */
  fnhe_pmtu = 0;
  fnhe_mtu_locked = false;
  fnhe_gw: be32 = 0;
  /** Expiry time in jiffies; 0: never. */
  fnhe_expires: jiffies_t = 0;
  fnhe_rth_input: rtable | null = null;
  fnhe_rth_output: rtable | null = null;
  fnhe_stamp: jiffies_t = 0;
  constructor(fnhe_genid: number, fnhe_daddr: be32) {
    this.fnhe_genid = fnhe_genid;
    this.fnhe_daddr = fnhe_daddr;
  }
}
/** Maximum number of exceptions per next hop: FNHE_HASH_SIZE chains of FNHE_RECLAIM_DEPTH. */
export const FNHE_MAX = 2048 * 5;

/** A next hop: the device, and the gateway if there is one. Linux's fib_nh with its fib_nh_common. */
export class fib_nh {
  nhc_dev: net_device | null = null;
  nhc_oif = 0;
  nhc_scope = RT_SCOPE_UNIVERSE;
  /** AF_INET when there is a gateway, else 0. */
  nhc_gw_family = 0;
  /** RTNH_F_… bits. */
  nhc_flags = 0;
  nhc_gw: be32 = 0;
  nhc_weight = 1;
  /** The cached routes that outgoing and incoming packets share. */
  nhc_rth_output: rtable | null = null;
  nhc_rth_input: rtable | null = null;
  nhc_exceptions: Map<be32, fib_nh_exception> | null = null;
  /** The preferred source address, and the address generation in which it was chosen. */
  nh_saddr: be32 = 0;
  nh_saddr_genid = -1;
}

/** The part of a route that several destinations can share. */
export class fib_info {
  fib_net: net;
  /** The number of routes that use it. */
  fib_treeref = 0;
  fib_clntref = 1;
  fib_flags = 0;
  fib_dead = false;
  /** RTPROT_…: the route's origin. */
  fib_protocol = 0;
  fib_scope = RT_SCOPE_UNIVERSE;
  fib_type = RTN_UNSPEC;
  fib_prefsrc: be32 = 0;
  fib_tb_id = 0;
  /** The metric shown by `ip route`: the smaller one wins. */
  fib_priority = 0;
  /** By RTAX_… number. */
  fib_metrics: number[] = [];
  fib_nhs = 1;
  fib_nh: fib_nh[];
  constructor(fib_net: net, nexthop: fib_nh) {
    this.fib_net = fib_net;
    this.fib_nh = [nexthop];
  }
}

/** One route: a fib_info under a prefix. @linux net/ipv4/fib_lookup.h */
export class fib_alias {
  fa_info: fib_info;
  fa_dscp: number;
  fa_type: number;
  /** 32 minus the prefix's length. */
  fa_slen: number;
  tb_id: number;
  /** Whether a lookup has ever returned this route. */
  fa_accessed = false;
  fa_default = -1;
  constructor(fa_info: fib_info, fa_dscp: number, fa_type: number, fa_slen: number, tb_id: number) {
    this.fa_info = fa_info;
    this.fa_dscp = fa_dscp;
    this.fa_type = fa_type;
    this.fa_slen = fa_slen;
    this.tb_id = tb_id;
  }
}

/**
 * All routes of one prefix length, by prefix; routes with the same prefix are ordered by TOS and priority.
 */
export class fib_prefixes {
  length: number;
  mask: be32;
  leaves = new Map<be32, fib_alias[]>();
  constructor(length: number, mask: be32) {
    this.length = length;
    this.mask = mask;
  }
}

/**
 * A routing table. Linux uses a level-compressed trie; here it is a hash for each prefix length in use,
 * longest first.
 */
export class fib_table {
  tb_id: number;
  /** The number of default routes. */
  tb_num_default = 0;
  tb_data: fib_prefixes[] = [];
  constructor(tb_id: number) {
    this.tb_id = tb_id;
  }
}

/** Result of a lookup. */
export class fib_result {
  prefix: be32 = 0;
  prefixlen = 0;
  nh_sel = 0;
  type = RTN_UNSPEC;
  scope = RT_SCOPE_UNIVERSE;
  dscp = 0;
  nhc: fib_nh | null = null;
  fi: fib_info | null = null;
  table: fib_table | null = null;
  fa_head: fib_alias[] | null = null;
}
/** The next hop that a successful lookup found. @linux FIB_RES_NHC */
export function FIB_RES_NHC(res: fib_result): fib_nh {
  return res.nhc!;
}
export function FIB_RES_DEV(res: fib_result): net_device {
  return res.nhc!.nhc_dev!;
}
export function FIB_RES_OIF(res: fib_result): number {
  return res.nhc!.nhc_oif;
}
export function fib_info_num_path(fi: fib_info): number {
  return fi.fib_nhs;
}
export function fib_info_nhc(fi: fib_info, nhsel: number): fib_nh {
  return fi.fib_nh[nhsel]!;
}

/** Bits of fc_nlflags. @linux include/uapi/linux/netlink.h */
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;

/** A route to add or delete, as specified by `ip route`. */
export class fib_config {
  fc_dst_len = 0;
  fc_dscp = 0;
  fc_protocol = 0;
  fc_scope = RT_SCOPE_UNIVERSE;
  fc_type = RTN_UNSPEC;
  /** AF_INET when fc_gw4 is set. */
  fc_gw_family = 0;
  fc_table = RT_TABLE_UNSPEC;
  fc_dst: be32 = 0;
  fc_gw4: be32 = 0;
  fc_oif = 0;
  fc_flags = 0;
  fc_priority = 0;
  fc_prefsrc: be32 = 0;
  /** Metrics by RTAX_… number. */
  fc_mx: number[] = [];
  /** NLM_F_… bits. */
  fc_nlflags = 0;
}

interface fib_prop {
  readonly error: number;
  readonly scope: number;
}
/**
 * Properties of route types: the error for the sender, and the minimum scope.
 *
 * @linux net/ipv4/fib_semantics.c
 */
export const fib_props: readonly fib_prop[] = [
  /* RTN_UNSPEC */ { error: 0, scope: RT_SCOPE_NOWHERE },
  /* RTN_UNICAST */ { error: 0, scope: RT_SCOPE_UNIVERSE },
  /* RTN_LOCAL */ { error: 0, scope: RT_SCOPE_HOST },
  /* RTN_BROADCAST */ { error: 0, scope: RT_SCOPE_LINK },
  /* RTN_ANYCAST */ { error: 0, scope: RT_SCOPE_LINK },
  /* RTN_MULTICAST */ { error: 0, scope: RT_SCOPE_UNIVERSE },
  /* RTN_BLACKHOLE */ { error: -EINVAL, scope: RT_SCOPE_UNIVERSE },
  /* RTN_UNREACHABLE */ { error: -EHOSTUNREACH, scope: RT_SCOPE_UNIVERSE },
  /* RTN_PROHIBIT */ { error: -EACCES, scope: RT_SCOPE_UNIVERSE },
  /* RTN_THROW */ { error: -EAGAIN, scope: RT_SCOPE_UNIVERSE },
  /* RTN_NAT */ { error: -EINVAL, scope: RT_SCOPE_NOWHERE },
  /* RTN_XRESOLVE */ { error: -EINVAL, scope: RT_SCOPE_NOWHERE },
];
