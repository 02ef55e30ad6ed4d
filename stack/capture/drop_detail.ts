/**
 * What exactly is wrong with a packet that is dropped, where one reason of Linux stands for several things, or for
 * none (NOT_SPECIFIED): told by the code that drops. Linux keeps no such thing.
 */
export const DROP_DETAILS = [
  // IP_INHDR.
  'ip_version',
  /** The IP header is not complete, or the lengths in it contradict each other. */
  'ip_header_length',
  'ttl',
  /** Of the packet that an ICMP message quotes. */
  'quoted_header',
  // PKT_TOO_SMALL.
  'ip_total_length',
  'tcp_header_length',
  'udp_length',
  'icmp_length',
  // UNHANDLED_PROTO.
  'icmp_type',
  // NOT_SPECIFIED.
  /** Addresses that no packet for this host can have. */
  'martian',
  'ip_options',
  'source_route',
  /** The header of TCP, UDP or ICMP is not complete. */
  'header_cut',
  'min_ttl',
  /** It came by a broadcast or multicast of the link. */
  'link_broadcast',
  /** The route to its destination refuses packets. */
  'refused_route',
  /** The other fragments of its datagram have not come in time. */
  'fragment_timeout',
  /** The fragments of its datagram overlap, or cannot be put together. */
  'fragment_wrong',
  'fragment_duplicate',
  /** Too many bytes of fragments wait. */
  'fragment_memory',
  /** Too many fragments of other datagrams have come since the first one. */
  'fragment_too_far',
  'arp',
] as const;
export type DropDetail = (typeof DROP_DETAILS)[number];
