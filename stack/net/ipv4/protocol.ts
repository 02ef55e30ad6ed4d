/** The table of transport protocols. @linux net/ipv4/protocol.c */
import type { net } from '../../include/net/net_namespace.ts';
import type { net_offload, net_protocol } from '../../include/net/protocol.ts';
import { MAX_INET_PROTOS } from '../../include/net/protocol.ts';

/** Register a handler for an IP protocol. 0, or -1 when there already is one. @linux net/ipv4/protocol.c */
export function inet_add_protocol(net: net, prot: net_protocol, protocol: number): number {
  const { inet_protos } = net.ipv4;
  while (inet_protos.length < MAX_INET_PROTOS) inet_protos.push(null);
  if (inet_protos[protocol] !== null) return -1;
  inet_protos[protocol] = prot;
  return 0;
}

/** Unregister a handler. 0, or -1 when another handler is registered. @linux net/ipv4/protocol.c */
export function inet_del_protocol(net: net, prot: net_protocol, protocol: number): number {
  const { inet_protos } = net.ipv4;
  if (inet_protos[protocol] !== prot) return -1;
  inet_protos[protocol] = null;
  return 0;
}

/**
 * Register the segmentation and merge functions of an IP protocol. 0, or -1 when it already has some.
 *
 * @linux net/ipv4/protocol.c
 */
export function inet_add_offload(net: net, offload: net_offload, protocol: number): number {
  const { inet_offloads } = net.ipv4;
  if (inet_offloads.has(protocol)) return -1;
  inet_offloads.set(protocol, offload);
  return 0;
}
