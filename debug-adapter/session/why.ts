/** Why a value of a connection is what it is: the change that made it so, and what led to that. */
import { UserError } from '../../language/userError.ts';
import { memberOf, withoutTypes } from '../control/expression.ts';
import { caStates, tcpStates } from '../inspect/names.ts';
import type { Asked } from '../inspect/why.ts';
import { CHANGED_IN, type ValueChange, type ValueName } from '../packets/cause/valueChange.ts';
import { valueSentence } from '../packets/cause/valueSentence.ts';
import { causeChain, causingPacket } from '../packets/story.ts';
import type { CodeLocation, WhyArguments, WhyResponse } from '../protocol.ts';
import { evaluateIn } from './evaluate.ts';
import type { Run } from './run.ts';

/** ssthresh before the first loss. */
const INFINITE = 0x7fff_ffff;

/** @throws UserError for a value whose changes are not noted, or of which none is known */
export async function why(run: Run, args: WhyArguments): Promise<WhyResponse> {
  const { stop } = run.execution;
  if (stop === undefined) throw run.notStopped();
  const { event } = await stop.snapshot;
  const asked = await askedBy(run, args);
  // The run that a past one repeats has noted what both do.
  const change = await run.recorded.ask<ValueChange | null>('why.change', asked.socket, asked.value, event);
  if (change === null)
    throw new UserError(
      'no change of {0} of {1} is noted: it has its first value, or the change is too long ago',
      asked.value,
      asked.of,
    );
  run.streams.drain(2000);
  const { value, from, to, timeNs, cause } = change;
  const packet = causingPacket(cause);
  const location = await placeOf(run, change);
  return {
    value,
    of: asked.of,
    from: textOf(value, from, run),
    to: textOf(value, to, run),
    sentence: valueSentence(change, run.t),
    ...(asked.now !== to && {
      since: run.t(
        'Since then it was set to {0} by something that tells no cause, such as the debugger.',
        textOf(value, asked.now, run),
      ),
    }),
    event: cause.event,
    timeNs,
    ...(location !== undefined && { location }),
    ...(packet !== undefined && { packet }),
    ...(packet !== undefined && run.packets.has(packet)
      ? causeChain(run.packets, packet, run.t)
      : { chain: [] }),
  };
}

/** The answer as the debug console shows it. */
export async function whyText(run: Run, expression: string): Promise<string> {
  const { value, of, from, to, sentence, since, event, chain, next } = await why(run, { expression });
  return [
    `${value} ${from} → ${to} (${run.t('event {0}', event)}) · ${of}`,
    sentence,
    ...(since === undefined ? [] : [since]),
    ...chain.map(({ number, info, sentence: cause }) => `  ${run.t('Packet {0}', number)} ${info}: ${cause}`),
    ...(next === undefined ? [] : [`  ${run.t('Packet {0}, and what led to it', next)}`]),
  ].join('\n');
}
/**
 * The expression of `why sk.snd_cwnd` in the debug console, or what stands in its place; undefined: it is no such
 * command. Two words in a row are no expression of JavaScript.
 */
export function whyExpression(text: string): string | undefined {
  const match = /^\s*why(?:\s*|\s+(?!(?:in|instanceof|as|satisfies)\b)([\w$].*?)\s*)$/s.exec(text);
  return match === null ? undefined : (match[1] ?? '');
}

async function askedBy(run: Run, args: WhyArguments): Promise<Asked> {
  const { variablesReference = 0, name = '', node, expression, frameId } = args;
  if (node !== undefined) return run.debuggee.ask<Asked>('why.node', node);
  if (variablesReference > 0) return run.debuggee.ask<Asked>('why.item', variablesReference, name);
  const member = memberOf(withoutTypes(expression ?? name));
  if (member === undefined)
    throw new UserError('Write a field of a socket, for example {0}', 'why sk.snd_cwnd');
  const callFrame =
    frameId === undefined ? run.frames.topFrame?.callFrame : run.frames.frame(frameId).callFrame;
  const { result, exceptionDetails } = await evaluateIn(run, member.owner, callFrame, true);
  if (exceptionDetails || result.objectId === undefined)
    throw new UserError('{0} is no object here', member.owner);
  return run.debuggee.askAbout<Asked>('why.field', [member.field], [result.objectId]);
}

async function placeOf(run: Run, { why: reason }: ValueChange): Promise<CodeLocation | undefined> {
  const names = CHANGED_IN[reason];
  // Of several functions it is not noted which one it was.
  if (names.length > 1) return undefined;
  const [place] = await run.functions.find(names[0]!);
  const path = place && run.debuggee.scripts.pathOf(place.url);
  return path === undefined ? undefined : { path, line: place!.line + 1, column: 1 };
}

function textOf(value: ValueName, number: number, { t }: Run): string {
  if (value === 'skc_state' || value === 'tw_substate') return tcpStates.short(number);
  if (value === 'icsk_ca_state') return caStates.short(number);
  if (value === 'snd_ssthresh' && number === INFINITE) return t('infinite');
  return String(number);
}
