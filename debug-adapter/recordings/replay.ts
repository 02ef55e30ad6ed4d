/** Repeats a recorded run in a machine, up to where the recording stands. */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { ExpectedField } from '../inspect/dataBreakpoints.ts';
import { inputText } from '../inspect/inputText.ts';
import type { CountedClass } from '../worker/creations.ts';
import { Replica, type Blueprint } from '../travel/replica.ts';
import type { RecordedField, RunRecording } from './data.ts';

/** A run that is repeated has other numbers where the recording stands. */
export class DiffersError extends UserError {
  override name = 'DiffersError';
}

/** The fields of a recording, as a machine expects them, and the classes that it counts for them. */
export function expectedFields(fields: readonly RecordedField[]): {
  counted: CountedClass[];
  fields: (ExpectedField & { isCounted: true })[];
} {
  const counted: CountedClass[] = [];
  const expected = fields.map(({ struct, url, ordinal, name, range }, index) => {
    let kind = counted.findIndex((one) => one.name === struct && one.url === url);
    if (kind < 0) kind = counted.push({ name: struct, url }) - 1;
    return { number: index + 1, name, kind, ordinal, ...(range && { range }), isCounted: true as const };
  });
  return { counted, fields: expected };
}

/** A machine with the programs of a recording, before their first line. Rejects with a message for the user. */
export async function loadRecorded(recording: RunRecording, blueprint: Blueprint): Promise<Replica> {
  const replica = await Replica.create(blueprint, {
    inputs: inputText(recording.inputs),
    changes: recording.changes,
    ...expectedFields(recording.fields),
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
