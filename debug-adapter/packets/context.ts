/** What is known about a packet from the packets before and after it. */
import type { Duplicate } from './tracking/arpTracker.ts';
import type { Capture } from './capture.ts';
import type { Piece } from './streams/streamTracker.ts';
import type { DnsKnown } from './tracking/dnsTracker.ts';
import type { Echo } from './tracking/echoTracker.ts';
import type { Datagram } from './tracking/fragments.ts';
import type { TcpKnown } from './tracking/tcpTracker.ts';
import type { UdpFlow } from './tracking/udpTracker.ts';

export type { Trackers } from './tracking/trackers.ts';

/**
 * Filled when the packet is decoded for the first time. What later packets add (a reply, the rest of a
 * conversation) is in objects that they share with it.
 */
export interface Context {
  /** That of a machine if omitted. */
  capture?: Capture;
  /** The number of its interface in the capture. */
  interfaceId?: number;
  /** Virtual time of the capture's first packet. */
  firstTimeNs?: number;
  /** Virtual time of the packet before this one. */
  previousTimeNs?: number;
  /** IP addresses in an ARP packet that others have, too. */
  duplicates?: readonly Duplicate[];
  /** The datagram that this packet is a fragment of. */
  datagram?: Datagram;
  echo?: Echo;
  udp?: UdpFlow;
  dns?: DnsKnown;
  tcp?: TcpKnown;
  /** What its payload is to the stream, if a protocol is known. */
  pieces?: readonly Piece[];
  /** Of the packet that an ICMP error quotes. */
  quotedUdp?: UdpFlow;
  quotedTcp?: TcpKnown;
}
