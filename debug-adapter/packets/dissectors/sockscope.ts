/**
 * What the machine knows of its own frames, as a layer of its own beside Wireshark's: why a frame was sent, and what
 * truly happened to it. None of these fields is Wireshark's.
 */
import { english } from '../../../language/message.ts';
import type { Cause } from '../cause/cause.ts';
import { causeSentence, frameKind } from '../cause/sentence.ts';
import { dropSentence } from '../truth/dropSentence.ts';
import { wrongGuesses } from '../truth/guesses.ts';
import { kindOf } from '../truth/kind.ts';
import { truthSentences } from '../truth/sentences.ts';
import { field, type Field, type FieldOptions } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import { told, type Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';

export const SOCKSCOPE = field('sockscope', 'Sockscope', 'protocol');

const LINK: FieldOptions = { isFrame: true };
/** What is learned after the frame was sent. */
const LATE: FieldOptions = { isLateIn: SOCKSCOPE };
const LATE_LINK: FieldOptions = { ...LATE, ...LINK };

const CAUSE = field('sockscope.cause', 'Why it was sent', 'string');
const REASON = field('sockscope.cause.reason', 'Reason', 'string');
const PACKET = field('sockscope.cause.packet', 'Packet that has caused it', 'uint32', LINK);
const ABOUT = field('sockscope.cause.about', 'Packet that it is about', 'uint32', LINK);
const RELEASED = field('sockscope.cause.address', 'Packet that told the address', 'uint32', LINK);
const CALL = field('sockscope.cause.call', 'System call', 'string');
const PROCESS = field('sockscope.cause.process', 'Process', 'string');
const PID = field('sockscope.cause.pid', 'Process ID', 'uint32');
const TIMER = field('sockscope.cause.timer', 'Timer', 'string');
const EVENT = field('sockscope.cause.event', 'Event', 'uint48');

const TRUTH = field('sockscope.truth', 'What truly happened', 'string', LATE);
const KIND = field('sockscope.kind', 'What it truly is', 'string', LATE);
const REPEATS = field('sockscope.repeats', 'Retransmits bytes of packet', 'uint32', LATE_LINK);
const NEEDLESS = field('sockscope.needless', 'Not needed, since this packet arrived', 'uint32', LATE_LINK);
const FREES = field('sockscope.frees', 'Takes out of the retransmit queue packet', 'uint32', LATE_LINK);
const FREED_BYTES = field('sockscope.frees.bytes', 'Bytes acknowledged for the first time', 'uint32', LATE);
const OVERTAKEN = field('sockscope.overtaken_by', 'Overtaken by packet', 'uint32', LATE_LINK);
const ARRIVALS = field('sockscope.arrivals', 'Times that it arrived', 'uint32', LATE);
const UNREAD = field('sockscope.window.unread', 'Bytes that are not read', 'uint32');
const READER = field('sockscope.window.process', 'Process that has not read them', 'string');
const READER_PID = field('sockscope.window.pid', 'Process ID of the reader', 'uint32');
const WRONG = field('sockscope.wrong_guess', 'Wrong guess of Wireshark', 'string', LATE);

const DROP = field('sockscope.drop', 'Why it was dropped', 'string', LATE);
const DROP_REASON = field('sockscope.drop.reason', 'Reason of the drop', 'string', LATE);
const DROP_DETAIL = field('sockscope.drop.detail', 'What was wrong', 'string', LATE);
const DROP_HOST = field('sockscope.drop.host', 'Dropped by', 'string', LATE);
const DROP_QUEUE = field('sockscope.drop.queue', 'Full queue', 'string', LATE);
const DROP_LENGTH = field('sockscope.drop.length', 'Length of the queue', 'uint32', LATE);
const DROP_LIMIT = field('sockscope.drop.limit', 'Limit of the queue', 'uint32', LATE);
const DROP_EVENT = field('sockscope.drop.event', 'Event of the drop', 'uint48', LATE);

export const SOCKSCOPE_FIELDS: readonly Field[] = [
  SOCKSCOPE,
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
  TRUTH,
  KIND,
  REPEATS,
  NEEDLESS,
  FREES,
  FREED_BYTES,
  OVERTAKEN,
  ARRIVALS,
  UNREAD,
  READER,
  READER_PID,
  WRONG,
  DROP,
  DROP_REASON,
  DROP_DETAIL,
  DROP_HOST,
  DROP_QUEUE,
  DROP_LENGTH,
  DROP_LIMIT,
  DROP_EVENT,
];

export const LATE_FIELDS: readonly Field[] = SOCKSCOPE_FIELDS.filter(
  ({ isLateIn }) => isLateIn !== undefined,
);

/** The frame's last layer; none for a frame of which nothing is known. */
export function dissectSockscope(packet: Packet, bytes: PacketBytes): void {
  const { cause, drop, truth } = packet.frame;
  if (!cause && !drop && !truth) return;
  const at = bytes.part(bytes.captured);
  const layer = packet.layer(SOCKSCOPE, at, 0, SOCKSCOPE.title, '').generated();
  if (cause) addCause(layer, at, packet, cause);
  addTruth(layer, at, packet);
  if (drop) addDrop(layer, at, packet);
}

function addCause(layer: Item, bytes: PacketBytes, { frame }: Packet, cause: Cause): void {
  const line = layer.generate(CAUSE, bytes, causeSentence(cause, frameKind(frame.bytes)));
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

function addTruth(layer: Item, bytes: PacketBytes, { frame, context }: Packet): void {
  const { cause, truth = {} } = frame;
  const { repeats = [], needless = [], frees = [], freedBytes, overtakenBy, arrivals } = truth;
  const analysis = context.tcp?.analysis;
  if (!analysis) return;
  const kind = kindOf(cause, truth);
  if (kind !== undefined) layer.generate(KIND, bytes, kind);
  for (const sentence of truthSentences(frame, english)) layer.generate(TRUTH, bytes, sentence);
  for (const one of repeats) layer.generate(REPEATS, bytes, one);
  for (const one of needless) layer.generate(NEEDLESS, bytes, one);
  for (const one of frees) layer.generate(FREES, bytes, one);
  if (freedBytes !== undefined) layer.generate(FREED_BYTES, bytes, freedBytes);
  if (overtakenBy !== undefined) layer.generate(OVERTAKEN, bytes, overtakenBy);
  if (arrivals !== undefined) layer.generate(ARRIVALS, bytes, arrivals);
  if (cause?.window) {
    const { unread, process, pid } = cause.window;
    layer.generate(UNREAD, bytes, unread);
    if (process !== undefined) layer.generate(READER, bytes, process);
    if (pid !== undefined) layer.generate(READER_PID, bytes, pid);
  }
  for (const sentence of wrongGuesses(analysis, frame, english)) layer.generate(WRONG, bytes, sentence);
}

function addDrop(layer: Item, bytes: PacketBytes, packet: Packet): void {
  const { reason, detail, host, queue, length, limit, event } = packet.frame.drop!;
  const sentence = dropSentence(packet.frame.drop!, told(packet.columns.destination), english);
  const line = layer.generate(DROP, bytes, sentence);
  line.generate(DROP_REASON, bytes, reason);
  if (detail !== undefined) line.generate(DROP_DETAIL, bytes, detail);
  if (host !== undefined) line.generate(DROP_HOST, bytes, host);
  if (queue !== undefined) line.generate(DROP_QUEUE, bytes, queue);
  if (length !== undefined) line.generate(DROP_LENGTH, bytes, length);
  if (limit !== undefined) line.generate(DROP_LIMIT, bytes, limit);
  line.generate(DROP_EVENT, bytes, event);
}
