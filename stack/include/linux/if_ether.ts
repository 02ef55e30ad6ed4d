/** The Ethernet header. @linux include/uapi/linux/if_ether.h, include/linux/if_ether.h */
import type { be16 } from './types.ts';
import type { sk_buff } from './skbuff.ts';

/** Lengths in bytes: an address, a header, the shortest and the longest frame without checksum. */
export { ETH_ALEN, ETH_HLEN, ETH_P_ALL, ETH_P_ARP, ETH_P_IP } from './netdevice.ts';
export const ETH_ZLEN = 60;
export const ETH_DATA_LEN = 1500;
export const ETH_FRAME_LEN = 1514;
/** Not an EtherType: marks a frame whose field holds an IEEE 802.3 length. */
export const ETH_P_802_3: be16 = 0x0001;
export const ETH_P_802_2: be16 = 0x0004;
/** Values from here on are EtherTypes; smaller ones are lengths. */
export const ETH_P_802_3_MIN = 0x0600;

/** Offsets of the fields in the header. */
export const ETH_H_DEST = 0;
export const ETH_H_SOURCE = 6;
export const ETH_H_PROTO = 12;

/** A view of an Ethernet header in a buffer. */
export class ethhdr {
  bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  get h_dest(): Uint8Array {
    return this.bytes.subarray(this.at + ETH_H_DEST, this.at + ETH_H_DEST + 6);
  }
  get h_source(): Uint8Array {
    return this.bytes.subarray(this.at + ETH_H_SOURCE, this.at + ETH_H_SOURCE + 6);
  }
  get h_proto(): be16 {
    return (this.bytes[this.at + ETH_H_PROTO]! << 8) | this.bytes[this.at + ETH_H_PROTO + 1]!;
  }
  set h_proto(value: be16) {
    this.bytes[this.at + ETH_H_PROTO] = value >> 8;
    this.bytes[this.at + ETH_H_PROTO + 1] = value;
  }
}

/** The Ethernet header of a packet: at skb.mac_header. */
export function eth_hdr(skb: sk_buff): ethhdr {
  return new ethhdr(skb.head, skb.mac_header);
}
