/** Recordings as files: compressed JSON that says its version. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { errorPart } from '../../language/userError.ts';
import type { Maker, RecordedBookmark, RecordedFile, RecordedStop, RunRecording } from './data.ts';
import { readEntry, writeBytes } from './inputs.ts';
import { FileNames, readChange, readField, readMoment } from './moments.ts';
import { OtherProgramError, readPath } from './programFiles.ts';
import { Place, RecordingError } from './shape.ts';

export const RECORDING_SUFFIX = '.sockscope';
/** Of the format; what a version does not know is refused. */
const VERSION = 2;
/** A file of more than this, unpacked, is refused before it fills the memory. */
const MOST_BYTES = 256 * 1024 * 1024;

export async function writeRecording(file: string, recording: RunRecording): Promise<number> {
  const bytes = packRecording(recording);
  await writeFile(file, bytes);
  return bytes.length;
}

export function packRecording(recording: RunRecording): Uint8Array {
  const names = new FileNames(recording.folder);
  // A replacer is called with what toJSON() has made of a Buffer: the value itself is in its owner.
  const replace = function (this: Record<string, unknown>, name: string, value: unknown): unknown {
    return this[name] instanceof Uint8Array ? writeBytes(this[name]) : names.write(name, value);
  };
  const text = JSON.stringify({ format: 'sockscope', version: VERSION, ...recording }, replace);
  return gzipSync(text, { level: 9 });
}

/**
 * @param folderOf where the programs are found: names of files in the recording lead there
 * @throws RecordingError that names the file
 */
export function readRecording(file: string, folderOf: (recording: RunRecording) => string): RunRecording {
  try {
    return parse(unpack(file), folderOf);
  } catch (error) {
    if (error instanceof OtherProgramError) throw error;
    throw new RecordingError('{0}: {1}', file, errorPart(error));
  }
}

function unpack(file: string): unknown {
  const packed = readFileSync(file);
  let text: string;
  try {
    text = gunzipSync(packed, { maxOutputLength: MOST_BYTES }).toString('utf8');
    return JSON.parse(text) as unknown;
  } catch {
    throw new RecordingError(
      'This is no recording of Sockscope, or a part of it is missing. A recording is made with "Sockscope: Save Recording".',
    );
  }
}

function parse(content: unknown, folderOf: (recording: RunRecording) => string): RunRecording {
  const place = new Place(content);
  if (place.at('format').value !== 'sockscope')
    throw new RecordingError('This is no recording of Sockscope.');
  const version = place.at('version').count();
  if (version !== VERSION)
    throw new RecordingError(
      'The recording has format {0}, and this version of Sockscope reads format {1}. Open it with the version that made it.',
      version,
      VERSION,
    );
  const recording: RunRecording = {
    madeBy: readMaker(place.at('madeBy')),
    folder: place.at('folder').text(),
    launch: place.at('launch').object(),
    files: place.at('files').list(readRecordedFile),
    inputs: place.at('inputs').list(readEntry),
    fields: place.at('fields').list(readField),
    changes: [],
    stop: { kind: 'event', event: 0 },
    end: { ...readInstant(place.at('end')), isOver: place.at('end').at('isOver').flag() },
    bookmarks: [],
  };
  // From here on files are named as they are here.
  const names = new FileNames((recording.folder = folderOf(recording)), recording.fields.length);
  return {
    ...recording,
    changes: place.at('changes').list((one) => readChange(one, names)),
    stop: readStop(place.at('stop'), names),
    bookmarks: place.at('bookmarks').list((one) => readBookmark(one, names)),
  };
}

function readMaker(place: Place): Maker {
  return {
    version: place.at('version').text(),
    stack: place.at('stack').text(),
    node: place.at('node').text(),
  };
}
function readRecordedFile(place: Place): RecordedFile {
  const text = place.at('text').optional((one) => one.text());
  return {
    path: readPath(place.at('path')),
    hash: place.at('hash').text(),
    ...(text !== undefined && { text }),
  };
}
function readInstant(place: Place): { event: number; timeNs: number } {
  return { event: place.at('event').count(), timeNs: place.at('timeNs').count() };
}
function readStop(place: Place, names: FileNames): RecordedStop {
  const kind = place.at('kind').oneOf('moment', 'event');
  if (kind === 'event') return { kind, event: place.at('event').count() };
  return { kind, moment: readMoment(place.at('moment'), names), at: readInstant(place.at('at')) };
}
function readBookmark(place: Place, names: FileNames): RecordedBookmark {
  const moment = place.at('moment').optional((one) => readMoment(one, names));
  return {
    ...readInstant(place),
    name: place.at('name').text(),
    ...(moment !== undefined && { moment }),
  };
}
