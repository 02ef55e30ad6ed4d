/** Initializing the Internet family at boot. @linux net/ipv4/af_inet.c */
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from '../../../include/uapi/linux/in.ts';
import { SOCK_MAX } from '../../../include/uapi/linux/socket.ts';
import { pr_warn } from '../../../kernel/printk.ts';
import type { Machine } from '../../../machine.ts';
import { dev_add_pack } from '../../core/dev/receive.ts';
import { sock_register } from '../../socket/create.ts';
import { arp_init } from '../arp.ts';
import { icmp_init, icmp_protocol } from '../icmp/rcv.ts';
import { ip_packet_type } from '../ip_input.ts';
import { ip_init } from '../ip_output/output.ts';
import { ping_init } from '../ping.ts';
import { inet_add_protocol } from '../protocol.ts';
import { raw_init } from '../raw/prot.ts';
import { ipv4_sysctl_init_net } from '../sysctl_net_ipv4.ts';
import { tcp_init } from '../tcp/init.ts';
import { tcp_protocol, tcp_v4_init } from '../tcp_ipv4/prot.ts';
import { udp_init, udp_protocol } from '../udp/prot.ts';
import { type inet_protosw, INET_PROTOSW_PERMANENT } from './create.ts';
import { ipv4_offload_init } from './offload.ts';
import { inet_family_ops, inetsw_array } from './ops.ts';

/**
 * Register a pair of socket type and protocol. A later entry is placed before the wildcards of its type, but
 * cannot replace a permanent one.
 *
 * @linux net/ipv4/af_inet.c
 */
export function inet_register_protosw(machine: Machine, p: inet_protosw): void {
  if (p.type >= SOCK_MAX) {
    pr_warn(machine, `Ignoring attempt to register invalid socket type ${p.type}`);
    return;
  }
  const list = (machine.inetsw[p.type] ??= []);
  let at = 0;
  // Permanent entries stay in front, because they cannot be replaced.
  while (at < list.length && (list[at]!.flags & INET_PROTOSW_PERMANENT) !== 0) {
    if (list[at]!.protocol === p.protocol) {
      pr_warn(machine, `Attempt to override permanent protocol ${p.protocol}`);
      return;
    }
    at++;
  }
  list.splice(at, 0, p);
}
/** Unregister a pair. @linux net/ipv4/af_inet.c */
export function inet_unregister_protosw(machine: Machine, p: inet_protosw): void {
  const list = machine.inetsw[p.type] ?? [];
  const at = list.indexOf(p);
  if (at >= 0 && (p.flags & INET_PROTOSW_PERMANENT) === 0) list.splice(at, 1);
}

/** Register the family, its protocols and its socket types. @linux net/ipv4/af_inet.c */
export function inet_init(machine: Machine): void {
  const net = machine.init_net;
  sock_register(machine, inet_family_ops(machine.kernel_module));

  inet_add_protocol(net, icmp_protocol, IPPROTO_ICMP);
  inet_add_protocol(net, udp_protocol, IPPROTO_UDP);
  inet_add_protocol(net, tcp_protocol, IPPROTO_TCP);

  for (const q of inetsw_array(machine.kernel_module)) inet_register_protosw(machine, q);

  ipv4_offload_init(net);
  ipv4_sysctl_init_net(net);

  arp_init(net);
  ip_init(net);
  tcp_v4_init(net);
  tcp_init(net);
  udp_init(net);
  ping_init(net);
  icmp_init(net);
  raw_init(net);

  dev_add_pack(net, ip_packet_type);
}
