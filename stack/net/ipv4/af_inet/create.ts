/**
 * socket() in the Internet family: find the protocol, allocate the sock, initialize it.
 *
 * @linux net/ipv4/af_inet.c
 */
import { type proto_ops, type socket, SS_UNCONNECTED } from '../../../include/linux/net.ts';
import { CAP_NET_RAW, type Sleeps } from '../../../include/linux/sched.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { type proto, SK_CAN_REUSE, type sock } from '../../../include/net/sock.ts';
import {
  EINVAL,
  ENOMEM,
  EPERM,
  EPROTONOSUPPORT,
  type Errno,
  ESOCKTNOSUPPORT,
} from '../../../include/uapi/asm-generic/errno.ts';
import {
  IP_PMTUDISC_DONT,
  IP_PMTUDISC_WANT,
  IPPROTO_IP,
  IPPROTO_MAX,
  IPPROTO_RAW,
} from '../../../include/uapi/linux/in.ts';
import { PF_INET, SOCK_RAW } from '../../../include/uapi/linux/socket.ts';
import { ns_capable } from '../../../kernel/capability.ts';
import { request_module } from '../../../kernel/module.ts';
import { sk_alloc, sk_common_release, sk_refcnt_debug_inc, sock_init_data } from '../../core/sock/alloc.ts';
import { inet_sock_destruct } from './sock.ts';

/** Flags of an inet_protosw. @linux include/net/protocol.h */
export const INET_PROTOSW_REUSE = 0x01;
export const INET_PROTOSW_PERMANENT = 0x02;
export const INET_PROTOSW_ICSK = 0x04;

/** A pair of socket type and protocol, and the operations that serve it. @linux include/net/protocol.h */
export interface inet_protosw {
  type: number;
  /** IPPROTO_IP (0): any. */
  protocol: number;
  prot: proto;
  ops: proto_ops;
  flags: number;
}

/** Result of the search; a wildcard protocol is resolved. */
interface answer {
  protosw: inet_protosw;
  protocol: number;
}

/**
 * Create a socket of the Internet family.
 *
 * @returns 0, -EINVAL (protocol out of range), -ESOCKTNOSUPPORT (no such type), -EPROTONOSUPPORT (not with this type),
 *   -EPERM (raw sockets need CAP_NET_RAW), -ENOMEM, or what the protocol or the cgroup hook says
 * @linux net/ipv4/af_inet.c
 */
export function* inet_create(net: net, sock: socket, protocol: number, kern: boolean): Sleeps<Errno> {
  const { machine } = net;
  if (protocol < 0 || protocol >= IPPROTO_MAX) return -EINVAL;
  sock.state = SS_UNCONNECTED;

  // Look up the pair of type and protocol; if it is missing, try twice to load a module that provides it.
  let found = lookup_protocol(net, sock.type, protocol);
  for (
    let try_loading_module = 1;
    typeof found === 'number' && try_loading_module <= 2;
    try_loading_module++
  ) {
    // First request the exact pair, for instance net-pf-2-proto-132-type-1 (SCTP), then any type of the
    // protocol.
    if (try_loading_module === 1)
      yield* request_module(machine, `net-pf-${PF_INET}-proto-${protocol}-type-${sock.type}`);
    else yield* request_module(machine, `net-pf-${PF_INET}-proto-${protocol}`);
    found = lookup_protocol(net, sock.type, protocol);
  }
  if (typeof found === 'number') return found;
  const answer = found.protosw;
  protocol = found.protocol;

  if (sock.type === SOCK_RAW && !kern && !ns_capable(machine.current, CAP_NET_RAW)) return -EPERM;

  sock.ops = answer.ops;
  const answer_prot = answer.prot;
  const answer_flags = answer.flags;

  const sk = sk_alloc(net, PF_INET, answer_prot, kern);
  if (sk === null) return -ENOMEM;

  if ((answer_flags & INET_PROTOSW_REUSE) !== 0) sk.sk_reuse = SK_CAN_REUSE;

  const inet = inet_sk(sk);
  inet.is_icsk = (answer_flags & INET_PROTOSW_ICSK) !== 0;
  inet.nodefrag = false;

  if (sock.type === SOCK_RAW) {
    // A raw socket's "port" is its protocol.
    inet.inet_num = protocol;
    if (protocol === IPPROTO_RAW) inet.hdrincl = true;
  }

  if (net.ipv4.sysctl_ip_no_pmtu_disc !== 0) inet.pmtudisc = IP_PMTUDISC_DONT;
  else inet.pmtudisc = IP_PMTUDISC_WANT;

  inet.inet_id = 0;

  sock_init_data(sock, sk);

  sk.sk_destruct = inet_sock_destruct;
  sk.sk_protocol = protocol;
  if (sk.sk_prot.backlog_rcv !== undefined) sk.sk_backlog_rcv = sk.sk_prot.backlog_rcv;

  inet.uc_ttl = -1;
  inet.mc_loop = true;
  inet.mc_ttl = 1;
  inet.mc_all = true;
  inet.mc_index = 0;
  inet.rcv_tos = 0;

  sk_refcnt_debug_inc(sk);

  if (inet.inet_num !== 0) {
    // All sockets of a protocol whose number is passed to socket() share that number as their port.
    inet.inet_sport = inet.inet_num;
    const err = machine.faults.should_fail('raw_hash') ? -ENOMEM : (sk.sk_prot.hash?.(sk) ?? 0);
    if (err !== 0) return release(sk, err);
  }

  if (sk.sk_prot.init !== undefined) {
    const err = sk.sk_prot.init(sk) || (machine.faults.should_fail('proto_init') ? -ENOMEM : 0);
    if (err !== 0) return release(sk, err);
  }

  if (!kern) {
    const err = BPF_CGROUP_RUN_PROG_INET_SOCK(sk);
    if (err !== 0) return release(sk, err);
  }
  return 0;
}

function release(sk: sock, err: Errno): Errno {
  sk_common_release(sk);
  return err;
}

/**
 * The program that a cgroup runs for each new socket: a scenario can install one that rejects it.
 *
 * @linux include/linux/bpf-cgroup.h
 */
function BPF_CGROUP_RUN_PROG_INET_SOCK(sk: sock): Errno {
  return sk.skc_net.machine.cgroup_inet_sock?.(sk) ?? 0;
}

/**
 * Find the entry for a type and a protocol. The user or the entry may leave the protocol open.
 *
 * @returns the answer; -ESOCKTNOSUPPORT when no protocol has the type; -EPROTONOSUPPORT when none of the type
 *   has this number
 */
function lookup_protocol(net: net, type: number, protocol: number): answer | Errno {
  let err = -ESOCKTNOSUPPORT;
  for (const answer of net.machine.inetsw[type] ?? []) {
    // An exact match.
    if (protocol === answer.protocol) {
      if (protocol !== IPPROTO_IP) return { protosw: answer, protocol };
    } else {
      // The two wildcards: the user's and the entry's.
      if (protocol === IPPROTO_IP) return { protosw: answer, protocol: answer.protocol };
      if (answer.protocol === IPPROTO_IP) return { protosw: answer, protocol };
    }
    err = -EPROTONOSUPPORT;
  }
  return err;
}
