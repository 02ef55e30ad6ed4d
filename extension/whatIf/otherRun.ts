/** How another run is launched: from a recording, with one change. */
import type { LaunchConfiguration, SaveRecordingResponse } from '../../debug-adapter/protocol.ts';
import type { Change, PacketChange } from './change.ts';

/**
 * @param origin the configuration of the run that it has its past from
 * @param sent how a fault calls the packet to which something else happens
 */
export function otherRun(
  recording: string,
  origin: Readonly<Record<string, unknown>>,
  is: Change['is'],
  sent: SaveRecordingResponse['sent'],
): LaunchConfiguration {
  return {
    recording,
    // Its files were unpacked for as long as it runs.
    ...(origin['recordedSources'] === true && { recordedSources: true }),
    whatIf: 'packet' in is ? { faults: [faultOf(is, sent)] } : is,
  };
}

function faultOf(
  { kind, delay }: PacketChange,
  sent: SaveRecordingResponse['sent'],
): Record<string, string | number> {
  return { kind, ...sent, ...(delay !== undefined && { delay }) };
}
