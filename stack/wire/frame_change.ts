/**
 * What a debugger can do to one frame: while it is on a wire, or while it is still to be sent. The rings of a NIC have
 * their own part, in drivers/net/vnic/ring_change.ts.
 */
import type { FrameFault } from '../fault_config.ts';
import { told, ToldError } from '../lib/told.ts';
import type { World } from '../world/world.ts';
import { frame_byte, frame_clone, frame_complete_checksum, frame_write, type wire_frame } from './frame.ts';
import { lose_frame } from './loss.ts';
import type { NetemWire } from './netem.ts';

export type FrameChange =
  /** It does not arrive. */
  | { how: 'drop' }
  /** It arrives twice. */
  | { how: 'duplicate' }
  /** It arrives so much later; others may overtake it. */
  | { how: 'delay'; ns: number }
  /** The next frame of its link overtakes it. */
  | { how: 'reorder' }
  /** All bits of the byte at this offset are flipped, and no checksum hides that; default: of its last byte. */
  | { how: 'corrupt'; at?: number }
  /** Bytes from this offset on are others. Checksums stay as they are. */
  | { how: 'bytes'; at: number; hex: string };

export const FRAME_CHANGES: readonly FrameChange['how'][] = [
  'drop',
  'duplicate',
  'delay',
  'reorder',
  'corrupt',
  'bytes',
];

/** What happens to a frame on its wire, as a schedule of faults has it. */
export type WireEffect = Pick<FrameFault, 'kind' | 'delay'>;

/** Why a frame is lost that was dropped in a debugger. */
export const DROPPED_IN_DEBUGGER = 'dropped in the debugger';

/** The debugger cannot do that to the frame: the message says why. */
export class FrameChangeError extends ToldError {
  override name = 'FrameChangeError';
}

/** Change a frame on a wire. @returns false: it is not on this one @throws FrameChangeError */
export function change_in_flight(
  world: World,
  { latency, scheduled, bandwidth }: NetemWire,
  number: number,
  change: FrameChange,
): boolean {
  const flight = latency.frames.find(({ frame }) => frame.number === number);
  if (flight === undefined) {
    if (bandwidth.sending?.number !== number) return false;
    change_unsent(bandwidth.sending, change);
    return true;
  }
  const { frame, arrives_at } = flight;
  const left = arrives_at - world.now_ns;
  switch (change.how) {
    case 'drop':
      latency.take(frame);
      lose_frame(world, frame, DROPPED_IN_DEBUGGER);
      break;
    case 'duplicate':
      latency.add_behind(frame, frame_clone(frame));
      break;
    case 'delay':
      latency.take(frame);
      latency.deliver_after(frame, Math.max(left, 0) + change.ns);
      break;
    case 'reorder':
      if (latency.overtake(frame)) break;
      // None is behind it: it waits for the next one that is sent.
      latency.take(frame);
      scheduled.hold(frame);
      break;
    default:
      change_bytes(frame, change);
  }
  return true;
}

/** Change a frame that is not on its wire yet: what befalls it there is noted. @throws FrameChangeError */
export function change_unsent(frame: wire_frame, change: FrameChange): void {
  const effect = effect_of(change);
  if (effect === null) change_bytes(frame, change as ByteChange);
  else frame.orders = [...(frame.orders ?? []), effect];
}

type ByteChange = Extract<FrameChange, { how: 'corrupt' | 'bytes' }>;

function effect_of(change: FrameChange): WireEffect | null {
  switch (change.how) {
    case 'drop':
      return { kind: 'loss', delay: 0 };
    case 'duplicate':
      return { kind: 'dup', delay: 0 };
    case 'delay':
      return { kind: 'delay', delay: change.ns };
    case 'reorder':
      return { kind: 'reorder', delay: 0 };
    default:
      return null;
  }
}

function change_bytes(frame: wire_frame, change: ByteChange): void {
  const { at, length } = check_bytes(change, frame.length);
  if (change.how === 'bytes') return frame_write(frame, at, Buffer.from(change.hex, 'hex'));
  // A checksum that is left to the device would be computed over the damage.
  frame_complete_checksum(frame);
  frame.corrupted = true;
  frame_write(frame, at, new Uint8Array(length).fill(frame_byte(frame, at) ^ 0xff));
}

/**
 * Where the bytes of a change lie, and how many they are.
 *
 * @param length the frame's
 * @throws FrameChangeError when they do not lie in the frame
 */
export function check_bytes(change: ByteChange, length: number): { at: number; length: number } {
  const at = change.at ?? length - 1;
  const count = change.how === 'bytes' ? change.hex.length / 2 : 1;
  if (at + count > length)
    throw new FrameChangeError(told('the frame has {0} bytes: there is none at {1}', length, at + count - 1));
  return { at, length: count };
}
