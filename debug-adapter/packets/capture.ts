/** What is the same for all packets of a capture. */
export interface Capture {
  /** Nanoseconds since 1970 at time 0 of its frames. */
  readonly epochNs: bigint;
  /** It is a machine's own: its times are virtual. */
  readonly isMachine: boolean;
}

/** The real-time clock of every machine at boot. */
const BOOT_NS = BigInt(Date.UTC(2024, 0, 1)) * 1_000_000n;

export const MACHINE_CAPTURE: Capture = { epochNs: BOOT_NS, isMachine: true };

/** Nanoseconds since 1970. */
export function realTimeNs({ epochNs }: Capture, timeNs: number): bigint {
  return epochNs + BigInt(Math.round(timeNs));
}
