/** The layout of the steps of packets in their ring: what the step recorder writes and the steps' reader reads. */
import type { StepKind } from '../way/step.ts';

/** A record's kind is an index of this list, plus one. */
export const STEP_KINDS: readonly StepKind[] = [
  'write',
  'qdisc',
  'enqueued',
  'dequeued',
  'driver',
  'wire',
  'cleaned',
  'stored',
  'napi',
  'gro',
  'stack',
  'backlog',
  'outOfOrder',
  'receive',
  'merged',
  'copied',
  'freed',
  'dropped',
];

/**
 * After the record's head, which has the number of a name: number of the sender's packet buffer (u32), of the frame
 * (u32), users (u16), dataref (u16), and a number that depends on the kind (i32). A write's socket ends follow.
 */
export const STEP_BYTES = 16;
