/** The samples of a world, on the adapter's side: read from the sampler's ring when somebody asks. */
import { RingReader } from '../../stack/trace/ring.ts';
import type { Sample } from '../graphs/sample.ts';
import { ENDS_BYTES, HEAD_BYTES } from './layout.ts';
import { NameReader } from './nameTable.ts';
import { socketAt } from './recording.ts';
import { FIELD_BYTES, NIC_FIELDS, SAMPLE, SOCKET_FIELDS } from './sampleLayout.ts';

/** How many samples are kept. */
const MOST = 50_000;

export class Samples {
  readonly #ring: RingReader;
  readonly #names: NameReader;
  #kept: Sample[] = [];

  constructor(ring: SharedArrayBuffer, names: SharedArrayBuffer) {
    this.#ring = new RingReader(ring);
    this.#names = new NameReader(names);
  }

  /** All that is kept, oldest first, up to now. */
  read(): readonly Sample[] {
    this.#ring.drain((kind, content) => {
      const sample = decode(kind, content, this.#names);
      if (sample !== null) this.#kept.push(sample);
    });
    if (this.#kept.length > MOST) this.#kept = this.#kept.slice(-MOST);
    return this.#kept;
  }
}

/** One record. @returns null for a kind that is not known */
function decode(kind: number, content: Uint8Array, names: NameReader): Sample | null {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const base = {
    event: view.getFloat64(0, true),
    timeNs: Math.round(view.getFloat64(8, true)),
    host: names.name(view.getUint16(20, true)),
  };
  switch (kind) {
    case SAMPLE.socket: {
      const socket = socketAt(view, HEAD_BYTES);
      if (socket === null) return null;
      const values = numbers(view, HEAD_BYTES + ENDS_BYTES, SOCKET_FIELDS.length);
      return { ...base, kind: 'socket', socket, values };
    }
    case SAMPLE.nic: {
      const nic = names.name(view.getUint16(22, true));
      return { ...base, kind: 'nic', nic, values: numbers(view, HEAD_BYTES, NIC_FIELDS.length) };
    }
    default:
      return null;
  }
}

function numbers(view: DataView, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => view.getInt32(at + index * FIELD_BYTES, true));
}
