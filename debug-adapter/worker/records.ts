/** Writing the machine's streams into the ring. The adapter's side is control/streams.ts. */
import type { CapturePort, CaptureSink, FullRing } from '../../stack/capture/capture.ts';
import type { RingWriter } from '../../stack/trace/ring.ts';
import type { wire_frame } from '../../stack/wire/frame.ts';
import type { World } from '../../stack/world/world.ts';
import type { PacketStacks } from '../inspect/packetStacks.ts';
import type { TextFrame } from '../inspect/stackText.ts';
import { writeCause } from '../recording/causeRecord.ts';
import { CauseTracker } from '../recording/causeTracker.ts';
import { writeAcked, writeDropped } from '../recording/fateRecord.ts';
import { FateTracker } from '../recording/fateTracker.ts';
import type { NameWriter } from '../recording/nameTable.ts';
import { ValueTracker } from '../recording/valueTracker.ts';
import { RECORD } from './channel.ts';

/** Frame record: number, length (u32 each), time in ns (f64), length of the interface's name, event (u32 each), name, bytes. */
export const FRAME_HEADER_BYTES = 24;
/** Output record: stream (by OUTPUT_STREAMS), line, column, length of the file's name (u32 each), name, text. */
export const OUTPUT_HEADER_BYTES = 16;
const encoder = new TextEncoder();

export type OutputStream = 'stdout' | 'stderr' | 'console' | 'important';
export const OUTPUT_STREAMS: readonly OutputStream[] = ['stdout', 'stderr', 'console', 'important'];

type Place = Pick<TextFrame, 'url' | 'line' | 'column'>;
/** What is known of a frame besides its bytes. */
interface Known {
  readonly causes: CauseTracker;
  readonly fates: FateTracker;
  readonly names: NameWriter;
}

export class Records implements CaptureSink {
  readonly #ring: RingWriter;
  readonly #world: World;
  /** Names of interfaces, encoded. */
  readonly #names = new Map<CapturePort, Uint8Array>();
  readonly #stacks: PacketStacks;
  #known: Known | null = null;
  /** Notes what programs write, with its moment. */
  onSaid: ((stream: 'stdout' | 'stderr', text: string, place: Place | undefined) => void) | null = null;

  constructor(ring: RingWriter, world: World, stacks: PacketStacks) {
    this.#ring = ring;
    this.#world = world;
    this.#stacks = stacks;
  }

  sent(frame: wire_frame, port: CapturePort): void {
    if (!port.is_outside) this.#stacks.noteSent(frame.number);
    this.#tellCause(frame, port);
    const name = this.#nameOf(port);
    const kind = port.is_outside ? RECORD.entered : RECORD.sent;
    const at = this.#ring.reserve(kind, FRAME_HEADER_BYTES + name.length + frame.length);
    const { view, bytes } = this.#ring;
    view.setUint32(at, frame.number, true);
    view.setUint32(at + 4, frame.length, true);
    view.setFloat64(at + 8, this.#world.time_ns, true);
    view.setUint32(at + 16, name.length, true);
    view.setUint32(at + 20, this.#world.event, true);
    bytes.set(name, at + FRAME_HEADER_BYTES);
    let to = at + FRAME_HEADER_BYTES + name.length;
    bytes.set(frame.head, to);
    to += frame.head.length;
    for (const { page, offset, size } of frame.frags) {
      bytes.set(page.bytes.subarray(offset, offset + size), to);
      to += size;
    }
    this.#ring.commit();
  }

  /**
   * From now on each frame is told with its cause, and what becomes of it where it arrives.
   *
   * @returns what notes why the values of connections change
   */
  tellCauses(names: NameWriter): ValueTracker {
    const ring = this.#ring;
    const causes = new CauseTracker(this.#world);
    const fates = new FateTracker(this.#world, () => causes.handling, {
      dropped: (first, last, drop) => writeDropped(ring, names, RECORD.dropped, { first, last, drop }),
      acked: (number, from, to) => writeAcked(ring, RECORD.acked, { number, from, to }),
    });
    this.#known = { causes, fates, names };
    return new ValueTracker(this.#world, () => causes.handling);
  }
  #tellCause({ number }: wire_frame, port: CapturePort): void {
    if (this.#known === null) return;
    const { causes, names } = this.#known;
    const cause = causes.of(port);
    if (cause !== null) writeCause(this.#ring, names, RECORD.cause, number, cause);
  }

  /** 'lo'; with several machines 'client eth0'. */
  #nameOf(port: CapturePort): Uint8Array {
    let name = this.#names.get(port);
    if (name === undefined) {
      const { machine } = port;
      name = encoder.encode(
        this.#world.machines.length === 1 ? port.name : `${machine.hostname} ${port.name}`,
      );
      this.#names.set(port, name);
    }
    return name;
  }

  received(frame: wire_frame): void {
    const at = this.#ring.reserve(RECORD.received, 4);
    this.#ring.view.setUint32(at, frame.number, true);
    this.#ring.commit();
  }

  lost(frame: wire_frame, reason: string, ring?: FullRing): void {
    const { number } = frame;
    const text = encoder.encode(reason);
    const at = this.#ring.reserve(RECORD.lost, 4 + text.length);
    this.#ring.view.setUint32(at, number, true);
    this.#ring.bytes.set(text, at + 4);
    this.#ring.commit();
    if (this.#known === null) return;
    const { fates, names } = this.#known;
    const drop = fates.lost(reason, ring);
    writeDropped(this.#ring, names, RECORD.dropped, { first: number, last: number, drop });
  }

  /** @param place where in the program it was written, if that is known */
  output(stream: OutputStream, text: string, place?: Place): void {
    if (stream === 'stdout' || stream === 'stderr') this.onSaid?.(stream, text, place);
    const { url = '', line = 0, column = 0 } = place ?? {};
    const name = encoder.encode(url);
    const content = encoder.encode(text.length > 1_000_000 ? `${text.slice(0, 1_000_000)}…\n` : text);
    const at = this.#ring.reserve(RECORD.output, OUTPUT_HEADER_BYTES + name.length + content.length);
    this.#ring.view.setUint32(at, OUTPUT_STREAMS.indexOf(stream), true);
    this.#ring.view.setUint32(at + 4, line, true);
    this.#ring.view.setUint32(at + 8, column, true);
    this.#ring.view.setUint32(at + 12, name.length, true);
    this.#ring.bytes.set(name, at + OUTPUT_HEADER_BYTES);
    this.#ring.bytes.set(content, at + OUTPUT_HEADER_BYTES + name.length);
    this.#ring.commit();
  }
}
