/** What is recorded of a world, as plain data: the decoded records, in the order in which they were written. */
import type { Moment } from '../protocol.ts';
import type { End } from './ends.ts';
import type { FrameFacts } from './frameFacts.ts';

interface Base extends Moment {
  /** The host's name. */
  host: string;
  /** The task that was on the CPU; 0: an interrupt, a softirq or none. */
  pid: number;
}

export type Happening = Base &
  /** `socket`: the socket that the call is about. */
  (
    | {
        kind: 'enter';
        call: string;
        process: string;
        processId: number;
        socket: End | null;
        /** `3, 127.0.0.1:8080` */
        arguments: string;
      }
    /**
     * `socket`: the socket, as it is now; the new one after accept(). `result` is null if it is not a number, and a
     * length for bytes. `error`: the name of a negative errno.
     */
    | { kind: 'exit'; call: string; result: number | null; error?: string; socket: End | null }
    | { kind: 'sleep' }
    | { kind: 'wake' }
    | { kind: 'end' }
    /** States by their names without TCP_. */
    | { kind: 'state'; from: string; to: string; socket: End }
    /** A NIC has sent a frame, or one came from outside. */
    | {
        kind: 'sent';
        frame: number;
        interface: string;
        isOutside: boolean;
        length: number;
        facts: FrameFacts;
      }
    /** A NIC has stored the frame, or it has left for the outside. */
    | { kind: 'arrived'; frame: number; interface: string; isOutside: boolean }
    /** The stack takes the frame from its NIC. */
    | { kind: 'taken'; frame: number }
    | { kind: 'lost'; frame: number; reason: string }
    /** The stack drops a frame that it has taken. */
    | { kind: 'dropped'; frame: number; reason: string }
    | { kind: 'queues'; socket: End; syn: number; accept: number; backlog: number }
    | { kind: 'overflow'; socket: End; queue: 'accept' | 'syn' }
    /**
     * A process has written a line, or its uncaught error was told. `code`: by the `write`th write of a place (from line 1 and
     * column 1) since the event. `isCut`: it has written more at once, which is not kept.
     */
    | {
        kind: 'output';
        process: string;
        stream: 'stdout' | 'stderr';
        text: string;
        code?: { url: string; line: number; column: number; write: number };
        isCut?: true;
      }
  );

export type HappeningOf<Kind extends Happening['kind']> = Extract<Happening, { kind: Kind }>;
