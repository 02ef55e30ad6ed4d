/** The input log of a world as JSON. */
import { message } from '../../language/message.ts';
import { FAULT_POINTS } from '../../stack/kernel/fault_inject.ts';
import type { HostEvent } from '../../stack/gateway/host_side.ts';
import { FRAME_CHANGES, type FrameChange } from '../../stack/wire/frame_change.ts';
import type { FramePlace } from '../../stack/world/frames.ts';
import type { EditStep, EditValue } from '../../stack/world/edit.ts';
import type { Input, InputEntry } from '../../stack/world/inputs.ts';
import type { Place } from './shape.ts';

/** Bytes as base64. */
export function writeBytes({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** @throws RecordingError */
export function readEntry(place: Place): InputEntry {
  const isWhileRunning = place.at('while_running').optional((one) => one.flag());
  return {
    event: place.at('event').count(),
    within: place.at('within').flag(),
    input: readInput(place.at('input')),
    ...(isWhileRunning === true && { while_running: true }),
  };
}

/** How each kind is read. */
const READ: { [Kind in Input['kind']]: (place: Place) => Omit<Extract<Input, { kind: Kind }>, 'kind'> } = {
  time: (place) => ({ ns: place.at('ns').number() }),
  frame: (place) => ({ wire: place.at('wire').text(), bytes: place.at('bytes').bytes() }),
  connection: (place) => ({
    connection: place.at('connection').count(),
    event: readHostEvent(place.at('event')),
  }),
  unplug: (place) => ({ wire: place.at('wire').text() }),
  answer: readAnswer,
  reading: readAnswer,
  environment: (place) => ({
    name: place.at('name').text(),
    value: place.at('value').value === null ? null : place.at('value').text(),
  }),
  edit: (place) => ({ path: place.at('path').list(readStep), value: readValue(place.at('value')) }),
  bytes: (place) => ({
    path: place.at('path').list(readStep),
    at: place.at('at').count(),
    hex: place.at('hex').text(),
  }),
  sysctl: (place) => ({
    machine: place.at('machine').count(),
    name: place.at('name').text(),
    value: place.at('value').text(),
  }),
  change: (place) => ({
    place: readFramePlace(place.at('place')),
    change: readFrameChange(place.at('change')),
  }),
  inject: (place) => ({ link: place.at('link').text(), hex: place.at('hex').text() }),
  seed: (place) => ({ seed: place.at('seed').number() }),
  evaluation: (place) => {
    const value = place.at('value').optional(readValue);
    return { text: place.at('text').text(), ...(value !== undefined && { value }) };
  },
  fault: (place) => ({
    machine: place.at('machine').count(),
    point: place.at('point').oneOf(...FAULT_POINTS),
    times: place.at('times').count(),
  }),
};
const KINDS = Object.keys(READ) as Input['kind'][];

/** @throws RecordingError */
export function readInput(place: Place): Input {
  const kind = place.at('kind').oneOf(...KINDS);
  return { kind, ...READ[kind](place) } as Input;
}

function readAnswer(place: Place): { call: number; name: string; recorded: Uint8Array } {
  return {
    call: place.at('call').count(),
    name: place.at('name').text(),
    recorded: place.at('recorded').bytes(),
  };
}
function readHostEvent(place: Place): HostEvent {
  const what = place
    .at('what')
    .oneOf('open', 'data', 'end', 'gone', 'written', 'connected', 'refused', 'unreachable');
  switch (what) {
    case 'open':
      return { what, port: place.at('port').count(), from: place.at('from').text() };
    case 'data':
      return { what, bytes: place.at('bytes').bytes() };
    default:
      return { what };
  }
}

function readFramePlace(place: Place): FramePlace {
  const number = place.at('number').optional((one) => one.count());
  if (number !== undefined) return { number };
  return { link: place.at('link').text(), descriptor: place.at('descriptor').count() };
}
function readFrameChange(place: Place): FrameChange {
  const how = place.at('how').oneOf(...FRAME_CHANGES);
  switch (how) {
    case 'delay':
      return { how, ns: place.at('ns').number() };
    case 'corrupt': {
      const at = place.at('at').optional((one) => one.count());
      return { how, ...(at !== undefined && { at }) };
    }
    case 'bytes':
      return { how, at: place.at('at').count(), hex: place.at('hex').text() };
    default:
      return { how };
  }
}

function readStep(place: Place): EditStep {
  const step = place.value;
  if (typeof step === 'string') return step;
  const key = place.at('key').value;
  return typeof key === 'string' || typeof key === 'number'
    ? { key }
    : place.refuse(message('a name or a key'));
}
function readValue(place: Place): EditValue {
  const { value } = place;
  const isPlain = value === null || ['number', 'string', 'boolean'].includes(typeof value);
  return isPlain ? (value as EditValue) : place.refuse(message('a plain value'));
}
