/** UDP: its header, its sockets, their hash tables. @linux include/linux/udp.h, include/net/udp.h */
import { inet_sock } from '../net/inet_sock.ts';
import { read_be16, write_be16 } from '../net/ip.ts';
import type { sock } from '../net/sock.ts';
import { proto_memory } from '../net/sock.ts';
import { sk_buff_head, type sk_buff } from './skbuff.ts';
import type { be16 } from './types.ts';

/** Size of the header, in bytes. */
export const UDPHDR_LEN = 8;

/** A view of a UDP header in a buffer. @linux struct udphdr */
export class udphdr {
  bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  get source(): be16 {
    return read_be16(this.bytes, this.at);
  }
  set source(value: be16) {
    write_be16(this.bytes, this.at, value);
  }
  get dest(): be16 {
    return read_be16(this.bytes, this.at + 2);
  }
  set dest(value: be16) {
    write_be16(this.bytes, this.at + 2, value);
  }
  /** Header and payload, in bytes. */
  get len(): be16 {
    return read_be16(this.bytes, this.at + 4);
  }
  set len(value: be16) {
    write_be16(this.bytes, this.at + 4, value);
  }
  /** 0: the sender did not compute it. */
  get check(): be16 {
    return read_be16(this.bytes, this.at + 6);
  }
  set check(value: be16) {
    write_be16(this.bytes, this.at + 6, value);
  }
}
/** The UDP header at skb.transport_header. @linux include/linux/udp.h */
export function udp_hdr(skb: sk_buff): udphdr {
  return new udphdr(skb.head, skb.transport_header);
}

/** A UDP socket. */
export class udp_sock extends inet_sock {
  /** Hash of the port alone, and of local address and port. */
  udp_port_hash = 0;
  udp_portaddr_hash = 0;
  /** AF_INET while a datagram is being assembled (UDP_CORK, MSG_MORE). */
  pending = 0;
  corkflag = false;
  encap_type = 0;
  no_check6_tx = false;
  no_check6_rx = false;
  /** Payload bytes per datagram when sendmsg() must split the data; 0: do not split. */
  gso_size = 0;
  /** Bytes of payload collected in the corked datagram. */
  len = 0;
  /** The queue from which recvmsg() reads, refilled from sk_receive_queue. */
  reader_queue = new sk_buff_head();
  /** Freed bytes that are not returned to the protocol yet. */
  forward_deficit = 0;
}
/** Cast a sock to a UDP socket. @linux include/linux/udp.h */
export function udp_sk(sk: sock): udp_sock {
  return sk as udp_sock;
}

/** Sockets with the same hash value, newest first. */
export class udp_hslot {
  sks: sock[] = [];
  get count(): number {
    return this.sks.length;
  }
}

/** All UDP sockets: by port, and by local address and port. */
export class udp_table {
  hash: udp_hslot[];
  hash2: udp_hslot[];
  mask: number;
  log: number;
  memory = new proto_memory();
  /** Size is a power of two. */
  constructor(size: number) {
    this.hash = Array.from({ length: size }, () => new udp_hslot());
    this.hash2 = Array.from({ length: size }, () => new udp_hslot());
    this.mask = size - 1;
    this.log = Math.log2(size);
  }
}
