/** The record of a frame's cause: written in the machine's thread, read in the adapter's. */
import { LOSS_SIGNS, SEND_REASONS } from '../../stack/capture/send_reason.ts';
import type { RingWriter } from '../../stack/trace/ring.ts';
import { HANDLED, type Cause } from '../packets/cause/cause.ts';
import { callArguments, writeArgument } from './callArguments.ts';
import { argumentsText } from './callText.ts';
import type { Handling } from './handling.ts';
import { ARGUMENT_BYTES, MOST_ARGUMENTS } from './layout.ts';
import type { NameReader, NameWriter } from './nameTable.ts';

/**
 * Number of the frame (u32); what is handled, the reason plus one, the sign of loss plus one, whether from the backlog
 * (u8 each); packet, last packet, about, released, pid (u32 each); names of the call or timer and of the process (u16
 * each); event and amount (f64 each); bytes that are not read yet, or -1 (i32), pid and name of who could read them
 * (u32 each). A call's arguments follow.
 */
const CAUSE_BYTES = 60;

const REASON_NUMBERS: ReadonlyMap<string, number> = new Map(SEND_REASONS.map((one, at) => [one, at + 1]));
/** Asynchronous functions and methods that are bound have such names. */
const BOUND = 'bound ';

export function writeCause(
  ring: RingWriter,
  names: NameWriter,
  kind: number,
  frame: number,
  of: Handling,
): void {
  const { task, timer } = of;
  const count = Math.min(of.args.length, MOST_ARGUMENTS);
  const at = ring.reserve(kind, CAUSE_BYTES + count * ARGUMENT_BYTES);
  const { view, bytes } = ring;
  const name = timer === null ? of.call : timer.name.replace(BOUND, '');
  view.setUint32(at, frame, true);
  bytes[at + 4] = HANDLED.indexOf(of.handled);
  bytes[at + 5] = of.why === null ? 0 : REASON_NUMBERS.get(of.why)!;
  bytes[at + 6] = of.sign === null ? 0 : LOSS_SIGNS.indexOf(of.sign) + 1;
  bytes[at + 7] = of.isFromBacklog ? 1 : 0;
  view.setUint32(at + 8, of.packet, true);
  view.setUint32(at + 12, of.lastPacket, true);
  view.setUint32(at + 16, of.about, true);
  view.setUint32(at + 20, of.released, true);
  view.setUint32(at + 24, task?.pid ?? 0, true);
  view.setUint16(at + 28, name === '' ? 0 : names.numberOf(name), true);
  view.setUint16(at + 30, task === null ? 0 : names.numberOf(task.comm), true);
  view.setFloat64(at + 32, of.event, true);
  view.setFloat64(at + 40, of.amount, true);
  view.setInt32(at + 48, of.unread, true);
  view.setUint32(at + 52, of.reader?.pid ?? 0, true);
  view.setUint32(at + 56, of.reader === null ? 0 : names.numberOf(of.reader.comm), true);
  for (let i = 0; i < count; i++) writeArgument(view, at + CAUSE_BYTES + i * ARGUMENT_BYTES, of.args[i]);
  ring.commit();
}

export function readCause(content: Uint8Array, names: NameReader): { number: number; cause: Cause } {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const handled = HANDLED[content[4]!] ?? 'nothing';
  const why = SEND_REASONS[content[5]! - 1];
  const sign = LOSS_SIGNS[content[6]! - 1];
  const [packet, lastPacket] = [view.getUint32(8, true), view.getUint32(12, true)];
  const [about, released] = [view.getUint32(16, true), view.getUint32(20, true)];
  const pid = view.getUint32(24, true);
  const name = names.name(view.getUint16(28, true));
  const process = names.name(view.getUint16(30, true));
  const amount = view.getFloat64(40, true);
  const cause: Cause = {
    handled,
    event: view.getFloat64(32, true),
    ...(why !== undefined && { why }),
    ...(handled === 'packet' && { packet, lastPacket }),
    ...(content[7] === 1 && { isFromBacklog: true }),
    ...(handled === 'timer' && { timer: name }),
    ...(sign !== undefined && { sign }),
    ...(about > 0 && { about }),
    ...(amount > 0 && { amount }),
    ...(released > 0 && { released }),
    ...(pid > 0 && { process, pid }),
  };
  const unread = view.getInt32(48, true);
  const reader = view.getUint32(52, true);
  if (unread >= 0) {
    cause.window = { unread };
    if (reader > 0) cause.window = { unread, process: names.name(view.getUint32(56, true)), pid: reader };
  }
  if (pid > 0 && handled !== 'timer' && name !== '') {
    cause.call = name;
    cause.arguments = argumentsText(name, callArguments(view, CAUSE_BYTES));
  }
  return { number: view.getUint32(0, true), cause };
}
