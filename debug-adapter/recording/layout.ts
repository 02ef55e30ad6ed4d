/** The layout of the records in the ring: what the recorder writes and the recording reads. */

export const KIND = {
  enter: 1,
  exit: 2,
  sleep: 3,
  wake: 4,
  end: 5,
  state: 6,
  sent: 7,
  arrived: 8,
  taken: 9,
  lost: 10,
  dropped: 11,
  queues: 12,
  overflow: 13,
  output: 14,
} as const;

/**
 * Each record begins with: event (f64), time in ns (f64), pid (u32), number of the host's name (u16), and a
 * number that depends on the kind (u16).
 */
export const HEAD_BYTES = 24;
/** Socket ends: two addresses (i32), two ports (u16), protocol (u8), three bytes for the kind's own use. */
export const ENDS_BYTES = 16;
/** Stands for the protocol where there is no socket. */
export const NO_PROTOCOL = 255;
/** An argument: its tag, for an address with its port in units of 16 (f64), and its value (f64). */
export const ARGUMENT_BYTES = 16;
export const MOST_ARGUMENTS = 3;
/** Ethernet, and the longest IP and TCP headers. */
export const FRAME_HEAD_BYTES = 14 + 60 + 60;

export const ARGUMENT = { other: 0, number: 1, bytes: 2, address: 3 } as const;
export const PORT_UNIT = 16;
export const QUEUES = ['accept', 'syn'] as const;
export const STREAMS = ['stdout', 'stderr'] as const;
/** So much of a line of output is recorded, and so many lines of one text: the ring is for other things, too. */
export const LINE_BYTES = 240;
/** Before its text: the names of the process and of the script, the place there, and the number of the write. */
export const OUTPUT_HEAD_BYTES = 20;
export const MOST_LINES = 100;
/** Beside the number of the stream: the text had more lines. */
export const MORE_LINES = 2;
