/** Where the machine's frames are told to whoever captures them. */
import type { wire_frame } from '../wire/frame.ts';

/** Told of every frame. The frame is only lent: copy what is to be kept. */
export interface CaptureSink {
  /** A NIC put it on the wire. */
  sent(frame: wire_frame): void;
  /** A NIC took it from the wire. */
  received(frame: wire_frame): void;
  /** It will not arrive; `reason` is a word: 'lost', 'no buffer'. */
  lost(frame: wire_frame, reason: string): void;
}
