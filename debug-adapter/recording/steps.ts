/** The steps of packets, on the adapter's side: read from the step recorder's ring when somebody asks. */
import { RingReader } from '../../stack/trace/ring.ts';
import type { Step } from '../way/step.ts';
import { HEAD_BYTES } from './layout.ts';
import { NameReader } from './nameTable.ts';
import { socketAt } from './recording.ts';
import { STEP_BYTES, STEP_KINDS } from './stepLayout.ts';

/** How many steps are kept. */
const MOST = 50_000;

export class Steps {
  readonly #ring: RingReader;
  readonly #names: NameReader;
  #kept: Step[] = [];

  constructor(ring: SharedArrayBuffer, names: SharedArrayBuffer) {
    this.#ring = new RingReader(ring);
    this.#names = new NameReader(names);
  }

  /** All that is kept, oldest first, up to now. */
  read(): readonly Step[] {
    this.#ring.drain((kind, content) => {
      const step = decode(kind, content, this.#names);
      if (step !== null) this.#kept.push(step);
    });
    if (this.#kept.length > MOST) this.#kept = this.#kept.slice(-MOST);
    return this.#kept;
  }
}

/** One record. @returns null for a kind that is not known */
function decode(code: number, content: Uint8Array, names: NameReader): Step | null {
  const kind = STEP_KINDS[code - 1];
  if (kind === undefined) return null;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const at = HEAD_BYTES;
  const socket = kind === 'write' ? socketAt(view, at + STEP_BYTES) : null;
  return {
    kind,
    event: view.getFloat64(0, true),
    timeNs: Math.round(view.getFloat64(8, true)),
    pid: view.getUint32(16, true),
    host: names.name(view.getUint16(20, true)),
    name: names.name(view.getUint16(22, true)),
    buffer: view.getUint32(at, true),
    frame: view.getUint32(at + 4, true),
    users: view.getUint16(at + 8, true),
    dataref: view.getUint16(at + 10, true),
    number: view.getInt32(at + 12, true),
    ...(socket !== null && { socket }),
  };
}
