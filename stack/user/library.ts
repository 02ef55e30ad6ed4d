/** The `sockscope` module, which scenarios import. Its user documentation is in sockscope.d.ts. */
import type { World } from '../world/world.ts';
import { CONSTANTS } from './constants.ts';
import { machineControls } from './controls.ts';
import { eventCalls } from './library/event_calls.ts';
import { fileCalls } from './library/file_calls.ts';
import { processCalls, type Programs } from './library/process_calls.ts';
import { socketCalls } from './library/socket_calls.ts';

/**
 * All exports of 'sockscope'. Each call goes to the machine whose process makes it.
 *
 * @param programs what spawn() can start besides functions
 */
export function createLibrary(world: World, programs: Programs | null = null): Record<string, unknown> {
  return {
    ...CONSTANTS,
    ...socketCalls(world),
    ...fileCalls(world),
    ...eventCalls(world),
    ...processCalls(world, programs),
    ...machineControls(world),
  };
}
