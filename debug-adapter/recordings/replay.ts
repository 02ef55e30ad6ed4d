/** Repeats a recorded run in a machine, up to where the recording stands. */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { inputText } from '../inspect/inputText.ts';
import { Replica, type Blueprint } from '../travel/replica.ts';
import type { RunRecording } from './data.ts';

/** A run that is repeated has other numbers where the recording stands. */
export class DiffersError extends UserError {
  override name = 'DiffersError';
}

/** A machine with the programs of a recording, before their first line. Rejects with a message for the user. */
export async function loadRecorded(recording: RunRecording, blueprint: Blueprint): Promise<Replica> {
  const replica = await Replica.create(blueprint, {
    inputs: inputText(recording.inputs),
    changes: recording.changes,
    counted: [],
    fields: [],
    isTold: true,
  });
  replica.execution.trail.repeats(recording.changes);
  return replica;
}

/** Run it to where the recording stands. Rejects with a message for the user. */
export async function bringToStop(replica: Replica, { stop, madeBy }: RunRecording): Promise<void> {
  const { debuggee } = replica;
  if (stop.kind === 'event') await replica.toEvent(stop.event);
  else await replica.follow(stop.moment);
  if (stop.kind === 'moment') {
    const reached = await debuggee.askIn<{ event: number; timeNs: number }>('now()');
    const { event, timeNs } = stop.at;
    if (reached.event !== event || Math.round(reached.timeNs) !== timeNs)
      throw new DiffersError(
        "The run is not the recorded one: it stands at event {0}, and stood at event {1}. The program may depend on something outside the machine, such as the host's files or environment{2}.",
        reached.event,
        event,
        madeBy.node === process.version
          ? ''
          : message(
              ', or on Node {0}, with which the recording was made; this is {1}',
              madeBy.node,
              process.version,
            ),
      );
  }
  // What was changed at this stop was changed before the recording was made.
  await replica.makeChanges();
  await debuggee.ask('takeChanges');
}
