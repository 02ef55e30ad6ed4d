/** The interface between NICs and a capture. */
import type { Machine } from '../machine.ts';
import type { wire_frame } from '../wire/frame.ts';

/** Where a frame leaves or enters a machine. */
export interface CapturePort {
  readonly machine: Machine;
  /** The interface: 'lo', 'eth0'. */
  readonly name: string;
}

/** Told of every frame. The frame is only lent: copy what is to be kept. */
export interface CaptureSink {
  /** A NIC put it on the wire. */
  sent(frame: wire_frame, port: CapturePort): void;
  /** A NIC took it from the wire. */
  received(frame: wire_frame, port: CapturePort): void;
  /** It will not arrive; `reason` is a word: 'lost', 'no buffer'. */
  lost(frame: wire_frame, reason: string): void;
}
