/** Changing frames that are on a wire or in a ring, and making new ones. */
import { either, message, say, type Message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { asUnit, TIME_UNITS } from '../../stack/config.ts';
import { FRAME_CHANGES, type FrameChange } from '../../stack/wire/frame_change.ts';
import type { FramePlace } from '../../stack/world/frames.ts';
import { duration } from '../inspect/format.ts';
import type {
  ChangeFrameArguments,
  ChangeFrameResponse,
  FrameMemoryArguments,
  FrameMemoryResponse,
  FramesResponse,
  InjectFrameArguments,
  InjectFrameResponse,
} from '../protocol.ts';
import { inputsChanged } from './changes.ts';
import type { Run } from './run.ts';

/** Longer than any timer of TCP. */
const MOST_DELAY_NS = 1_000_000_000_000;

export async function changeFrame(run: Run, args: ChangeFrameArguments): Promise<ChangeFrameResponse> {
  checkStands(run);
  const place = placeOf(args);
  const change = changeOf(args);
  await run.changing(async () => {
    await run.debuggee.ask('frames.change', place, change);
    await inputsChanged(run);
    run.framesChanged();
  });
  return { text: say(run.t, sentence(place, change)) };
}

export async function injectFrame(
  run: Run,
  { link, hex, isRaw = false }: InjectFrameArguments,
): Promise<InjectFrameResponse> {
  checkStands(run);
  const bytes = parseHex(hex);
  const on = link ?? (await onlyLink(run));
  const number = await run.changing(async () => {
    const injected = await run.debuggee.ask<number>('frames.inject', on, bytes, isRaw);
    await inputsChanged(run);
    run.framesChanged();
    return injected;
  });
  return { number, text: run.t('Packet {0} is on its way on {1}.', number, on) };
}

export async function framesInTransit(run: Run): Promise<FramesResponse> {
  const [links, frames] = await Promise.all([
    run.debuggee.ask<string[]>('frames.links'),
    run.debuggee.ask<FramesResponse['frames']>('frames.list'),
  ]);
  return { links, frames };
}

export async function frameMemory(run: Run, { packet }: FrameMemoryArguments): Promise<FrameMemoryResponse> {
  return { memoryReference: await run.debuggee.ask<string>('frames.memoryOf', packet) };
}

/** While it runs, nobody knows where a frame is when the change comes there. */
function checkStands(run: Run): void {
  if (run.isOver || run.execution.stop === undefined) throw run.notStopped();
}

async function onlyLink(run: Run): Promise<string> {
  const links = await run.debuggee.ask<string[]>('frames.links');
  if (links.length !== 1)
    throw new UserError('there are several links: say on which one the frame is, of {0}', either(links));
  return links[0]!;
}

function placeOf({ packet, link, descriptor }: ChangeFrameArguments): FramePlace {
  if (packet !== undefined) return { number: packet };
  if (link !== undefined && descriptor !== undefined) return { link, descriptor };
  throw new UserError(
    'sockscope/changeFrame needs a "packet", or a "link" and the "descriptor" of its TX ring',
  );
}

function changeOf({ how, delay, at, hex }: ChangeFrameArguments): FrameChange {
  switch (how) {
    case 'drop':
    case 'duplicate':
    case 'reorder':
      return { how };
    case 'delay': {
      if (delay === undefined) throw new UserError('a delay needs a time, such as {0}', '5ms');
      const ns = asUnit(delay, ['delay'], 0, TIME_UNITS, 'us');
      if (ns > MOST_DELAY_NS) throw new UserError('a delay is at most {0}', duration(MOST_DELAY_NS));
      return { how, ns };
    }
    case 'corrupt':
      return { how, ...(at !== undefined && { at }) };
    case 'bytes':
      if (at === undefined || hex === undefined)
        throw new UserError('to change bytes it takes their offset and what they are to be');
      return { how, at, hex: parseHex(hex) };
    default:
      throw new UserError('"{0}" cannot be done to a frame: use {1}', String(how), either(FRAME_CHANGES));
  }
}

/** @returns two digits for each byte */
export function parseHex(text: string): string {
  const digits = text.replace(/[\s:]/g, '');
  if (!/^(?:[\da-f]{2})+$/i.test(digits))
    throw new UserError('bytes are two hexadecimal digits each, such as {0}', '0a ff 00');
  return digits.toLowerCase();
}

function sentence(place: FramePlace, change: FrameChange): Message {
  const which =
    'number' in place
      ? message('packet {0}', place.number)
      : message('the packet in descriptor {0} of {1}', place.descriptor, place.link);
  switch (change.how) {
    case 'drop':
      return message('Done: {0} does not arrive.', which);
    case 'duplicate':
      return message('Done: {0} arrives twice.', which);
    case 'delay':
      return message('Done: {0} arrives {1} later.', which, duration(change.ns));
    case 'reorder':
      return message('Done: the next packet of its link overtakes {0}.', which);
    case 'corrupt':
      return message('Done: a byte of {0} is damaged.', which);
    case 'bytes':
      return message('Done: {0} has other bytes.', which);
  }
}
