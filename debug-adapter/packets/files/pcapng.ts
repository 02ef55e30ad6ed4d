/**
 * Reads pcapng files: any number of sections of either byte order, with their interfaces, packets and comments.
 * Blocks of other kinds are passed over, as the format wants it.
 *
 * Source: draft-ietf-opsawg-pcapng.
 */
import { message, type Message } from '../../../language/message.ts';
import {
  MOST_PACKET_BYTES,
  type CaptureParser,
  type FileInterface,
  type FilePacket,
  type FileProblem,
} from './filePacket.ts';
import { Pieces } from './pieces.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** A block holds one packet and its comments, or names; Wireshark's limit. */
const MOST_BLOCK_BYTES = 16 * 1024 * 1024;
/** Type, length, and the length again at the end. */
const SMALLEST_BLOCK = 12;

const OPT_END = 0;
const OPT_COMMENT = 1;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const EPB_FLAGS = 2;
const INBOUND = 1;
const OUTBOUND = 2;

type Options = ReadonlyMap<number, readonly Uint8Array[]>;

interface SectionInterface extends FileInterface {
  /** Bytes kept of a packet; 0 for all. */
  readonly snapLength: number;
  /** Units of time in a second. */
  readonly resolution: bigint;
  /** Seconds to be added to each time. */
  readonly timeOffset: bigint;
}

/** Whether a file begins like one. */
export function isPcapng(first: Uint8Array): boolean {
  return first.length >= 4 && new DataView(first.buffer, first.byteOffset, 4).getUint32(0) === SECTION_HEADER;
}

export class PcapngParser implements CaptureParser {
  problem: FileProblem | undefined;
  private readonly pieces = new Pieces();
  private isLittle = true;
  private hasSection = false;
  private interfaces: SectionInterface[] = [];
  private packets = 0;

  feed(bytes: Uint8Array): FilePacket[] {
    if (this.problem) return [];
    this.pieces.add(bytes);
    const found: FilePacket[] = [];
    for (let length = this.blockLength(); length > 0; length = this.blockLength()) {
      const block = this.pieces.peek(length);
      if (!block) break;
      const packet = this.read(block);
      if (packet) found.push(packet);
      if (this.problem) break;
      this.pieces.skip(length);
    }
    return found;
  }

  end(): void {
    const { available, offset } = this.pieces;
    if (this.problem || available === 0) return;
    this.problem = {
      offset,
      message: message(
        'the file ends in the middle of a block, {0} bytes behind its beginning; {1} packets are before it',
        available,
        this.packets,
      ),
    };
  }

  /** The length of the next block; 0 if it cannot be known yet, or never. */
  private blockLength(): number {
    const head = this.pieces.peek(SMALLEST_BLOCK);
    if (!head || this.problem) return 0;
    if (head.getUint32(0) === SECTION_HEADER) {
      const isLittle = head.getUint32(8, true) === BYTE_ORDER_MAGIC;
      if (!isLittle && head.getUint32(8) !== BYTE_ORDER_MAGIC)
        return this.fail(message('a section begins here without its byte-order mark'));
      this.isLittle = isLittle;
    } else if (!this.hasSection)
      return this.fail(message('this is no pcapng file: it does not begin with a section'));
    const length = head.getUint32(4, this.isLittle);
    if (length < SMALLEST_BLOCK || length % 4 !== 0 || length > MOST_BLOCK_BYTES)
      return this.fail(message('a block of {0} bytes cannot be: the file is damaged from here on', length));
    return length;
  }

  private read(block: DataView): FilePacket | undefined {
    const { isLittle } = this;
    if (block.getUint32(block.byteLength - 4, isLittle) !== block.byteLength) {
      this.fail(message('the two lengths of this block differ: the file is damaged from here on'));
      return undefined;
    }
    switch (block.getUint32(0, isLittle)) {
      case SECTION_HEADER:
        this.hasSection = true;
        this.interfaces = [];
        return undefined;
      case INTERFACE_DESCRIPTION:
        this.describe(block);
        return undefined;
      case ENHANCED_PACKET:
        return this.packet(block, block.byteLength < 32 ? null : block.getUint32(8, isLittle));
      case OBSOLETE_PACKET:
        return this.packet(block, block.byteLength < 32 ? null : block.getUint16(8, isLittle));
      case SIMPLE_PACKET:
        return this.simplePacket(block);
      default:
        return undefined;
    }
  }

  private describe(block: DataView): void {
    if (block.byteLength < 20)
      return void this.fail(message('this description of an interface is too short'));
    const { isLittle } = this;
    const options = this.options(block, 16);
    const unit = options.get(IF_TSRESOL)?.[0]?.[0] ?? 6;
    const offset = options.get(IF_TSOFFSET)?.[0];
    this.interfaces.push({
      name: texts(options.get(IF_NAME))?.[0] ?? `interface ${this.interfaces.length}`,
      linkType: block.getUint16(8, isLittle),
      snapLength: block.getUint32(12, isLittle),
      resolution: unit & 0x80 ? 1n << BigInt(unit & 0x7f) : 10n ** BigInt(unit),
      timeOffset:
        offset?.length === 8 ? new DataView(offset.buffer, offset.byteOffset).getBigInt64(0, isLittle) : 0n,
    });
  }

  private packet(block: DataView, id: number | null): FilePacket | undefined {
    const captured = id === null ? 0 : block.getUint32(20, this.isLittle);
    if (id === null || 28 + padded(captured) + 4 > block.byteLength)
      return this.failed(message('this packet does not fit into its block'));
    if (captured > MOST_PACKET_BYTES)
      return this.failed(
        message('this packet would have {0} bytes: the file is damaged from here on', captured),
      );
    const captureInterface = this.interfaces[id];
    if (!captureInterface) return this.failed(undescribed(id));
    const { isLittle } = this;
    const high = BigInt(block.getUint32(12, isLittle));
    const units = (high << 32n) | BigInt(block.getUint32(16, isLittle));
    const options = this.options(block, 28 + padded(captured));
    const comment = texts(options.get(OPT_COMMENT))?.join('\n');
    const direction = this.direction(options.get(EPB_FLAGS)?.[0]);
    this.packets++;
    return {
      timeNs: nanoseconds(units, captureInterface),
      interface: captureInterface,
      offset: this.pieces.offset + 28,
      captured,
      length: Math.max(captured, block.getUint32(24, isLittle)),
      ...(direction && { direction }),
      ...(comment !== undefined && { comment }),
    };
  }

  /** Without a time, an interface other than the first, and options. */
  private simplePacket(block: DataView): FilePacket | undefined {
    const [captureInterface] = this.interfaces;
    if (!captureInterface || block.byteLength < 16) return this.failed(undescribed(0));
    const length = block.getUint32(8, this.isLittle);
    const limit = captureInterface.snapLength || length;
    const captured = Math.min(length, limit, block.byteLength - 16);
    this.packets++;
    return { timeNs: 0n, interface: captureInterface, offset: this.pieces.offset + 12, captured, length };
  }

  private direction(flags: Uint8Array | undefined): 'in' | 'out' | undefined {
    if (flags?.length !== 4) return undefined;
    const bits = new DataView(flags.buffer, flags.byteOffset).getUint32(0, this.isLittle) & 3;
    return bits === INBOUND ? 'in' : bits === OUTBOUND ? 'out' : undefined;
  }

  /** The values of a block's options by their codes, in order; what does not fit ends them. */
  private options(block: DataView, from: number): Options {
    const found = new Map<number, Uint8Array[]>();
    const end = block.byteLength - 4;
    for (let at = from; at + 4 <= end;) {
      const code = block.getUint16(at, this.isLittle);
      const length = block.getUint16(at + 2, this.isLittle);
      if (code === OPT_END || at + 4 + length > end) break;
      const value = new Uint8Array(block.buffer, block.byteOffset + at + 4, length);
      const others = found.get(code);
      if (others) others.push(value);
      else found.set(code, [value]);
      at += 4 + padded(length);
    }
    return found;
  }

  private fail(said: Message): 0 {
    this.problem = { offset: this.pieces.offset, message: said };
    return 0;
  }

  private failed(said: Message): undefined {
    this.fail(said);
  }
}

function undescribed(id: number): Message {
  return message('this packet was captured on interface {0}, which is not described', id);
}

/** A file may have any resolution down to 10^-127 s; more than nanoseconds are rounded down. */
function nanoseconds(units: bigint, { resolution, timeOffset }: SectionInterface): bigint {
  return (units * 1_000_000_000n) / resolution + timeOffset * 1_000_000_000n;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function texts(values: readonly Uint8Array[] | undefined): string[] | undefined {
  return values?.map((bytes) => new TextDecoder().decode(bytes).replace(/\0+$/, ''));
}
