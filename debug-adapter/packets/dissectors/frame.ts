/** What is known about a frame without looking into it: when, where and how long. */
import { MACHINE_CAPTURE, realTimeNs } from '../capture.ts';
import { field, units, type Field, type Known } from '../tree/field.ts';
import type { Packet } from '../tree/packet.ts';
import { ENCAPSULATION_NAMES, encapsulationOf } from './linkTypes.ts';

const FRAME = field('frame', 'Frame', 'protocol', { known: ({ frame }) => frame.bytes });
const SECTION = field('frame.section_number', 'Section number', 'uint32');
const INTERFACE_ID = field('frame.interface_id', 'Interface id', 'uint32', {
  known: ({ context }) => context.interfaceId ?? 0,
});
const INTERFACE_NAME = field('frame.interface_name', 'Interface name', 'string');
const ENCAPSULATION = field('frame.encap_type', 'Encapsulation type', 'int16', {
  names: ENCAPSULATION_NAMES,
});
const TIME = field('frame.time', 'Arrival Time', 'absolute');
const TIME_SHIFT = field('frame.offset_shift', 'Time shift for this packet', 'relative');
const TIME_EPOCH = field('frame.time_epoch', 'Epoch Time', 'epoch');
const TIME_DELTA = field('frame.time_delta', 'Time delta from previous captured frame', 'relative', {
  known: sincePrevious,
});
const TIME_DELTA_DISPLAYED = field(
  'frame.time_delta_displayed',
  'Time delta from previous displayed frame',
  'relative',
);
const TIME_RELATIVE = field('frame.time_relative', 'Time since reference or first frame', 'relative', {
  known: sinceFirst,
});
const NUMBER = field('frame.number', 'Frame Number', 'uint32', { known: ({ frame }) => frame.number });
const LENGTH = field('frame.len', 'Frame Length', 'uint32', { known: ({ frame }) => frame.length });
const CAPTURED = field('frame.cap_len', 'Capture Length', 'uint32', {
  known: ({ frame }) => frame.bytes.length,
});
const MARKED = field('frame.marked', 'Frame is marked', 'boolean', {
  known: ({ frame }) => Number(frame.isMarked ?? false),
});
const IGNORED = field('frame.ignored', 'Frame is ignored', 'boolean');
const REFERENCE = field('frame.ref_time', 'This is a Time Reference frame', 'none');
const COMMENTS = field('pkt_comment', 'Packet comments', 'protocol');
const COMMENT = field('frame.comment', 'Comment', 'string');
const PROTOCOLS = field('frame.protocols', 'Protocols in frame', 'string');
const TIME_VIRTUAL = field('frame.time_virtual', 'Virtual time since boot', 'relative', {
  known: ({ frame }) => frame.timeNs,
});
const DIRECTION = field('frame.direction', 'Direction', 'string', { known: ({ frame }) => frame.direction });
const FATE = field('frame.fate', 'What became of it', 'string', { known: ({ frame }) => frame.fate });
const REASON = field('frame.reason', 'Reason', 'string', { known: ({ frame }) => frame.reason });

/** These are not Wireshark's: only the machine has them. */
export const MACHINE_FIELDS: readonly Field[] = [TIME_VIRTUAL, DIRECTION, FATE, REASON];
/** What the user has said of a packet that no capture file keeps. */
export const NOTE_FIELDS: readonly Field[] = [MARKED, REFERENCE];

export const FRAME_FIELDS: readonly Field[] = [
  FRAME,
  SECTION,
  INTERFACE_ID,
  INTERFACE_NAME,
  ENCAPSULATION,
  TIME,
  TIME_SHIFT,
  TIME_EPOCH,
  TIME_DELTA,
  TIME_DELTA_DISPLAYED,
  TIME_RELATIVE,
  NUMBER,
  LENGTH,
  CAPTURED,
  MARKED,
  IGNORED,
  REFERENCE,
  COMMENTS,
  COMMENT,
  PROTOCOLS,
  ...MACHINE_FIELDS,
];

/** @param dissectRest decodes what the frame holds, whose protocols belong into this layer */
export function dissectFrame(packet: Packet, dissectRest: () => void): void {
  const { frame, bytes, context } = packet;
  const captured = bytes.captured;
  const id = context.interfaceId ?? 0;
  const text = () =>
    `Frame ${frame.number}: ${size(frame.length, 'on wire')}, ${size(captured, 'captured')}${frame.interface && ` on interface ${frame.interface}, id ${id}`}`;
  if (frame.comment !== undefined) {
    const comments = packet.layer(COMMENTS, bytes, 0, 'Packet comments', '');
    comments.add(COMMENT, bytes, 0, 0, frame.comment).label(frame.comment);
  }
  const layer = packet.layer(FRAME, bytes, bytes.length, text, '');
  // A pcap file knows no sections and no interfaces.
  if (frame.interface !== '') {
    layer.generate(SECTION, bytes, 1).isGenerated = false;
    const line = layer.add(INTERFACE_ID, bytes, 0, 0, id).as(() => `${id} (${frame.interface})`);
    line.add(INTERFACE_NAME, bytes, 0, 0, frame.interface);
  }
  layer.add(ENCAPSULATION, bytes, 0, 0, encapsulationOf(frame.linkType));
  const capture = context.capture ?? MACHINE_CAPTURE;
  const now = realTimeNs(capture, frame.timeNs);
  layer.add(TIME, bytes, 0, 0, now);
  layer.generate(TIME_SHIFT, bytes, 0);
  layer.add(TIME_EPOCH, bytes, 0, 0, now);
  const delta = sincePrevious(packet);
  layer.generate(TIME_DELTA, bytes, delta);
  layer.generate(TIME_DELTA_DISPLAYED, bytes, delta);
  layer.generate(TIME_RELATIVE, bytes, sinceFirst(packet));
  layer.add(NUMBER, bytes, 0, 0, frame.number);
  layer.add(LENGTH, bytes, 0, 0, frame.length).as(() => bits(frame.length));
  layer.add(CAPTURED, bytes, 0, 0, captured).as(() => bits(captured));
  layer.generate(MARKED, bytes, Number(frame.isMarked ?? false));
  layer.generate(IGNORED, bytes, 0);
  if (frame.isReference) layer.generate(REFERENCE, bytes, '');
  dissectRest();
  layer.generate(PROTOCOLS, bytes, packet.protocols.join(':'));
  if (capture.isMachine) layer.generate(TIME_VIRTUAL, bytes, frame.timeNs);
  if (frame.direction) layer.generate(DIRECTION, bytes, frame.direction);
  if (frame.fate) layer.generate(FATE, bytes, frame.fate);
  if (frame.reason) layer.generate(REASON, bytes, frame.reason);
}

function sincePrevious({ frame, context }: Known): number {
  return frame.timeNs - (context.previousTimeNs ?? frame.timeNs);
}

function sinceFirst({ frame, context }: Known): number {
  return frame.timeNs - (context.firstTimeNs ?? frame.timeNs);
}

const bytesUnit = units('byte');

function bits(count: number): string {
  return `${count}${bytesUnit(count)} (${count * 8} bits)`;
}

function size(count: number, where: string): string {
  return `${count}${bytesUnit(count)} ${where} (${count * 8} bits)`;
}
