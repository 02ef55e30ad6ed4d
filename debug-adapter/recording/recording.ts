/**
 * The recording of a world, on the adapter's side: reads the recorder's ring when somebody asks, and keeps the
 * newest of what it has read.
 */
import { errnoName } from '../../stack/user/errors.ts';
import { RingReader } from '../../stack/trace/ring.ts';
import { tcpStates } from '../inspect/names.ts';
import { frameFacts } from '../sequence/frameFacts.ts';
import type { Moment } from '../protocol.ts';
import { protocolName, type End } from '../sequence/ends.ts';
import type { Happening } from '../sequence/happening.ts';
import { callArguments } from './callArguments.ts';
import { argumentsText } from './callText.ts';
import {
  ENDS_BYTES,
  HEAD_BYTES,
  KIND,
  MORE_LINES,
  NO_PROTOCOL,
  OUTPUT_HEAD_BYTES,
  QUEUES,
  STREAMS,
} from './layout.ts';
import { NameReader } from './nameTable.ts';

/** How many happenings are kept. */
const MOST = 100_000;
const decoder = new TextDecoder();

export class Recording {
  readonly #ring: RingReader;
  readonly #names: NameReader;
  #kept: Happening[] = [];
  #letGo = 0;

  constructor(ring: SharedArrayBuffer, names: SharedArrayBuffer) {
    this.#ring = new RingReader(ring);
    this.#names = new NameReader(names);
  }

  /** How many happenings there were before the first that is kept. */
  get missing(): number {
    return this.#letGo + this.#ring.overwritten;
  }

  /** All that is kept, oldest first, up to now. */
  read(): readonly Happening[] {
    this.#ring.drain((kind, content) => {
      const happening = decode(kind, content, this.#names);
      if (happening !== null) this.#kept.push(happening);
    });
    const surplus = this.#kept.length - MOST;
    if (surplus > 0) {
      this.#kept = this.#kept.slice(surplus);
      this.#letGo += surplus;
    }
    return this.#kept;
  }
}

/** One record. @returns null for a kind that is not known */
function decode(kind: number, content: Uint8Array, names: NameReader): Happening | null {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const moment: Moment = { event: view.getFloat64(0, true), timeNs: Math.round(view.getFloat64(8, true)) };
  const base = { ...moment, pid: view.getUint32(16, true), host: names.name(view.getUint16(20, true)) };
  const extra = view.getUint16(22, true);
  const at = HEAD_BYTES;
  switch (kind) {
    case KIND.enter:
      return {
        ...base,
        kind: 'enter',
        call: names.name(extra),
        process: names.name(view.getUint32(at, true)),
        processId: view.getUint32(at + 4, true),
        socket: socketAt(view, at + 8),
        arguments: argumentsText(names.name(extra), callArguments(view, at + 8 + ENDS_BYTES)),
      };
    case KIND.exit: {
      const number = view.getFloat64(at, true);
      const result = Number.isNaN(number) ? null : number;
      const isError = result !== null && result < 0;
      return {
        ...base,
        kind: 'exit',
        call: names.name(extra),
        result,
        ...(isError && { error: errnoName(result) }),
        socket: socketAt(view, at + 8),
      };
    }
    case KIND.sleep:
      return { ...base, kind: 'sleep' };
    case KIND.wake:
      return { ...base, kind: 'wake' };
    case KIND.end:
      return { ...base, kind: 'end' };
    case KIND.state:
      return {
        ...base,
        kind: 'state',
        from: tcpStates.short(content[at + 13]!),
        to: tcpStates.short(content[at + 14]!),
        socket: socketAt(view, at)!,
      };
    case KIND.sent:
      return {
        ...base,
        kind: 'sent',
        frame: view.getUint32(at, true),
        interface: names.name(extra),
        isOutside: view.getUint32(at + 8, true) === 1,
        length: view.getUint32(at + 4, true),
        facts: frameFacts(content.subarray(at + 12), view.getUint32(at + 4, true)),
      };
    case KIND.arrived:
      return {
        ...base,
        kind: 'arrived',
        frame: view.getUint32(at, true),
        interface: names.name(extra),
        isOutside: view.getUint32(at + 4, true) === 1,
      };
    case KIND.taken:
      return { ...base, kind: 'taken', frame: view.getUint32(at, true) };
    case KIND.lost:
    case KIND.dropped: {
      const told = { frame: view.getUint32(at, true), reason: names.name(extra) };
      return { ...base, kind: kind === KIND.lost ? 'lost' : 'dropped', ...told };
    }
    case KIND.queues:
      return {
        ...base,
        kind: 'queues',
        socket: socketAt(view, at)!,
        syn: view.getUint32(at + ENDS_BYTES, true),
        accept: view.getUint32(at + ENDS_BYTES + 4, true),
        backlog: view.getUint32(at + ENDS_BYTES + 8, true),
      };
    case KIND.overflow:
      return { ...base, kind: 'overflow', socket: socketAt(view, at)!, queue: QUEUES[extra]! };
    case KIND.output: {
      const url = names.name(view.getUint32(at + 4, true));
      const [line, column, write] = [8, 12, 16].map((offset) => view.getUint32(at + offset, true));
      return {
        ...base,
        kind: 'output',
        process: names.name(view.getUint32(at, true)),
        ...(url !== '' && { code: { url, line: line!, column: column!, write: write! } }),
        stream: STREAMS[extra & ~MORE_LINES]!,
        ...((extra & MORE_LINES) !== 0 && { isCut: true }),
        text: decoder.decode(content.subarray(at + OUTPUT_HEAD_BYTES)),
      };
    }
    default:
      return null;
  }
}

/** The ends of a socket in a record. */
export function socketAt(view: DataView, at: number): End | null {
  const protocol = view.getUint8(at + 12);
  if (protocol === NO_PROTOCOL) return null;
  return {
    protocol: protocolName(protocol),
    address: view.getInt32(at, true),
    port: view.getUint16(at + 8, true),
    peerAddress: view.getInt32(at + 4, true),
    peerPort: view.getUint16(at + 10, true),
  };
}
