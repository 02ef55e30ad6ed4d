/** Bytes that no protocol decodes. */
import type { PacketLayer } from '../../protocol.ts';
import { hexBytes, plural, printable } from '../bytes.ts';
import { field, type Columns, type Header, type Packet } from '../packet.ts';

/** A tree line shows this many bytes; the bytes view shows all of them. */
const SHOWN = 64;

export class Data implements Header {
  readonly protocol = 'Data';
  readonly offset: number;
  /** Bytes on the wire; the capture may have kept fewer. */
  readonly length: number;
  readonly packet: Packet;

  constructor(packet: Packet, offset: number, end: number) {
    this.packet = packet;
    this.offset = offset;
    this.length = end - offset;
  }

  columns(_columns: Columns): void {}

  layer(): PacketLayer {
    const { bytes } = this.packet;
    const captured = Math.max(0, Math.min(this.length, bytes.length - this.offset));
    const more = captured > SHOWN ? '…' : '';
    return {
      name: 'Data',
      summary: `Data (${plural(this.length, 'byte')})`,
      offset: this.offset,
      length: captured,
      fields: [
        field(
          'Data',
          hexBytes(bytes, this.offset, Math.min(captured, SHOWN), '') + more,
          this.offset,
          captured,
        ),
        field('Text', printable(bytes, this.offset, Math.min(captured, SHOWN)) + more, this.offset, captured),
        field('[Length]', this.length, this.offset, captured),
      ],
    };
  }
}

/** The rest of a packet, if there is any. */
export function decodeData(packet: Packet, offset: number, end: number): void {
  if (end > offset) packet.headers.push(new Data(packet, offset, end));
}
