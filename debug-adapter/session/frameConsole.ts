/**
 * Commands of the debug console for frames in transit:
 *
 *     frame list
 *     frame 12 drop | duplicate | reorder | delay 5ms | corrupt [OFFSET] | set OFFSET HEX
 *     frame lo tx[3] drop
 *     inject [LINK] [raw] HEX
 */
import { either } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { Completion } from '../inspect/completion.ts';
import { duration } from '../inspect/format.ts';
import type { ChangeFrameArguments, InjectFrameArguments } from '../protocol.ts';
import { changeFrame, framesInTransit, injectFrame } from './frameChanges.ts';
import type { Run } from './run.ts';

export type FrameCommand =
  | { kind: 'list' }
  | { kind: 'change'; arguments: ChangeFrameArguments }
  | { kind: 'inject'; arguments: InjectFrameArguments };

const EXAMPLE = 'frame 12 drop';
/** How each is used. */
const ACTIONS = {
  drop: 'drop',
  duplicate: 'duplicate',
  reorder: 'reorder',
  delay: 'delay 5ms',
  corrupt: 'corrupt 34',
  set: 'set 34 0aff',
} as const;
type Action = keyof typeof ACTIONS;
const ACTION_NAMES = Object.keys(ACTIONS) as Action[];

/** Whether what is typed in the console is such a command: two words in a row are no expression. */
export function isFrameCommand(text: string): boolean {
  return /^\s*(?:frame|inject)\s+(?!(?:in|instanceof|as|satisfies)\b)\w/.test(text);
}

/** @throws an error for the user that says how it is written */
export function parseFrameCommand(text: string): FrameCommand {
  const [command, ...words] = text.trim().split(/\s+/);
  if (command === 'inject') return { kind: 'inject', arguments: parseInjection(words) };
  if (words.length === 1 && words[0] === 'list') return { kind: 'list' };
  const match = /^frame\s+(?:(\d+)|(\w[\w.-]*(?:\s+\w[\w.-]*)?)\s+tx\[(\d+)\])(?:\s+(.*))?$/s.exec(
    text.trim(),
  );
  if (match === null)
    throw new UserError(
      'After "frame" comes the number of a packet, or a link and a descriptor of its TX ring such as {0}. Write for example {1}',
      'lo tx[3]',
      EXAMPLE,
    );
  const [, packet, link, descriptor, rest = ''] = match;
  const place =
    packet === undefined ? { link: link!, descriptor: Number(descriptor) } : { packet: Number(packet) };
  return { kind: 'change', arguments: { ...place, ...parseAction(rest) } };
}

function parseAction(text: string): Omit<ChangeFrameArguments, 'packet' | 'link' | 'descriptor'> {
  const [word = '', ...args] = text.split(/\s+/);
  const action = ACTION_NAMES.find((one) => one === word);
  if (action === undefined && word === '')
    throw new UserError('Say what is to be done with the frame: {0}', either(ACTION_NAMES));
  if (action === undefined)
    throw new UserError('"{0}" cannot be done to a frame: use {1}', word, either(ACTION_NAMES));
  const most = { drop: 0, duplicate: 0, reorder: 0, delay: 1, corrupt: 1, set: Infinity }[action];
  if (args.length > most) throw written(action);
  switch (action) {
    case 'delay':
      return { how: 'delay', ...(args[0] !== undefined && { delay: args[0] }) };
    case 'corrupt':
      return { how: 'corrupt', ...(args[0] !== undefined && { at: offset(args[0], action) }) };
    case 'set':
      if (args.length < 2) throw written(action);
      return { how: 'bytes', at: offset(args[0]!, action), hex: args.slice(1).join('') };
    default:
      return { how: action };
  }
}
function offset(text: string, action: Action): number {
  if (!/^(?:0x[\da-f]+|\d+)$/i.test(text)) throw written(action);
  return Number(text);
}
function written(action: Action): UserError {
  return new UserError('Write for example {0}', `frame 12 ${ACTIONS[action]}`);
}

/** The bytes come last; in front of them there may be a link, whose name may have two words. */
function parseInjection(words: readonly string[]): InjectFrameArguments {
  const first = words.length - [...words].reverse().findIndex((word) => !/^[\da-f:]+$/i.test(word));
  const from = first > words.length ? 0 : first;
  const before = words.slice(0, from);
  const hex = words.slice(from).join('');
  if (hex === '')
    throw new UserError(
      'After "inject" come the bytes of a frame, from its Ethernet header on, and in front of them the link. Write for example {0}',
      'inject lo 000000000000 000000000000 0800 4500…',
    );
  const isRaw = before.at(-1) === 'raw';
  const link = (isRaw ? before.slice(0, -1) : before).join(' ');
  return { hex, isRaw, ...(link !== '' && { link }) };
}

/** @returns what was done. Rejects with a message that says how it is written */
export async function obeyFrameCommand(run: Run, text: string): Promise<string> {
  const command = parseFrameCommand(text);
  if (command.kind === 'change') return (await changeFrame(run, command.arguments)).text;
  if (command.kind === 'inject') return (await injectFrame(run, command.arguments)).text;
  const { frames } = await framesInTransit(run);
  if (frames.length === 0) return run.t('No frame is on a wire or in a receive ring.');
  return frames
    .map(({ number, link, leftNs }) =>
      leftNs === null
        ? run.t('packet {0}: {1}, in the NIC', number, link)
        : run.t('packet {0}: {1}, arrives in {2}', number, link, duration(leftNs)),
    )
    .join('\n');
}

/**
 * @param typed up to the cursor
 * @returns undefined if it is no such command
 */
export async function completeFrameCommand(
  run: Run,
  typed: string,
): Promise<{ prefix: string; found: Completion[] } | undefined> {
  const match = /^\s*(frame|inject)\s+(.*)$/s.exec(typed);
  if (match === null) return undefined;
  const [, command, rest] = match;
  const prefix = /\S*$/.exec(rest!)![0];
  const before = rest!.slice(0, rest!.length - prefix.length).trim();
  const labels: Completion[] = [];
  const add = (label: string, detail?: string): void =>
    void labels.push({ label, type: 'value', rank: 0, ...(detail !== undefined && { detail }) });
  if (before === '') {
    const { frames, links } = await framesInTransit(run);
    if (command === 'frame')
      for (const { number, link, leftNs } of frames)
        add(String(number), leftNs === null ? link : `${link}, ${duration(leftNs)}`);
    for (const link of links) add(command === 'frame' ? `${link} tx[0]` : link);
    add(command === 'frame' ? 'list' : 'raw');
  } else if (command === 'frame' && /^(?:\d+|.*\btx\[\d+\])$/.test(before)) {
    for (const action of ACTION_NAMES) add(action, ACTIONS[action]);
  } else if (command === 'inject' && !/\braw$/.test(before)) add('raw');
  return { prefix, found: labels.filter(({ label }) => label.startsWith(prefix)) };
}
