/** What a capture's earlier packets tell about its later ones; the dissectors fill and ask it, in the order of capture. */
import { MACHINE_CAPTURE, type Capture } from '../capture.ts';
import type { Context } from '../context.ts';
import { ETHERNET, type CapturedFrame } from '../frame.ts';
import { ArpTracker } from './arpTracker.ts';
import { PORTS } from '../streams/protocols.ts';
import type { FrameBytes } from '../streams/streamBytes.ts';
import { StreamTracker } from '../streams/streamTracker.ts';
import { DnsTracker } from './dnsTracker.ts';
import { EchoTracker } from './echoTracker.ts';
import { FragmentTracker } from './fragments.ts';
import { TcpTracker } from './tcpTracker.ts';
import { UdpTracker } from './udpTracker.ts';

export class Trackers {
  readonly arp = new ArpTracker();
  readonly fragments = new FragmentTracker();
  readonly echo = new EchoTracker();
  readonly udp = new UdpTracker();
  readonly tcp = new TcpTracker();
  readonly dns = new DnsTracker();
  readonly capture: Capture;
  /** In the order in which a capture file describes them: a machine's loopback first, then as they are seen. */
  private readonly interfaces: Map<string, number>;
  private firstNs: number | null = null;
  private previousNs: number | null = null;
  readonly streams: StreamTracker;

  /** @param frames the packets that are kept: streams are put together from them */
  constructor(frames: FrameBytes = NOTHING_KEPT, capture = MACHINE_CAPTURE) {
    this.streams = new StreamTracker(frames, PORTS);
    this.capture = capture;
    this.interfaces = new Map(capture.isMachine ? [[interfaceKey('lo'), 0]] : []);
  }

  /** What does not depend on the bytes: the times of the packets before this one, the interface's number. */
  around({
    timeNs,
    interface: name,
    linkType,
  }: Pick<CapturedFrame, 'timeNs' | 'interface' | 'linkType'>): Context {
    const key = interfaceKey(name, linkType);
    const interfaceId = this.interfaces.get(key) ?? this.interfaces.size;
    this.interfaces.set(key, interfaceId);
    const firstTimeNs = (this.firstNs ??= timeNs);
    const previousTimeNs = this.previousNs ?? timeNs;
    this.previousNs = timeNs;
    return { capture: this.capture, interfaceId, firstTimeNs, previousTimeNs };
  }
}

const interfaceKey = (name: string, linkType = ETHERNET) => `${linkType} ${name}`;

const NOTHING_KEPT: FrameBytes = { bytesOf: () => null };
