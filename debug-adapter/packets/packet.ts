/**
 * A decoded frame: its protocol headers, outermost first. The rows, the layer tree and the filters read it.
 */
import type { PacketField, PacketLayer } from '../protocol.ts';
import type { CapturedFrame } from './frame.ts';
import type { EchoPeer } from './echoTracker.ts';
import type { TcpAnalysis } from './tcpAnalysis.ts';
import { u16 } from './bytes.ts';

/** What rows and layers need to know from other packets. */
export interface RowContext {
  tcp?: TcpAnalysis | undefined;
  echo?: EchoPeer | undefined;
  /** Virtual time of the packet before this one. */
  previousTimeNs?: number | undefined;
}

/** A header in a packet, created by the files in `protocols/`. */
export interface Header {
  /** The text of the column "Protocol": `TCP`. */
  readonly protocol: string;
  /** Its offset in the frame. */
  readonly offset: number;
  /** Write this header's information into the row; inner headers are called later and overwrite it. */
  columns(columns: Columns): void;
  layer(): PacketLayer;
}

/** The columns of the packet list that headers set. */
export interface Columns {
  source: string;
  destination: string;
  protocol: string;
  info: string;
}

export class Packet {
  readonly headers: Header[] = [];
  /** A packet quoted by an ICMP error: decoded in the same way, but it does not set the row's columns. */
  quoted: Packet | null = null;
  /** This is a quoted packet: it is truncated, which is not an error. */
  readonly isQuote: boolean;
  readonly frame: CapturedFrame;
  readonly bytes: Uint8Array;
  readonly context: RowContext;

  constructor(frame: CapturedFrame, context: RowContext = {}, isQuote = false) {
    this.frame = frame;
    this.bytes = frame.bytes;
    this.context = context;
    this.isQuote = isQuote;
  }

  /**
   * Whether `length` bytes from `offset` are present, in a part that should extend to `end`. If not, the
   * packet gets a remark that explains why, and the caller stops.
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

/** Takes the place of an incomplete header. */
export class Broken implements Header {
  readonly protocol: string;
  readonly offset: number;
  /** The packet itself is malformed; otherwise the capture truncated it. */
  readonly malformed: boolean;
  private readonly packet: Packet;
  /** A description of the fault. */
  private readonly fault: string;

  constructor(protocol: string, malformed: boolean, offset: number, packet: Packet, fault = '') {
    this.protocol = protocol;
    this.malformed = malformed;
    this.offset = offset;
    this.packet = packet;
    this.fault = fault;
  }

  columns(columns: Columns): void {
    // Without a better text, use the enclosing header's.
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

  /** The ports come first in TCP and UDP: they may be the only fields present. */
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
