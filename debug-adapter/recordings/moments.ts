/** Moments and changes as JSON. Files of the programs are named by their path in the recording's folder. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { message, type Message } from '../../language/message.ts';
import {
  fieldsOf,
  OWN_STOPS,
  type Change,
  type CodePoint,
  type Mark,
  type Moment,
  type Move,
} from '../control/moment.ts';
import type { NumberedChange } from '../control/repetition.ts';
import { isChange, type ChangeInput } from '../inspect/changeInput.ts';
import type { ByteRange } from '../inspect/values/watchedBytes.ts';
import { readInput } from './inputs.ts';
import type { RecordedField } from './data.ts';
import type { Place } from './shape.ts';

/** What V8 calls a file of the programs begins in a recording with this, whatever folder they are in. */
const PROGRAM = 'program:';

/** A class of the kernel, and its module: both become part of code, so nothing else may be in them. */
const STRUCT = /^[a-z_]\w*$/i;
const MODULE = /^stack(?:\/[\w-]+)+\.ts$/;

/** Gives files of the programs their names in a recording, and back; and knows its fields. */
export class FileNames {
  readonly #folder: string;
  readonly #fields: number;

  /**
   * @param folder where the programs are
   * @param fields how many fields the recording names
   */
  constructor(folder: string, fields = 0) {
    this.#folder = folder;
    this.#fields = fields;
  }

  /** V8's URL in another folder: a value for JSON.stringify(). */
  readonly write = (name: string, value: unknown): unknown => {
    if (name !== 'url' || typeof value !== 'string' || !value.startsWith('file:')) return value;
    return `${PROGRAM}${relativePath(this.#folder, fileURLToPath(value))}`;
  };
  readField(place: Place): number {
    const field = place.count();
    return field >= 1 && field <= this.#fields
      ? field
      : place.refuse(message('the number of a field that the recording names'));
  }
  read(place: Place): string {
    const url = place.text();
    if (!url.startsWith(PROGRAM)) return url;
    return pathToFileURL(path.resolve(this.#folder, url.slice(PROGRAM.length))).href;
  }
}

/** With `/` on any host. */
export function relativePath(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join('/');
}

export function readMoment(place: Place, names: FileNames): Moment {
  return {
    mark: readMark(place.at('mark'), names),
    moves: place.at('moves').list((move) => readMove(move, names)),
  };
}

export function readField(place: Place): RecordedField {
  const matching = (name: 'struct' | 'url', pattern: RegExp, expected: Message): string => {
    const text = place.at(name).text();
    return pattern.test(text) ? text : place.at(name).refuse(expected);
  };
  const range = place.at('range').optional(readRange);
  const ordinal = place.at('ordinal').count();
  return {
    struct: matching('struct', STRUCT, message('the name of a class')),
    url: matching('url', MODULE, message('a module of the stack')),
    ordinal: ordinal > 0 ? ordinal : place.at('ordinal').refuse(message('a whole number from 1 on')),
    name: place.at('name').text(),
    ...(range && { range }),
  };
}
function readRange(place: Place): ByteRange {
  const from = place.at('from').count();
  const to = place.at('to').count();
  return from < to ? { from, to } : place.refuse(message('bytes, the first before the last'));
}

/** The same moment where fields have other numbers. @returns undefined if one of its fields has none */
export function renumbered(moment: Moment, numbers: ReadonlyMap<number, number>): Moment | undefined {
  if (!fieldsOf(moment).every((field) => numbers.has(field))) return undefined;
  const other = <One extends object>(one: One): One =>
    'field' in one ? { ...one, field: numbers.get(one.field as number) } : one;
  return { mark: other(moment.mark), moves: moment.moves.map(other) };
}

function readMark(place: Place, names: FileNames): Mark {
  const kind = place.at('kind').oneOf('begin', 'own', 'place', 'access');
  if (kind === 'begin') return { kind, event: 0 };
  const event = place.at('event').count();
  if (kind === 'own') return { kind, event, how: place.at('how').oneOf(...OWN_STOPS) };
  const arrival = place.at('arrival').count();
  if (kind === 'place') return { kind, event, place: readPoint(place.at('place'), names), arrival };
  const field = names.readField(place.at('field'));
  return { kind, event, field, how: place.at('how').oneOf('read', 'write'), arrival };
}

function readMove(place: Place, names: FileNames): Move {
  const how = place.at('how').oneOf('next', 'stepIn', 'stepOut', 'toProgram', 'arrive', 'access');
  if (how === 'arrive')
    return { how, place: readPoint(place.at('place'), names), arrival: place.at('arrival').count() };
  if (how === 'access') {
    const access = place.at('access').oneOf('read', 'write');
    return { how, field: names.readField(place.at('field')), access, arrival: place.at('arrival').count() };
  }
  const thread = place.at('thread').count();
  if (how === 'toProgram') return { how, thread };
  return { how, thread, target: place.at('target').optional((target) => target.count()) };
}

function readPoint(place: Place, names: FileNames): CodePoint {
  return {
    url: names.read(place.at('url')),
    line: place.at('line').count(),
    column: place.at('column').count(),
  };
}

/** One that another debugger can make. */
export function readChange(place: Place, names: FileNames): NumberedChange {
  const mark = readMark(place.at('mark'), names);
  if (mark.kind === 'begin') return place.at('mark').refuse(message('a moment with a number of its own'));
  return { change: readWhat(place.at('change')), mark };
}
function readWhat(place: Place): Change {
  const kind = place.at('kind').oneOf('input', 'expression');
  if (kind === 'input') return { kind, input: readChangeInput(place.at('input')) };
  return {
    kind,
    expression: place.at('expression').text(),
    below: place.at('below').optional((below) => below.count()),
  };
}
function readChangeInput(place: Place): ChangeInput {
  const input = readInput(place);
  return isChange(input) && input.kind !== 'evaluation'
    ? input
    : place.refuse(message('a change of a field or of a setting'));
}
