/**
 * Reads classic pcap files: of either byte order, with times in microseconds or nanoseconds.
 *
 * Source: draft-ietf-opsawg-pcap.
 */
import { message } from '../../../language/message.ts';
import {
  MOST_PACKET_BYTES,
  type CaptureParser,
  type FileInterface,
  type FilePacket,
  type FileProblem,
} from './filePacket.ts';
import { Pieces } from './pieces.ts';

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

interface FileHeader {
  isLittle: boolean;
  /** Nanoseconds of a unit of the fraction. */
  unitNs: bigint;
  interface: FileInterface;
}

/** Whether a file begins like one. */
export function isPcap(first: Uint8Array): boolean {
  return first.length >= 4 && byteOrder(new DataView(first.buffer, first.byteOffset, 4)) !== undefined;
}

function byteOrder(view: DataView): { isLittle: boolean; unitNs: bigint } | undefined {
  for (const isLittle of [true, false]) {
    const magic = view.getUint32(0, isLittle);
    if (magic === MICROSECONDS) return { isLittle, unitNs: 1000n };
    if (magic === NANOSECONDS) return { isLittle, unitNs: 1n };
  }
  return undefined;
}

export class PcapParser implements CaptureParser {
  problem: FileProblem | undefined;
  private readonly pieces = new Pieces();
  private header: FileHeader | undefined;
  private packets = 0;

  feed(bytes: Uint8Array): FilePacket[] {
    if (this.problem) return [];
    this.pieces.add(bytes);
    const found: FilePacket[] = [];
    this.header ??= this.readHeader();
    if (!this.header) return found;
    for (let packet = this.next(this.header); packet; packet = this.next(this.header)) found.push(packet);
    return found;
  }

  end(): void {
    const { available, offset } = this.pieces;
    if (this.problem || available === 0) return;
    this.problem = {
      offset,
      message: this.header
        ? message(
            'the file ends in the middle of packet {0}, {1} bytes behind its beginning',
            this.packets + 1,
            available,
          )
        : message('the file ends in the middle of its header, {0} bytes behind its beginning', available),
    };
  }

  private readHeader(): FileHeader | undefined {
    const view = this.pieces.peek(FILE_HEADER);
    if (!view) return undefined;
    const order = byteOrder(view);
    if (!order) {
      this.problem = { offset: 0, message: message('this is no pcap file') };
      return undefined;
    }
    this.pieces.skip(FILE_HEADER);
    const linkType = view.getUint32(20, order.isLittle) & 0xffff;
    return { ...order, interface: { name: '', linkType } };
  }

  private next({ isLittle, unitNs, interface: captured }: FileHeader): FilePacket | undefined {
    const view = this.pieces.peek(RECORD_HEADER);
    if (!view || this.problem) return undefined;
    const [seconds, fraction, kept, length] = [0, 4, 8, 12].map((at) => view.getUint32(at, isLittle)) as [
      number,
      number,
      number,
      number,
    ];
    if (kept > MOST_PACKET_BYTES) {
      this.problem = {
        offset: this.pieces.offset,
        message: message(
          'packet {0} would have {1} bytes: the file is damaged from here on',
          this.packets + 1,
          kept,
        ),
      };
      return undefined;
    }
    if (!this.pieces.peek(RECORD_HEADER + kept)) return undefined;
    const offset = this.pieces.offset + RECORD_HEADER;
    this.pieces.skip(RECORD_HEADER + kept);
    this.packets++;
    const timeNs = BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * unitNs;
    return { timeNs, interface: captured, offset, captured: kept, length: Math.max(kept, length) };
  }
}
