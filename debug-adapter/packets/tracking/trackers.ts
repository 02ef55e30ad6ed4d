/** What a capture's earlier packets tell about its later ones; the dissectors fill and ask it, in the order of capture. */
import { EchoTracker } from './echoTracker.ts';
import { FragmentTracker } from './fragments.ts';
import { TcpTracker } from './tcpTracker.ts';
import { UdpTracker } from './udpTracker.ts';

export class Trackers {
  readonly fragments = new FragmentTracker();
  readonly echo = new EchoTracker();
  readonly udp = new UdpTracker();
  readonly tcp = new TcpTracker();
  private firstNs: number | null = null;
  private previousNs: number | null = null;

  /** Times of the packets before this one. */
  times(timeNs: number): { firstTimeNs: number; previousTimeNs: number } {
    const firstTimeNs = (this.firstNs ??= timeNs);
    const previousTimeNs = this.previousNs ?? timeNs;
    this.previousNs = timeNs;
    return { firstTimeNs, previousTimeNs };
  }
}
