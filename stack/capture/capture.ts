/** The interface between NICs and a capture. */
import type { Machine } from '../machine.ts';
import type { wire_frame } from '../wire/frame.ts';

/** The interface at which a frame leaves or enters a machine, or the world. */
export interface CapturePort {
  readonly machine: Pick<Machine, 'hostname'>;
  /** The interface: 'lo', 'eth0'. */
  readonly name: string;
  /** The interface is that of something outside the world. */
  readonly is_outside: boolean;
  /** A debugger has made the frame. */
  readonly is_debugger?: boolean;
}

/** A ring that has no descriptor left for a frame. */
export interface FullRing {
  readonly port: CapturePort;
  /** Descriptors that are in use, and how many there are. */
  readonly length: number;
  readonly limit: number;
}

/** Receives every frame. The frame is valid only during the call: copy what must be kept. */
export interface CaptureSink {
  /** A NIC sent the frame, or it came from outside the world. */
  sent(frame: wire_frame, port: CapturePort): void;
  /** A NIC received the frame, or it has left the world. */
  received(frame: wire_frame, port: CapturePort): void;
  /** The frame was lost; `reason` is a short phrase: 'lost', 'no buffer'. `ring`: the one that was full. */
  lost(frame: wire_frame, reason: string, ring?: FullRing): void;
}
