/** What a capture's earlier packets tell about its later ones; the dissectors fill and ask it, in the order of capture. */
import { MACHINE_CAPTURE, type Capture } from '../capture.ts';
import type { Context } from '../context.ts';
import { ETHERNET, type CapturedFrame } from '../frame.ts';
import { ArpTracker } from './arpTracker.ts';
import { nobody, type Changed } from './changed.ts';
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
  readonly fragments: FragmentTracker;
  readonly echo: EchoTracker;
  readonly udp = new UdpTracker();
  readonly tcp: TcpTracker;
  readonly dns: DnsTracker;
  readonly capture: Capture;
  /** In the order in which a capture file describes them: a machine's loopback first, then as they are seen. */
  private readonly interfaces: Map<string, number>;
  private firstNs: number | null = null;
  private previousNs: number | null = null;
  readonly streams: StreamTracker;

  /**
   * @param frames the packets that are kept: streams are put together from them
   * @param changed is told of packets whose context has changed since they were decoded first
   * @param streamChanged the same, of the numbers of streams of TCP
   */
  constructor(
    frames: FrameBytes = NOTHING_KEPT,
    capture = MACHINE_CAPTURE,
    changed: Changed = nobody,
    streamChanged: Changed = nobody,
  ) {
    this.fragments = new FragmentTracker(changed);
    this.echo = new EchoTracker(changed);
    this.tcp = new TcpTracker(changed, streamChanged);
    this.dns = new DnsTracker(changed);
    this.streams = new StreamTracker(frames, PORTS, changed);
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
