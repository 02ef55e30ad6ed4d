/** The Ethernet header: building it, parsing it, and classifying the packet. @linux net/ethernet/eth.c */
import {
  eth_proto_is_802_3,
  ether_addr_equal,
  is_broadcast_ether_addr,
  is_multicast_ether_addr,
} from '../../include/linux/etherdevice.ts';
import {
  ETH_H_DEST,
  ETH_H_PROTO,
  ETH_H_SOURCE,
  ETH_P_802_2,
  ETH_P_802_3,
} from '../../include/linux/if_ether.ts';
import {
  ARPHRD_ETHER,
  ETH_ALEN,
  ETH_HLEN,
  type header_ops,
  IFF_BROADCAST,
  IFF_LOOPBACK,
  IFF_MULTICAST,
  IFF_NOARP,
  type net_device,
} from '../../include/linux/netdevice.ts';
import {
  PACKET_BROADCAST,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type sk_buff,
  skb_headlen,
} from '../../include/linux/skbuff.ts';
import type { be16 } from '../../include/linux/types.ts';
import { skb_push } from '../core/skbuff/alloc.ts';

/**
 * Build an Ethernet header in front of a packet.
 *
 * @returns its length; negative when the destination is unknown: the header is then complete except for it
 * @linux net/ethernet/eth.c
 */
export function eth_header(
  skb: sk_buff,
  dev: net_device,
  type: be16,
  daddr: Uint8Array | null,
  saddr: Uint8Array | null,
  len: number,
): number {
  const at = skb_push(skb, ETH_HLEN);
  const bytes = skb.head;
  const proto = type !== ETH_P_802_3 && type !== ETH_P_802_2 ? type : len;
  bytes[at + ETH_H_PROTO] = proto >> 8;
  bytes[at + ETH_H_PROTO + 1] = proto;

  const source = saddr ?? dev.dev_addr;
  for (let i = 0; i < ETH_ALEN; i++) bytes[at + ETH_H_SOURCE + i] = source[i]!;
  if (daddr !== null) {
    for (let i = 0; i < ETH_ALEN; i++) bytes[at + ETH_H_DEST + i] = daddr[i]!;
    return ETH_HLEN;
  }
  if ((dev.flags & (IFF_LOOPBACK | IFF_NOARP)) !== 0) {
    bytes.fill(0, at + ETH_H_DEST, at + ETH_H_DEST + ETH_ALEN);
    return ETH_HLEN;
  }
  return -ETH_HLEN;
}

/**
 * Parse and remove the Ethernet header of a received packet: sets skb.pkt_type and skb.mac_header.
 *
 * @returns the EtherType of the payload
 * @linux net/ethernet/eth.c
 */
export function eth_type_trans(skb: sk_buff, dev: net_device): be16 {
  const bytes = skb.head;
  const at = skb.data;
  skb.dev = dev;
  skb.mac_header = at;
  // skb_pull_inline()
  skb.data += ETH_HLEN;
  skb.len -= ETH_HLEN;

  if (!ether_addr_equal(bytes, dev.dev_addr, at)) {
    if (is_multicast_ether_addr(bytes, at)) {
      skb.pkt_type = is_broadcast_ether_addr(bytes, at) ? PACKET_BROADCAST : PACKET_MULTICAST;
    } else {
      skb.pkt_type = PACKET_OTHERHOST;
    }
  }

  const proto = (bytes[at + ETH_H_PROTO]! << 8) | bytes[at + ETH_H_PROTO + 1]!;
  if (eth_proto_is_802_3(proto)) return proto;
  // The field is a length. Novell's raw 802.3 begins with 0xffff, which no 802.2 header does.
  if (skb_headlen(skb) >= 2 && bytes[skb.data] === 0xff && bytes[skb.data + 1] === 0xff) return ETH_P_802_3;
  return ETH_P_802_2;
}

/** Copy the frame's source address. @returns its length @linux net/ethernet/eth.c */
export function eth_header_parse(skb: sk_buff, haddr: Uint8Array): number {
  const at = skb.mac_header + ETH_H_SOURCE;
  for (let i = 0; i < ETH_ALEN; i++) haddr[i] = skb.head[at + i]!;
  return ETH_ALEN;
}

/** The functions that build Ethernet headers. @linux net/ethernet/eth.c */
export const eth_header_ops: header_ops = { create: eth_header };

/** Initialize the fields common to all Ethernet devices. @linux net/ethernet/eth.c */
export function ether_setup(dev: net_device): void {
  dev.header_ops = eth_header_ops;
  dev.type = ARPHRD_ETHER;
  dev.hard_header_len = ETH_HLEN;
  dev.mtu = 1500;
  dev.addr_len = ETH_ALEN;
  dev.tx_queue_len = 1000;
  dev.flags = IFF_BROADCAST | IFF_MULTICAST;
  dev.broadcast.fill(0xff);
}
