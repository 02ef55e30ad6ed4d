/** What is known about a packet from the packets before and after it. */
import type { EchoPeer } from './echoTracker.ts';
import type { TcpAnalysis } from './tcpAnalysis.ts';

export interface Context {
  tcp?: TcpAnalysis | undefined;
  echo?: EchoPeer | undefined;
  /** Virtual time of the capture's first packet. */
  firstTimeNs?: number | undefined;
  /** Virtual time of the packet before this one. */
  previousTimeNs?: number | undefined;
}
