/** The memory through which a machine's thread tells this one what happens. */
import { createRing } from '../../stack/trace/ring.ts';
import { WorkerHub } from '../cdp/workerHub.ts';
import { createNameTable } from '../recording/nameTable.ts';
import type { RecordingMemory } from '../worker/channel.ts';

/** Buffer for frames and output until the adapter reads them; the oldest are overwritten when it is slow. */
const RING_BYTES = 32 * 1024 * 1024;
/** The newest of what happens in the world: nobody has to read it. */
const SEQUENCE_BYTES = 4 * 1024 * 1024;
const SAMPLE_BYTES = 4 * 1024 * 1024;
const STEP_BYTES = 4 * 1024 * 1024;
const NAMES_BYTES = 64 * 1024;
/** The buffer of a machine that repeats what was told before: of what breakpoints and traces write in it, little at once. */
const QUIET_RING_BYTES = 2 * 1024 * 1024;
/** Nothing is written there. */
const NO_RING_BYTES = 64;
const ALL_BYTES = RING_BYTES + SEQUENCE_BYTES + SAMPLE_BYTES + STEP_BYTES + NAMES_BYTES;
/** The memory of so many may be there, used or not, before what is not used is collected: more than are used at once. */
const MOST_MACHINES = 8;

export interface MachineMemory {
  ring: SharedArrayBuffer;
  recording: RecordingMemory;
}

/**
 * The memory of a new machine; that of machines that have ended is freed now and then.
 *
 * @param isTold whether it records and tells what happens
 */
export function createMachineMemory(isTold: boolean): MachineMemory {
  // V8 does not count shared memory: gigabytes of it are no reason for V8 to collect what nobody uses any more. A session
  // that restarts or goes back often would keep all machines that have ended.
  const { arrayBuffers, external } = process.memoryUsage();
  if (arrayBuffers - external > MOST_MACHINES * ALL_BYTES) WorkerHub.shared.collectGarbage();
  return {
    ring: createRing(isTold ? RING_BYTES : QUIET_RING_BYTES),
    recording: {
      sequence: createRing(isTold ? SEQUENCE_BYTES : NO_RING_BYTES),
      samples: createRing(isTold ? SAMPLE_BYTES : NO_RING_BYTES),
      steps: createRing(isTold ? STEP_BYTES : NO_RING_BYTES),
      names: createNameTable(NAMES_BYTES),
    },
  };
}
