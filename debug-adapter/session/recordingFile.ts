/** The custom requests about a recording of the run, and about its bookmarks. */
import { UserError } from '../../language/userError.ts';
import { at, fieldsOf, type Moment } from '../control/moment.ts';
import type { NumberedChange } from '../control/repetition.ts';
import type { Happening } from '../sequence/happening.ts';
import { sendingOf, upTo } from '../recordings/beginning.ts';
import { makeRecording } from '../recordings/make.ts';
import { RECORDING_SUFFIX, writeRecording } from '../recordings/file.ts';
import type { FoundField } from '../inspect/dataBreakpoints.ts';
import type { RecordedStop, RunRecording } from '../recordings/data.ts';
import { GivenUpError } from '../travel/replica.ts';
import type {
  AddBookmarkArguments,
  Bookmark,
  BookmarksResponse,
  Moment as Instant,
  SaveRecordingArguments,
  SaveRecordingResponse,
} from '../protocol.ts';
import type { Run } from './run.ts';
import type { ShownPast } from './shownPast.ts';
import { CANCELLED, type Works } from './works.ts';
import { checkPath } from './writtenPath.ts';

/**
 * Write what repeats the run, up to where it stands or a packet is sent, into a file.
 *
 * @param run at whose stop the user looks
 */
export async function saveRecording(
  run: Run,
  past: ShownPast,
  works: Works,
  { path, packet }: SaveRecordingArguments,
): Promise<SaveRecordingResponse> {
  if (!path.endsWith(RECORDING_SUFFIX))
    throw new UserError('The file of a recording ends in {0}, got {1}', RECORDING_SUFFIX, path);
  await checkPath('saveRecording', path);
  const present = past.presentOf(run);
  const { launch, bookmarks } = present;
  const sending = packet === undefined ? undefined : await linkedSending(present, packet);
  const stop = await stopOf(run);
  const stopMoments = stop.kind === 'moment' ? [stop.moment] : [];
  const moments = [...stopMoments, ...bookmarks.all.flatMap(({ moment }) => moment ?? [])];
  const { changes, fields } = await numbered(run, past, works, moments);
  const until = sending?.event ?? Infinity;
  checkChanges(changes, fields, until);
  const whole = await makeRecording(present.debuggee, {
    launch: launch.given,
    programs: launch.programs,
    changes: changes.filter(({ mark }) => mark.event <= until),
    fields,
    stop,
    isOver: false,
    bookmarks: bookmarks.all,
  });
  const bytes = await writeRecording(path, sending === undefined ? whole : upTo(sending.event, whole));
  if (sending === undefined) return { bytes, isExact: whole.stop.kind === 'moment' };
  return { bytes, isExact: true, sent: sending.sent };
}

/**
 * What was changed, with the numbers of the moments, and the fields by which these and others are told: the run may have to be
 * repeated for them.
 */
async function numbered(
  run: Run,
  past: ShownPast,
  works: Works,
  moments: readonly Moment[],
): Promise<{ changes: readonly NumberedChange[]; fields: readonly FoundField[] }> {
  const title = run.t('Repeating the run to find where it was changed');
  // The session may have left the run when this is cancelled.
  const machines = past.machinesFor(run);
  const work = works.begin(title, () => machines.stop());
  try {
    const changes = await past.changesOf(run);
    const all = [...moments, ...changes.map(({ mark }) => at(mark))];
    return { changes, fields: await machines.foundAgain(all.flatMap(fieldsOf)) };
  } catch (error) {
    throw error instanceof GivenUpError ? new Error(CANCELLED) : error;
  } finally {
    work.end();
  }
}

/** @throws an error for the user if a recording up to an event cannot hold one */
function checkChanges(
  changes: readonly NumberedChange[],
  fields: readonly FoundField[],
  until: number,
): void {
  const lost = changes.find(
    ({ mark }) =>
      mark.kind === 'access' && mark.event <= until && !fields.some(({ number }) => number === mark.field),
  );
  if (lost === undefined) return;
  throw new UserError(
    'The run cannot be recorded: at event {0} a value was changed where a data breakpoint had stopped, on a value that is not found again. Change it at another stop instead.',
    lost.mark.event,
  );
}

/** Where a packet was sent, and how a fault calls it. @throws an error for the user */
async function linkedSending(
  { recording, debuggee }: Run,
  packet: number,
): Promise<{ event: number; sent: { link: string; frame: number } }> {
  const { sent, frame } = sendingOf(packet, recording.read(), recording.missing);
  const { host, interface: dev, event } = sent;
  const link = await debuggee.askIn<string>(`linkOf(${JSON.stringify(host)}, ${JSON.stringify(dev)})`);
  return { event, sent: { link, frame } };
}

/** Events at which the kernel has tracepoints, so that a machine can stop there. */
const TRACED: readonly Happening['kind'][] = [
  'enter',
  'exit',
  'sleep',
  'wake',
  'end',
  'state',
  'taken',
  'dropped',
];

/**
 * What repeats a run that is ending: it stands at the stop, or at the last event.
 *
 * @returns undefined if nothing repeats it, or takes more than its end has time for
 */
export async function recordingOfEnd(run: Run): Promise<RunRecording | undefined> {
  const { launch, bookmarks, execution, recording, debuggee } = run;
  const { trail } = execution;
  const changes = trail.changes.flatMap(({ change, moment: { mark, moves } }): NumberedChange[] =>
    moves.length === 0 && (mark.kind === 'place' || mark.kind === 'own') ? [{ change, mark }] : [],
  );
  if (trail.end !== undefined || changes.length < trail.changes.length) return undefined;
  const isOver = execution.stop === undefined;
  const last = recording.read().findLast(({ kind }) => TRACED.includes(kind));
  return makeRecording(debuggee, {
    launch: launch.given,
    programs: launch.programs,
    changes,
    fields: [],
    stop: isOver ? { kind: 'event', event: last?.event ?? 1 } : await stopOf(run),
    isOver,
    bookmarks: bookmarks.all,
  });
}

async function stopOf(run: Run): Promise<RecordedStop> {
  const { moment, event, timeNs } = await standsAt(run);
  return moment !== undefined ? { kind: 'moment', moment, at: { event, timeNs } } : { kind: 'event', event };
}
/** Where the machine stands, and how it has come there if that is known. @throws an error for the user if it runs */
async function standsAt(run: Run): Promise<Instant & { moment: Moment | undefined }> {
  const { stop, trail } = run.execution;
  if (stop === undefined) throw run.notStopped();
  // The trail knows a stop when its snapshot is there.
  await stop.snapshot;
  const { moment } = trail;
  const { event, timeNs } = await run.debuggee.askIn<Instant>('now()');
  if (run.execution.stop !== stop) throw run.notStopped();
  return { event, timeNs: Math.round(timeNs), moment };
}
/** Name a moment: that of the stop, of an event, or of a packet's sending. */
export async function addBookmark(
  run: Run,
  { name, event, packet }: AddBookmarkArguments,
): Promise<BookmarksResponse> {
  const bookmark =
    event === undefined && packet === undefined ? await here(run) : recorded(run, event, packet);
  run.bookmarks.add({ ...bookmark, name });
  return { bookmarks: run.bookmarks.list() };
}
async function here(run: Run): Promise<Omit<RunRecording['bookmarks'][number], 'name'>> {
  const { moment, ...instant } = await standsAt(run);
  return { ...instant, ...(moment !== undefined && { moment }) };
}
/** A moment that was recorded. */
function recorded(
  { recording }: Run,
  event: number | undefined,
  packet: number | undefined,
): Omit<Bookmark, 'name'> {
  const found = recording
    .read()
    .find((one) =>
      packet === undefined ? one.event >= event! : one.kind === 'sent' && one.frame === packet,
    );
  if (found === undefined)
    throw packet === undefined
      ? new UserError('The run has not come to event {0}.', event!)
      : new UserError('The moment at which packet {0} was sent is not known any more.', packet);
  return { event: event ?? found.event, timeNs: found.timeNs };
}
