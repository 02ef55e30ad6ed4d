/** Puts datagrams together from their fragments, in the order of capture. */
import type { Changed } from './changed.ts';
import type { Ends } from './conversationKey.ts';

export interface FragmentPlace {
  /** In bytes. */
  readonly offset: number;
  readonly isLast: boolean;
}

/** A fragment's datagram, and its place there. */
export interface Fragment extends FragmentPlace, Ends {
  /** Of what the datagram carries. */
  readonly protocol: number;
  readonly id: number;
}

export interface Piece extends FragmentPlace {
  readonly number: number;
  readonly data: Uint8Array;
  overlaps: boolean;
  conflicts: boolean;
}

/** A datagram of which fragments were seen; it is known to all of them. */
export interface Datagram {
  /** In the order of their offsets. */
  readonly pieces: Piece[];
  /** The payload, once every byte is there. */
  data: Uint8Array | null;
  /** The packet that brought the last missing piece; 0 until then. */
  completedBy: number;
}

/** Datagrams of which pieces are missing; the oldest is given up first. */
const MAX_INCOMPLETE = 1000;

export class FragmentTracker {
  private readonly incomplete = new Map<string, Datagram>();
  private readonly changed: Changed;

  constructor(changed: Changed) {
    this.changed = changed;
  }

  add(
    number: number,
    { source, destination, protocol, id, offset, isLast }: Fragment,
    data: Uint8Array,
  ): Datagram {
    const key = `${source} ${destination} ${protocol} ${id}`;
    const datagram = this.incomplete.get(key) ?? this.begin(key);
    const { pieces } = datagram;
    const piece: Piece = { number, offset, isLast, data, overlaps: false, conflicts: false };
    const at = pieces.findIndex((other) => other.offset > offset);
    if (at < 0) pieces.push(piece);
    else pieces.splice(at, 0, piece);
    const whole = assemble(pieces);
    if (whole) {
      datagram.data = whole;
      datagram.completedBy = number;
      this.incomplete.delete(key);
      for (const one of pieces) this.changed(one.number);
    }
    return datagram;
  }

  private begin(key: string): Datagram {
    if (this.incomplete.size >= MAX_INCOMPLETE) {
      const oldest = this.incomplete.keys().next();
      if (!oldest.done) this.incomplete.delete(oldest.value);
    }
    const datagram: Datagram = { pieces: [], data: null, completedBy: 0 };
    this.incomplete.set(key, datagram);
    return datagram;
  }
}

/** The bytes, if none is missing up to the last piece's end. What came first to a place stays there. */
function assemble(pieces: readonly Piece[]): Uint8Array | null {
  const last = pieces.find(({ isLast }) => isLast);
  if (!last) return null;
  const total = last.offset + last.data.length;
  let covered = 0;
  for (const { offset, data } of pieces) {
    if (offset > covered) return null;
    covered = Math.max(covered, offset + data.length);
  }
  if (covered < total) return null;
  const whole = new Uint8Array(total);
  covered = 0;
  for (const piece of pieces) {
    const { offset, data } = piece;
    const repeated = Math.min(covered, offset + data.length) - offset;
    if (repeated > 0) {
      piece.overlaps = true;
      piece.conflicts = data.subarray(0, repeated).some((byte, at) => byte !== whole[offset + at]);
    }
    const fresh = Math.max(0, repeated);
    if (fresh < data.length && offset + fresh < total)
      whole.set(data.subarray(fresh, total - offset), offset + fresh);
    covered = Math.max(covered, offset + data.length);
  }
  return whole;
}
