/**
 * Reads the machine's streams from the ring at the adapter's own pace, whether the machine runs or is
 * stopped.
 */
import { RingReader } from '../../stack/trace/ring.ts';
import type { PacketStore } from '../packets/packetStore.ts';
import type { Cause } from '../packets/cause/cause.ts';
import { readCause } from '../recording/causeRecord.ts';
import { readAcked, readDropped } from '../recording/fateRecord.ts';
import { NameReader } from '../recording/nameTable.ts';
import { RECORD } from '../worker/channel.ts';
import {
  FRAME_HEADER_BYTES,
  OUTPUT_HEADER_BYTES,
  OUTPUT_STREAMS,
  type OutputStream,
} from '../worker/records.ts';

export interface Output {
  stream: OutputStream;
  text: string;
  /** Where it was written, as V8's script URL; '' if unknown. */
  url: string;
  line: number;
  column: number;
}
/** Records per batch, so that requests are answered between batches. */
const BATCH = 2000;
const POLL_MS = 20;
/** Output of one place is sent in pieces of about this many characters, not line by line. */
const PIECE = 64 * 1024;
const decoder = new TextDecoder();

export class Streams {
  readonly #reader: RingReader;
  readonly #packets: PacketStore;
  readonly #names: NameReader;
  /** Of the frame that follows. */
  #cause: { number: number; cause: Cause } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #overwritten = 0;
  /** Output of one place, collected until another place writes. */
  #gathered: Output[] = [];
  #gatheredLetters = 0;
  onOutput: (output: Output) => void = () => {};
  /** Whether the client reads too slowly. In that case the newest records wait in the ring. */
  isCongested: () => boolean = () => false;
  /** Called when new frames have arrived. */
  onFrames: () => void = () => {};
  /** Called when records are missing because the machine was faster than the adapter or its client. */
  onLost: (records: number) => void = () => {};
  /** Called with every frame, for a capture file. */
  onFrame: (timeNs: number, bytes: Uint8Array, interfaceName: string) => void = () => {};

  constructor(ring: SharedArrayBuffer, names: SharedArrayBuffer, packets: PacketStore) {
    this.#reader = new RingReader(ring);
    this.#names = new NameReader(names);
    this.#packets = packets;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      if (!this.isCongested()) this.drain(BATCH);
    }, POLL_MS);
  }
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Read the available records. */
  drain(limit = Infinity): void {
    const before = this.#packets.total;
    let read = 0;
    do {
      read += this.#reader.drain((kind, content) => this.#record(kind, content), BATCH);
    } while (read < limit && read > 0 && read % BATCH === 0);
    this.#tellOutput();
    if (this.#packets.total !== before) this.onFrames();
    const { overwritten } = this.#reader;
    if (overwritten !== this.#overwritten) {
      this.onLost(overwritten - this.#overwritten);
      this.#overwritten = overwritten;
    }
  }

  #gather(output: Output): void {
    const [first] = this.#gathered;
    const isSame =
      first?.stream === output.stream &&
      first.url === output.url &&
      first.line === output.line &&
      first.column === output.column;
    if (!isSame || this.#gatheredLetters > PIECE) this.#tellOutput();
    this.#gathered.push(output);
    this.#gatheredLetters += output.text.length;
  }
  #tellOutput(): void {
    const [first] = this.#gathered;
    if (first !== undefined)
      this.onOutput({ ...first, text: this.#gathered.map(({ text }) => text).join('') });
    this.#gathered = [];
    this.#gatheredLetters = 0;
  }

  #record(kind: number, content: Uint8Array): void {
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    switch (kind) {
      case RECORD.cause:
        this.#cause = readCause(content, this.#names);
        return;
      case RECORD.sent:
      case RECORD.entered: {
        const number = view.getUint32(0, true);
        const timeNs = view.getFloat64(8, true);
        const nameEnd = FRAME_HEADER_BYTES + view.getUint32(16, true);
        const name = decoder.decode(content.subarray(FRAME_HEADER_BYTES, nameEnd));
        const bytes = content.subarray(nameEnd);
        const length = view.getUint32(4, true);
        const frame = {
          number,
          timeNs,
          direction: kind === RECORD.entered ? ('in' as const) : ('out' as const),
          interface: name,
          bytes,
          length,
          event: view.getUint32(20, true),
          fate: 'in flight' as const,
          ...(this.#cause?.number === number && { cause: this.#cause.cause }),
        };
        // The reader of the ring has copied them.
        this.#packets.add(frame, true);
        this.onFrame(timeNs, bytes, name);
        return;
      }
      case RECORD.received:
        this.#packets.fates.set(view.getUint32(0, true), 'delivered');
        return;
      case RECORD.lost:
        this.#packets.fates.set(view.getUint32(0, true), 'lost', decoder.decode(content.subarray(4)));
        return;
      case RECORD.dropped:
        this.#packets.fates.drop(readDropped(content, this.#names));
        return;
      case RECORD.acked:
        this.#packets.fates.acknowledge(readAcked(content));
        return;
      case RECORD.output: {
        const stream = OUTPUT_STREAMS[view.getUint32(0, true)] ?? 'stdout';
        const line = view.getUint32(4, true);
        const column = view.getUint32(8, true);
        const nameEnd = OUTPUT_HEADER_BYTES + view.getUint32(12, true);
        const url = decoder.decode(content.subarray(OUTPUT_HEADER_BYTES, nameEnd));
        this.#gather({ stream, line, column, url, text: decoder.decode(content.subarray(nameEnd)) });
        return;
      }
      default:
    }
  }
}
