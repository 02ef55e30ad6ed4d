/** A frame taken apart: its protocol headers, outermost first. What the rows, the layer tree and the filters read. */
import type { PacketField, PacketLayer } from '../protocol.ts';
import type { CapturedFrame } from './frame.ts';
import type { TcpAnalysis } from './tcpAnalysis.ts';
import type { EchoPeer } from './echoTracker.ts';
import { u16 } from './bytes.ts';

/** One header in a packet: what each file in `protocols/` makes. */
export interface Header {
  /** As in the column "Protocol": `TCP`. */
  readonly protocol: string;
  /** Where it starts in the frame. */
  readonly offset: number;
  /** Write what this header knows into the row; inner headers come later and overwrite. */
  columns(columns: Columns): void;
  layer(): PacketLayer;
}

/** The columns of the packet list that headers fill in. */
export interface Columns {
  source: string;
  destination: string;
  protocol: string;
  info: string;
}

/** What is known about a packet from the packets before and after it. */
export interface Context {
  tcp?: TcpAnalysis | undefined;
  echo?: EchoPeer | undefined;
  /** Virtual time of the packet before this one. */
  previousTimeNs?: number | undefined;
}

export class Packet {
  readonly headers: Header[] = [];
  /** A packet quoted by an ICMP error: taken apart likewise, but it does not speak for this one in the row. */
  quoted: Packet | null = null;
  /** This is itself a quoted packet: its end is missing, and nothing is wrong with that. */
  readonly isQuote: boolean;
  readonly frame: CapturedFrame;
  readonly bytes: Uint8Array;
  readonly context: Context;

  constructor(frame: CapturedFrame, context: Context = {}, isQuote = false) {
    this.frame = frame;
    this.bytes = frame.bytes;
    this.context = context;
    this.isQuote = isQuote;
  }

  /**
   * Are `length` bytes there from `offset` on, in a part that should reach to `end`? If not, the packet gets a remark
   * that says why, and the caller stops.
   */
  need(offset: number, length: number, end: number, protocol: string): boolean {
    if (offset + length <= Math.min(end, this.bytes.length)) return true;
    const malformed = offset + length > end;
    this.headers.push(new Broken(protocol, malformed, Math.min(offset, this.bytes.length), this));
    return false;
  }

  /** The outermost header of a class. */
  get<H extends Header>(kind: new (...args: never[]) => H): H | null {
    for (const header of this.headers) if (header instanceof kind) return header;
    return null;
  }

  /** The protocols in order: `eth`, `ip`, `tcp`. */
  get protocols(): string[] {
    return this.headers.map((header) => header.protocol);
  }
}

/** Stands where a header should be, or go on, that is not whole. */
export class Broken implements Header {
  readonly protocol: string;
  readonly offset: number;
  /** The packet itself is wrong; otherwise only the capture cut it off. */
  readonly malformed: boolean;
  private readonly packet: Packet;
  /** A particular fault, in words. */
  private readonly fault: string;

  constructor(protocol: string, malformed: boolean, offset: number, packet: Packet, fault = '') {
    this.protocol = protocol;
    this.malformed = malformed;
    this.offset = offset;
    this.packet = packet;
    this.fault = fault;
  }

  columns(columns: Columns): void {
    // What the header around this one said would stand there for want of anything better.
    const begun = this.packet.headers.some((header) => header !== this && header.protocol === this.protocol);
    const said = begun ? columns.info : this.ports();
    const remark = this.malformed ? '[Malformed Packet]' : '[Packet size limited during capture]';
    columns.protocol = this.protocol;
    columns.info = this.fault || (said ? `${said} ${remark}` : remark);
  }

  layer(): PacketLayer {
    const length = this.packet.bytes.length - this.offset;
    const summary = this.malformed
      ? `[Malformed Packet: ${this.protocol}]`
      : `[Packet size limited during capture: ${this.protocol} truncated]`;
    const why = this.malformed
      ? this.fault || `the packet ends after ${length} bytes of this header`
      : `the capture kept ${this.packet.bytes.length} of ${this.packet.frame.length} bytes`;
    return {
      name: this.protocol,
      summary,
      offset: this.offset,
      length,
      fields: [field('Reason', why, this.offset, length)],
    };
  }

  /** The ports come first in TCP and UDP: they may be all that is there. */
  private ports(): string {
    const { bytes } = this.packet;
    const hasPorts = this.protocol === 'TCP' || this.protocol === 'UDP';
    if (!hasPorts || this.offset + 4 > bytes.length) return '';
    return `${u16(bytes, this.offset)} → ${u16(bytes, this.offset + 2)}`;
  }
}

export function field(
  name: string,
  value: string | number,
  offset: number,
  length: number,
  children?: PacketField[],
): PacketField {
  return children
    ? { name, value: String(value), offset, length, children }
    : { name, value: String(value), offset, length };
}
