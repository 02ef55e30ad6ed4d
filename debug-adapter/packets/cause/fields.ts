/** What the machine knows of a frame's cause, as lines of the layer tree. None of these fields is Wireshark's. */
import type { CapturedFrame } from '../frame.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import type { Cause } from './cause.ts';
import { causeSentence, kindOf } from './sentence.ts';

const CAUSE = field('sockscope.cause', 'Why it was sent', 'string');
const REASON = field('sockscope.cause.reason', 'Reason', 'string');
const PACKET = field('sockscope.cause.packet', 'Packet that has caused it', 'uint32', { isFrame: true });
const ABOUT = field('sockscope.cause.about', 'Packet that it is about', 'uint32', { isFrame: true });
const RELEASED = field('sockscope.cause.address', 'Packet that told the address', 'uint32', {
  isFrame: true,
});
const CALL = field('sockscope.cause.call', 'System call', 'string');
const PROCESS = field('sockscope.cause.process', 'Process', 'string');
const PID = field('sockscope.cause.pid', 'Process ID', 'uint32');
const TIMER = field('sockscope.cause.timer', 'Timer', 'string');
const EVENT = field('sockscope.cause.event', 'Event', 'uint48');

export const CAUSE_FIELDS: readonly Field[] = [
  CAUSE,
  REASON,
  PACKET,
  ABOUT,
  RELEASED,
  CALL,
  PROCESS,
  PID,
  TIMER,
  EVENT,
];

export function addCause(layer: Item, bytes: PacketBytes, frame: CapturedFrame, cause: Cause): void {
  const sentence = causeSentence(cause, kindOf(frame.bytes));
  const line = layer.generate(CAUSE, bytes, sentence).label(`Sockscope: ${sentence}`);
  if (cause.why !== undefined) line.generate(REASON, bytes, cause.why);
  if (cause.lastPacket !== undefined) line.generate(PACKET, bytes, cause.lastPacket);
  if (cause.about !== undefined) line.generate(ABOUT, bytes, cause.about);
  if (cause.released !== undefined) line.generate(RELEASED, bytes, cause.released);
  if (cause.call !== undefined)
    line.generate(CALL, bytes, cause.call).as(`${cause.call}(${cause.arguments})`);
  if (cause.process !== undefined) line.generate(PROCESS, bytes, cause.process);
  if (cause.pid !== undefined) line.generate(PID, bytes, cause.pid);
  if (cause.timer !== undefined) line.generate(TIMER, bytes, cause.timer).as(`${cause.timer}()`);
  line.generate(EVENT, bytes, cause.event);
}
