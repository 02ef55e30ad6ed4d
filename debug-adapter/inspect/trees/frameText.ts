/** A frame in the words of the Packets panel. */
import { dissect, packetRow } from '../../packets/dissect.ts';

export function frameText(bytes: Uint8Array, length = bytes.length): string {
  const frame = { number: 1, timeNs: 0, direction: 'out' as const, interface: 'lo', bytes, length };
  const row = packetRow(dissect(frame, {}));
  return `${row.source} → ${row.destination}  ${row.protocol}  ${row.info}`;
}
