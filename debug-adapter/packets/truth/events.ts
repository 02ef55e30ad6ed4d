/** What the machine tells of frames after they were sent. */
import type { Drop } from './drop.ts';

/** A buffer was dropped: the frames that it had, from the first to the last. */
export interface Dropped {
  readonly first: number;
  readonly last: number;
  readonly drop: Drop;
}

/** A frame has moved the snd_una of its receiver. */
export interface Acked {
  readonly number: number;
  readonly from: number;
  readonly to: number;
}
