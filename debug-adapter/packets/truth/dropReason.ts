/** What was wrong with a packet that the stack has dropped: by Linux's reason, and by what the code tells besides. */
import { message, type Message } from '../../../language/message.ts';
import type { DropDetail } from '../../../stack/capture/drop_detail.ts';

/**
 * A clause that ends with a full stop; of a reason that the stack does not give, its name.
 *
 * @param reason SKB_DROP_REASON_… without the prefix, or the counter of Linux where there is only that
 */
export function dropReason(reason: string, detail: DropDetail | null = null): Message {
  if (detail !== null) return DETAILS[detail];
  return REASONS[reason] ?? message('{0}.', reason);
}

const wrongChecksum = (reason: string): Message => message('its checksum is wrong ({0}).', reason);

const REASONS: Readonly<Partial<Record<string, Message>>> = {
  // Any protocol.
  NO_SOCKET: message('there is no socket for it.'),
  OTHERHOST: message('its Ethernet address is not that of this host (OTHERHOST).'),
  SOCKET_RCVBUFF: message('the receive buffer of its socket is full (SOCKET_RCVBUFF).'),
  SOCKET_BACKLOG: message('the backlog of its socket is full (SOCKET_BACKLOG).'),
  PROTO_MEM: message('the memory of the protocol is used up (PROTO_MEM).'),
  CPU_BACKLOG: message('the backlog of the CPU is full (net.core.netdev_max_backlog, CPU_BACKLOG).'),
  QDISC_DROP: message('the queue of the NIC (qdisc) is full (QDISC_DROP).'),
  UNHANDLED_PROTO: message('nothing here handles its EtherType (UNHANDLED_PROTO).'),
  PKT_TOO_SMALL: message('it is shorter than its header tells (PKT_TOO_SMALL).'),

  // IP and ICMP.
  IP_CSUM: wrongChecksum('IP_CSUM'),
  IP_INHDR: message('its IP header is wrong (IP_INHDR).'),
  IP_INADDRERRORS: message(
    'its IP address is not that of this host, which forwards nothing (net.ipv4.ip_forward, IP_INADDRERRORS).',
  ),
  IP_INNOROUTES: message('there is no route ({0}).', 'IP_INNOROUTES'),
  IP_OUTNOROUTES: message('there is no route ({0}).', 'IP_OUTNOROUTES'),
  IP_NOPROTO: message('nothing here handles the protocol that its IP header names (IP_NOPROTO).'),
  IP_RPFILTER: message(
    'answers to its source would not leave through the interface by which it came (rp_filter, IP_RPFILTER).',
  ),
  UNICAST_IN_L2_MULTICAST: message(
    'its IP address is that of one host, and its Ethernet address that of many (drop_unicast_in_l2_multicast, UNICAST_IN_L2_MULTICAST).',
  ),
  PKT_TOO_BIG: message('it is longer than the next link takes (PKT_TOO_BIG).'),
  ICMP_CSUM: wrongChecksum('ICMP_CSUM'),
  INVALID_PROTO: message('an ICMP message of its type is not for a broadcast address (INVALID_PROTO).'),

  // Neighbours.
  NEIGH_CREATEFAIL: message('no entry can be made for its next hop in the ARP table (NEIGH_CREATEFAIL).'),
  NEIGH_DEAD: message(
    'the entry of its next hop has been removed from the ARP table meanwhile (NEIGH_DEAD).',
  ),
  NEIGH_FAILED: message('the next hop does not answer ARP (NEIGH_FAILED).'),
  NEIGH_QUEUEFULL: message('too many packets wait for the address of its next hop (NEIGH_QUEUEFULL).'),

  // UDP and TCP.
  UDP_CSUM: wrongChecksum('UDP_CSUM'),
  TCP_CSUM: wrongChecksum('TCP_CSUM'),
  TCP_CLOSE: message('the socket is closed (TCP_CLOSE).'),
  TCP_RESET: message('its RST has done its work (TCP_RESET).'),
  TCP_FLAGS: message('its flags do not fit the state of the socket (TCP_FLAGS).'),
  TCP_INVALID_SYN: message('it has a SYN, and the connection is established already (TCP_INVALID_SYN).'),
  TCP_OLD_DATA: message('all its bytes had come before (TCP_OLD_DATA).'),
  TCP_OFOMERGE: message(
    'its bytes are in the out-of-order queue already, or in a longer segment (TCP_OFOMERGE).',
  ),
  TCP_OFO_DROP: message(
    'it waited in the out-of-order queue, and its bytes have come in order meanwhile (TCP_OFO_DROP).',
  ),
  TCP_OFO_QUEUE_PRUNE: message(
    'it was out of order, and the memory of TCP is used up by what is in order (TCP_OFO_QUEUE_PRUNE).',
  ),
  TCP_OVERWINDOW: message('its bytes lie beyond the window (TCP_OVERWINDOW).'),
  TCP_ZEROWINDOW: message('the window is closed (TCP_ZEROWINDOW).'),
  TCP_INVALID_SEQUENCE: message('its sequence numbers are old or outside the window (TCP_INVALID_SEQUENCE).'),
  TCP_RFC7323_PAWS: message('its time stamp is older than one that came before (PAWS).'),
  TCP_TOO_OLD_ACK: message('its ACK is too old ({0}).', 'TCP_TOO_OLD_ACK'),
  TCP_ACK_UNSENT_DATA: message('it acknowledges what was never sent (TCP_ACK_UNSENT_DATA).'),
  TCPReqQFullDrop: message('the rest of the SYN queue is kept for peers that are known (TCPReqQFullDrop).'),
  TCPDeferAcceptDrop: message('the listener waits for data (TCP_DEFER_ACCEPT).'),
};

const DETAILS: Record<DropDetail, Message> = {
  ip_version: message('its IP version is not 4 (IP_INHDR).'),
  ip_header_length: message('its IP header is not complete, or a length in it is too small (IP_INHDR).'),
  ttl: message('its time to live (TTL) is over (IP_INHDR).'),
  quoted_header: message('the IP header that it quotes is wrong (IP_INHDR).'),
  ip_total_length: message('it is shorter than its IP header tells (PKT_TOO_SMALL).'),
  tcp_header_length: message('its TCP header tells a length that is too small for one (PKT_TOO_SMALL).'),
  udp_length: message('the length in its UDP header is wrong (PKT_TOO_SMALL).'),
  icmp_length: message('it is too short for an ICMP message of its type (PKT_TOO_SMALL).'),
  icmp_type: message('nothing here handles its ICMP type (UNHANDLED_PROTO).'),
  martian: message(
    'one of its addresses is invalid here: its source is this host or no host, or its destination is a group that nobody here has joined (martian).',
  ),
  ip_options: message('its IP options are malformed.'),
  source_route: message('its source route is not allowed, or cannot be followed.'),
  header_cut: message('a header in it is cut short.'),
  min_ttl: message('its time to live (TTL) is smaller than IP_MINTTL of the socket.'),
  link_broadcast: message('it came by a broadcast of the link, and is not to be answered or forwarded.'),
  refused_route: message('the route to its destination refuses it.'),
  fragment_timeout: message('other fragments of its datagram have not come in time (net.ipv4.ipfrag_time).'),
  fragment_wrong: message('the fragments of its datagram do not fit each other.'),
  fragment_duplicate: message('the same fragment had come before.'),
  fragment_memory: message('too many bytes of fragments wait for others (net.ipv4.ipfrag_high_thresh).'),
  fragment_too_far: message(
    'too many fragments of other datagrams have come since (net.ipv4.ipfrag_max_dist).',
  ),
  arp: message('it is no valid ARP message for IPv4.'),
};
