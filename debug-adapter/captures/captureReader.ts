/** Reads a capture file into a store of packets, which can be asked meanwhile. */
import { setImmediate as turn } from 'node:timers/promises';
import { message, type Message } from '../../language/message.ts';
import { CaptureFile } from '../packets/files/captureFile.ts';
import { FileFrames } from '../packets/files/fileFrames.ts';
import { PacketStore } from '../packets/packetStore.ts';
import type { CaptureProgress } from './messages.ts';

/** A file's packets stay in the file: only what is known about them is kept, of all of them. */
const NO_LIMITS = { packets: Infinity, bytes: Infinity };
/** Packets that are decoded before requests get their turn. */
const PORTION = 500;
/** Milliseconds between two reports. */
const REPORT = 200;

/** How far it is, in no language yet. */
export type ReadProgress = Omit<CaptureProgress, 'problem'> & { problem?: Message };

export class CaptureReader {
  private readonly file: CaptureFile;
  private readonly onProgress: (progress: ReadProgress) => void;
  private store = new PacketStore(NO_LIMITS);
  private reported = 0;

  private constructor(file: CaptureFile, onProgress: (progress: ReadProgress) => void) {
    this.file = file;
    this.onProgress = onProgress;
  }

  /** Throws an error for the user if this is no capture file. */
  static async open(path: string, onProgress: (progress: ReadProgress) => void): Promise<CaptureReader> {
    return new CaptureReader(await CaptureFile.open(path), onProgress);
  }

  /** Reads the whole file. What stands before a damaged place is kept. */
  async read(): Promise<void> {
    let frames: FileFrames | undefined;
    let read = 0;
    for await (const batch of this.file.batches()) {
      for (const packet of batch.packets) {
        frames ??= this.begin(packet.timeNs);
        frames.add(packet);
        this.store.arrived();
        this.store.decode();
        if (frames.end % PORTION === 0) {
          this.report(read, false);
          await turn();
        }
      }
      read = batch.read;
      this.report(read, false);
    }
    this.report(read, true);
  }

  /** @param epochNs the time of the first packet */
  private begin(epochNs: bigint): FileFrames {
    const frames = new FileFrames(this.file.bytes, epochNs);
    this.store = new PacketStore(NO_LIMITS, 0, { epochNs, isMachine: false }, frames);
    return frames;
  }

  /** The packets' bytes cannot be read any more. */
  close(): Promise<void> {
    return this.file.close();
  }

  /** All packets that are read by now. */
  get packets(): PacketStore {
    return this.store;
  }

  private report(read: number, isOver: boolean): void {
    const now = performance.now();
    if (!isOver && now - this.reported < REPORT) return;
    this.reported = now;
    const { problem, size } = this.file;
    this.onProgress({
      packets: this.store.total,
      read,
      size,
      isOver,
      ...(isOver &&
        problem && {
          problem: message(
            'The file breaks at byte {0}: {1}',
            problem.offset.toLocaleString('en'),
            problem.message,
          ),
        }),
    });
  }
}
