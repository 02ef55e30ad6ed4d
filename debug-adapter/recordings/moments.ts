/** Moments and changes as JSON. Files of the programs are named by their path in the recording's folder. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { message } from '../../language/message.ts';
import {
  OWN_STOPS,
  type Change,
  type CodePoint,
  type Mark,
  type Moment,
  type Move,
} from '../control/moment.ts';
import type { NumberedChange } from '../control/repetition.ts';
import { isChange, type ChangeInput } from '../inspect/changeInput.ts';
import { readInput } from './inputs.ts';
import type { Place } from './shape.ts';

/** What V8 calls a file of the programs begins in a recording with this, whatever folder they are in. */
const PROGRAM = 'program:';

/** Gives files of the programs their names in a recording, and back. */
export class FileNames {
  readonly #folder: string;

  /** @param folder where the programs are */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** V8's URL in another folder: a value for JSON.stringify(). */
  readonly write = (name: string, value: unknown): unknown => {
    if (name !== 'url' || typeof value !== 'string' || !value.startsWith('file:')) return value;
    return `${PROGRAM}${relativePath(this.#folder, fileURLToPath(value))}`;
  };
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

/** Whether a recording can hold it: of a field that is watched nothing is known in another session. */
export function isLasting({ mark, moves }: Moment): boolean {
  return mark.kind !== 'access' && moves.every(({ how }) => how !== 'access');
}

function readMark(place: Place, names: FileNames): Mark {
  const kind = place.at('kind').oneOf('begin', 'own', 'place');
  if (kind === 'begin') return { kind, event: 0 };
  const event = place.at('event').count();
  if (kind === 'own') return { kind, event, how: place.at('how').oneOf(...OWN_STOPS) };
  return { kind, event, place: readPoint(place.at('place'), names), arrival: place.at('arrival').count() };
}

function readMove(place: Place, names: FileNames): Move {
  const how = place.at('how').oneOf('next', 'stepIn', 'stepOut', 'toProgram', 'arrive');
  if (how === 'arrive')
    return { how, place: readPoint(place.at('place'), names), arrival: place.at('arrival').count() };
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
  if (mark.kind !== 'own' && mark.kind !== 'place')
    return place.at('mark').refuse(message('a moment with a number of its own'));
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
