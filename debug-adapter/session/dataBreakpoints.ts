/** Data breakpoints: which fields have one to offer, and setting them in a machine. */
import { message, say, type Part } from '../../language/message.ts';
import { errorText, UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from 'node:inspector';
import type { Numbered } from '../control/breakpoints.ts';
import type { DataFields, OfferedField } from '../control/dataFields.ts';
import { checkExpression, memberOf, withoutTypes } from '../control/expression.ts';
import type { Moment } from '../control/moment.ts';
import { framesBelow } from '../control/pausedState.ts';
import type { OfferedItem } from '../inspect/agent.ts';
import { parseHitCondition } from '../inspect/breakpoints.ts';
import type { DataAccess, DataField, DataWish } from '../inspect/dataBreakpoints.ts';
import type { ByteRange } from '../inspect/values/watchedBytes.ts';
import { evaluateIn } from './evaluate.ts';
import { missingPart } from './missingPart.ts';
import { isGlance } from './numbers.ts';
import type { Run } from './run.ts';

type Wish = Numbered<DebugProtocol.DataBreakpoint>;
type CallFrame = Debugger.CallFrame | undefined;
type Info = DebugProtocol.DataBreakpointInfoResponse['body'];

const ACCESS: readonly DataAccess[] = ['read', 'write', 'readWrite'];
/** `skb.head[34..38]` */
const BYTES = /^(.*)\[\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?\]$/s;
const NO_FIELD = message(
  'There is no data breakpoint for it: it is no field of an object in which a value is stored.',
);
export const HAS_ENDED = message(
  'This value belonged to a machine that has ended: choose it again in the variables of this one.',
);
const AS_IT_WAS = message(
  'There is no data breakpoint for it: it is shown as it was when its function fell asleep.',
);

/** Whether a value can be watched: a variable's, or that of an expression such as `sk.sk_state`. */
export async function dataBreakpointInfo(
  run: Run,
  fields: DataFields,
  { variablesReference = 0, name, frameId }: DebugProtocol.DataBreakpointInfoArguments,
): Promise<Info> {
  const { stop } = run.execution;
  if (stop === undefined) throw run.notStopped();
  // Which moment it is comes with the snapshot.
  await stop.snapshot;
  if (run.execution.stop !== stop) throw run.notStopped();
  if (isGlance(variablesReference)) {
    run.frames.sleepers.check(variablesReference);
    return { dataId: null, description: say(run.t, AS_IT_WAS) };
  }
  const field = await offered(run, fields, (next) =>
    variablesReference > 0
      ? fieldOfItem(run, next, variablesReference, name)
      : fieldNamed(run, next, name, frameId),
  );
  if (field === undefined) {
    const missing = variablesReference > 0 ? undefined : await missingFor(run, name, frameId);
    const why =
      missing === undefined ? NO_FIELD : message('There is no data breakpoint for it: {0}.', missing);
    return { dataId: null, description: say(run.t, why) };
  }
  return {
    dataId: String(field.number),
    description: field.text,
    accessTypes: field.range === undefined ? [...ACCESS] : ['write'],
    canPersist: false,
  };
}
/** A field that a machine offers, and how its owner was named. */
type Offer = DataField & Pick<OfferedField, 'named'>;
/**
 * Note a field that a machine offers, with the moment of it.
 *
 * @param offer asks the machine, with a number for the field unless it has one
 * @returns undefined if it offers none
 */
export async function offered(
  run: Run,
  fields: DataFields,
  offer: (next: number) => Promise<Offer | null>,
): Promise<OfferedField | undefined> {
  const { stop } = run.execution;
  await stop?.snapshot;
  const field = await offer(fields.take());
  if (field === null) return undefined;
  const stands = stop !== undefined && run.execution.stop === stop;
  return fields.add({ ...field, moment: stands ? run.execution.trail.moment : undefined });
}
/**
 * A field that was offered while the machine ran has no moment at which its path was right: this stop is one.
 *
 * @param moment of the stop
 */
export async function placeFields({ debuggee }: Run, fields: DataFields, moment: Moment): Promise<void> {
  for (const field of fields.used)
    if (field.moment === undefined && field.isPlaceless !== true) {
      const path = await debuggee.ask<DataField['path']>('data.pathOf', field.number);
      // All of the world was searched, which takes time.
      fields.add(path === null ? { ...field, isPlaceless: true } : { ...field, path, moment });
    }
}
/** The field that an item of Variables shows, or a byte of a buffer. */
async function fieldOfItem(run: Run, next: number, ref: number, item: string): Promise<Offer | null> {
  const { field, named } = await run.debuggee.ask<OfferedItem>('offerItem', ref, item, next);
  if (field === null && named !== undefined && /^\d+$/.test(item))
    return fieldIn(run, next, `${named.expression}[${item}]`, callFrameAbove(run, named.below));
  return field && { ...field, ...(named && { named }) };
}
function callFrameAbove(run: Run, below: number | undefined): CallFrame {
  return below === undefined ? undefined : run.execution.stop?.paused.callFrames.at(-1 - below);
}
/** The field that an expression names, or bytes of one: `skb.head[34..38]`. @param next its number, unless it has one */
export async function fieldNamed(
  run: Run,
  next: number,
  typed: string,
  frameId?: number,
): Promise<Offer | null> {
  const frame = frameId === undefined ? run.frames.topFrame : run.frames.frame(frameId);
  if (frame && (await run.frames.sleepers.concerns(frame, ownerIn(typed)))) throw UserError.of(AS_IT_WAS);
  return fieldIn(run, next, typed, frame?.callFrame);
}
/** What of an expression that names no field is not there. */
export function missingFor(run: Run, typed: string, frameId?: number): Promise<Part | undefined> {
  const { callFrame } = (frameId === undefined ? run.frames.topFrame : run.frames.frame(frameId)) ?? {};
  const [, name = typed, , to] = BYTES.exec(typed.trim()) ?? [];
  return missingPart(run, withoutTypes(to === undefined ? typed : name), callFrame);
}
/** The expression for the owner of a field; the whole if it names none. */
function ownerIn(typed: string): string {
  const [, name = typed] = BYTES.exec(typed.trim()) ?? [];
  return memberOf(withoutTypes(name))?.owner ?? typed;
}
async function fieldIn(run: Run, next: number, typed: string, callFrame: CallFrame): Promise<Offer | null> {
  const [, name = typed, from, to] = BYTES.exec(typed.trim()) ?? [];
  const member = memberOf(withoutTypes(name));
  if (member === undefined) return null;
  const { owner: expression } = member;
  const { result, exceptionDetails } = await evaluateIn(run, expression, callFrame, true);
  if (exceptionDetails || result.objectId === undefined) return null;
  const [question, asked] =
    from === undefined
      ? ['offerField', [member.field, next]]
      : ['offerBytes', [member.field, rangeOf(from, to), next]];
  const field = await run.debuggee.askAbout<DataField | null>(question, asked, [result.objectId]);
  const { stop } = run.execution;
  if (field === null || stop === undefined) return field;
  const below = callFrame && framesBelow(stop.paused.callFrames, callFrame);
  return { ...field, named: { expression, below } };
}
function rangeOf(from: string, to: string | undefined): ByteRange {
  return { from: Number(from), to: to === undefined ? Number(from) + 1 : Number(to) };
}

/** What was offered in the past is known in the present, too, when the past has come to where that stands. */
export async function carryFields(past: Run, present: Run, fields: DataFields): Promise<void> {
  const { used } = fields;
  const numbers = used.map(({ number }) => number);
  const unknown = new Set(await present.debuggee.ask<number[]>('data.unknownOf', numbers));
  for (const { number, name, struct, range } of used.filter((field) => unknown.has(field.number))) {
    const path = await past.debuggee.ask<DataField['path']>('data.pathOf', number);
    await present.debuggee.ask('data.adopt', { number, name, struct, path, range });
  }
}

/** Replace the data breakpoints of a machine. */
export async function setDataBreakpoints(
  run: Run,
  fields: DataFields,
  wanted: readonly Wish[],
): Promise<DebugProtocol.Breakpoint[]> {
  const problems = new Map<number, string>();
  const wishes: DataWish[] = [];
  for (const wish of wanted) {
    const known = wishOf(fields, wish);
    const problem = known === undefined ? say(run.t, HAS_ENDED) : problemOf(run, known);
    if (problem !== undefined) problems.set(wish.id, problem);
    else {
      wishes.push(known!);
      run.execution.addDataBreakpoint(wish.id);
    }
  }
  const refused = await run.debuggee.ask<(string | null)[]>('setData', wishes, run.execution.isRunning);
  wishes.forEach(({ id }, index) => {
    const problem = refused[index];
    if (problem) problems.set(id, problem);
  });
  return wanted.map(({ id }) => {
    const text = problems.get(id);
    return text === undefined ? { id, verified: true } : { id, verified: false, message: text };
  });
}

function problemOf(run: Run, wish: DataWish): string | undefined {
  try {
    run.execution.checkStops();
    check(wish);
    return undefined;
  } catch (error) {
    return errorText(run.t, error);
  }
}
/** @throws an error for the user if it is written wrongly */
function check({ access, condition, hitCondition }: DataWish): void {
  if (!ACCESS.includes(access))
    throw new UserError('"accessType" is one of {0}, not {1}', ACCESS.join(', '), JSON.stringify(access));
  checkConditions({ condition, hitCondition });
}
/** @throws an error for the user if one is written wrongly */
export function checkConditions({
  condition,
  hitCondition,
}: Pick<DataWish, 'condition' | 'hitCondition'>): void {
  if (condition.trim() !== '') checkExpression(condition, 'condition');
  if (hitCondition.trim() !== '') parseHitCondition(hitCondition);
}
/** Whether it is written as a machine takes it. */
export function isTaken(wish: DataWish): boolean {
  try {
    check(wish);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** What the client asks for, for the machine's thread; undefined: the field is not known any more. */
export function wishOf(
  fields: DataFields,
  { id, dataId, accessType = 'write', condition = '', hitCondition = '' }: Wish,
): DataWish | undefined {
  const field = fields.byId(dataId);
  if (field === undefined) return undefined;
  return {
    id,
    field: field.number,
    access: accessType,
    condition: withoutTypes(condition).trim(),
    hitCondition,
  };
}
/** Breakpoints of one key are the same one. */
export function dataKey({
  dataId,
  accessType,
  condition,
  hitCondition,
}: DebugProtocol.DataBreakpoint): string {
  return JSON.stringify([dataId, accessType ?? 'write', condition ?? '', hitCondition ?? '']);
}
