/** The beginning of a recorded run, up to an event: what another run is made of that takes another way from there on. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { UserError } from '../../language/userError.ts';
import type { Happening, HappeningOf } from '../sequence/happening.ts';
import type { RunRecording } from './data.ts';

type Parts = Pick<RunRecording, 'inputs' | 'changes' | 'stop' | 'bookmarks'>;

/** Without what comes after an event, at which it stands: who takes another way there knows nothing of it. */
export function upTo<Recording extends Parts>(event: number, recording: Recording): Recording & Parts {
  const isBefore = (one: { event: number }) => one.event <= event;
  return {
    ...recording,
    inputs: recording.inputs.filter(isBefore),
    changes: recording.changes.filter(({ mark }) => isBefore(mark)),
    stop: { kind: 'event', event },
    bookmarks: recording.bookmarks.filter(isBefore),
  };
}

/** The same of a packed recording. */
export function packedUpTo(event: number, packed: Uint8Array): Uint8Array {
  // Texts and bytes in it are written otherwise than in the memory, and stay as they are.
  const recording = JSON.parse(gunzipSync(packed).toString('utf8')) as Parts;
  return gzipSync(JSON.stringify(upTo(event, recording)), { level: 9 });
}

export interface Sending {
  sent: HappeningOf<'sent'>;
  /** Which one of those that its interface has sent, from 1. */
  frame: number;
}

/**
 * Where a packet was sent.
 *
 * @param missing how many happenings there were before these
 * @throws UserError if it was not sent in the run, or nobody knows any more
 */
export function sendingOf(packet: number, happenings: readonly Happening[], missing: number): Sending {
  const at = happenings.findIndex((one) => one.kind === 'sent' && one.frame === packet);
  const sent = happenings[at];
  if (sent?.kind !== 'sent')
    throw new UserError('The moment at which packet {0} was sent is not known any more.', packet);
  if (sent.isOutside)
    throw new UserError('Packet {0} came from outside: no interface of the run has sent it.', packet);
  if (missing > 0)
    throw new UserError('The run is too long to tell how many frames were sent before packet {0}.', packet);
  const isBeside = (one: Happening): boolean =>
    one.kind === 'sent' && !one.isOutside && one.host === sent.host && one.interface === sent.interface;
  return { sent, frame: happenings.slice(0, at + 1).filter(isBeside).length };
}
