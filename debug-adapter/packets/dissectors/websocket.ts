/** WebSocket (RFC 6455). */
import type { Message } from '../streams/streamProtocol.ts';
import { Forgotten } from '../streams/streamBytes.ts';
import { readWebSocketHeader, type WebSocketFragment, type WebSocketFrame } from '../streams/websocket.ts';
import { expert } from '../tree/expert.ts';
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import { BeyondEnd, type PacketBytes } from '../tree/packetBytes.ts';
import { hexText } from '../tree/text.ts';
import { dissectData } from './data.ts';
import { dissectTextLines } from './media/textLines.ts';

const [TEXT_OPCODE, BINARY, CLOSE_OPCODE, PING_OPCODE, PONG_OPCODE] = [1, 2, 8, 9, 10];
const OPCODES: Readonly<Record<number, string>> = {
  0: 'Continuation',
  1: 'Text',
  2: 'Binary',
  8: 'Connection Close',
  9: 'Ping',
  10: 'Pong',
};
/** Why a connection is closed (RFC 6455 7.4.1). */
const STATUSES: Readonly<Record<number, string>> = {
  1000: 'Normal Closure',
  1001: 'Going Away',
  1002: 'Protocol error',
  1003: 'Unsupported Data',
  1004: '---Reserved----',
  1005: 'No Status Rcvd',
  1006: 'Abnormal Closure',
  1007: 'Invalid frame payload data',
  1008: 'Policy Violation',
  1009: 'Message Too Big',
  1010: 'Mandatory Ext.',
  1011: 'Internal Server',
  1015: 'TLS handshake',
};

const WEBSOCKET = field('websocket', 'WebSocket', 'protocol');
const FIN = field('websocket.fin', 'Fin', 'boolean', { mask: 0x80 });
const RESERVED = field('websocket.rsv', 'Reserved', 'uint8', { base: 'hex', mask: 0x70 });
const OPCODE = field('websocket.opcode', 'Opcode', 'uint8', { mask: 0x0f, names: OPCODES });
const MASK = field('websocket.mask', 'Mask', 'boolean', { mask: 0x80 });
const LENGTH = field('websocket.payload_length', 'Payload length', 'uint8', { mask: 0x7f });
const LENGTH_16 = field('websocket.payload_length_ext_16', 'Extended Payload length (16 bits)', 'uint16');
const LENGTH_64 = field('websocket.payload_length_ext_64', 'Extended Payload length (64 bits)', 'uint64');
const KEY = field('websocket.masking_key', 'Masking-Key', 'bytes');
const MASKED = field('websocket.masked_payload', 'Masked payload', 'none');
const PAYLOAD = field('websocket.payload', 'Payload', 'none');
const TEXT = field('websocket.payload.text', 'Text', 'string');
const CLOSE = field('websocket.payload.close', 'Close', 'none');
const STATUS = field('websocket.payload.close.status_code', 'Status code', 'uint16', { names: STATUSES });
const REASON = field('websocket.payload.close.reason', 'Reason', 'string');
const PING = field('websocket.payload.ping', 'Ping', 'bytes');
const PONG = field('websocket.payload.pong', 'Pong', 'bytes');
const UNKNOWN = field('websocket.payload.unknown', 'Unknown', 'bytes');
const UNKNOWN_OPCODE = field('websocket.payload.unknown.expert', 'Unknown opcode', 'none');
const CONTINUE = field('websocket.payload.continue', 'Continue', 'bytes');
const FRAGMENTS = field('websocket.fragments', 'Reassembled websocket Fragments', 'none');
const FRAGMENT = field('websocket.fragment', 'Websocket Fragment', 'uint32', { isFrame: true });
const COUNT = field('websocket.fragment.count', 'Fragment count', 'uint32');
const WHOLE_LENGTH = field('websocket.reassembled.length', 'Reassembled websocket Payload length', 'uint32');

export const WEBSOCKET_FIELDS: readonly Field[] = [
  WEBSOCKET,
  FIN,
  RESERVED,
  OPCODE,
  MASK,
  LENGTH,
  LENGTH_16,
  LENGTH_64,
  KEY,
  MASKED,
  PAYLOAD,
  TEXT,
  CLOSE,
  STATUS,
  REASON,
  PING,
  PONG,
  UNKNOWN,
  UNKNOWN_OPCODE,
  CONTINUE,
  FRAGMENTS,
  FRAGMENT,
  COUNT,
  WHOLE_LENGTH,
];

const bytesUnit = units('byte');

export function dissectWebSocket(packet: Packet, bytes: PacketBytes, message: Message, name: string): void {
  const at = bytes.begin;
  const facts = message.facts as WebSocketFrame;
  packet.show({ protocol: 'WebSocket', info: 'WebSocket' });
  const header = readWebSocketHeader(
    {
      length: bytes.captured,
      u8: (offset) => bytes.u8(offset),
      uint: (offset, size) => (size === 2 ? bytes.u16(offset) : bytes.u48(offset)),
    },
    at,
  );
  if (!header) throw new BeyondEnd(bytes.captured === bytes.end);
  const { first, second, extension, isMasked, payload, length } = header;
  const layer = packet.layer(WEBSOCKET, bytes, payload - at, WEBSOCKET.title, name);
  const opcode = first & 0x0f;
  const isLast = (first & 0x80) !== 0;
  const what = OPCODES[opcode] ?? 'Unknown Opcode';
  packet.show({
    info: `WebSocket ${what}${isLast ? ' [FIN]' : '[FRAGMENT] '}${isMasked ? ' [MASKED]' : ' '}`,
  });
  layer.bits(FIN, bytes, at, 1, first);
  layer.bits(RESERVED, bytes, at, 1, first).label(() => {
    const bits = (first >> 4) & 7;
    return `.${bits.toString(2).padStart(3, '0')} .... = Reserved: 0x${bits}`;
  });
  layer.bits(OPCODE, bytes, at, 1, first);
  layer.bits(MASK, bytes, at + 1, 1, second);
  const lengthLine = layer.bits(LENGTH, bytes, at + 1, 1, second);
  if (extension) lengthLine.also(` Extended Payload Length (${extension * 8} bits)`);
  if (extension === 2) layer.read(LENGTH_16, bytes, at + 2, 2);
  else if (extension === 8) layer.read(LENGTH_64, bytes, at + 2, 8);
  if (isMasked) layer.read(KEY, bytes, payload - 4, 4);
  const kept = Math.min(length, bytes.captured - payload);
  if (kept <= 0) return;
  if (isMasked) layer.heading(MASKED, bytes, payload, kept, MASKED.title);
  const plain = isMasked
    ? packet.addSource('Unmasked data', unmask(bytes.bytes(payload - 4, 4 + kept)))
    : bytes.part(payload, payload + kept);
  const line = layer.heading(PAYLOAD, plain, plain.begin, kept, PAYLOAD.title);
  if (!facts.fragments) addPayload(packet, line, plain, opcode);
  else if (isLast) addWhole(packet, line, facts.fragments, facts.opcode);
  else if (opcode === 0) {
    const text = () => `${CONTINUE.title}: ${hexText(plain.bytes(plain.begin, kept), '')}`;
    packet.layer(CONTINUE, plain, kept, text, '');
  }
}

/** @param masked the mask, then the bytes */
function unmask(masked: Uint8Array): Uint8Array {
  const plain = masked.slice(4);
  for (let at = 0; at < plain.length; at++) plain[at]! ^= masked[at & 3]!;
  return plain;
}

/** A message that was sent in several frames, if all of them are still kept. */
function addWhole(packet: Packet, line: Item, fragments: readonly WebSocketFragment[], opcode: number): void {
  const parts = contentsOf(fragments);
  if (!parts) return;
  const whole = packet.addSource('Reassembled websocket', new Uint8Array(Buffer.concat(parts)));
  const size = whole.captured;
  const heading = packet.layer(FRAGMENTS, whole, size, '', '').generated();
  heading.label(
    () =>
      `${parts.length} Reassembled websocket Fragments (${size}${bytesUnit(size)}): ${parts
        .map((part, at) => `#${fragments[at]!.number}(${part.length})`)
        .join(', ')}`,
  );
  let offset = 0;
  for (const [at, { length }] of parts.entries()) {
    const begin = offset;
    const { number } = fragments[at]!;
    heading
      .add(FRAGMENT, whole, begin, length, number)
      .generated()
      .label(
        () => `Frame: ${number}, payload: ${begin}-${begin + length - 1} (${length}${bytesUnit(length)})`,
      );
    offset += length;
  }
  heading.generate(COUNT, whole, parts.length);
  heading.generate(WHOLE_LENGTH, whole, size);
  addPayload(packet, line, whole, opcode);
}

/** @returns null if a packet was let go */
function contentsOf(fragments: readonly WebSocketFragment[]): Uint8Array[] | null {
  try {
    return fragments.map(({ payload, isMasked }) => {
      const sent = payload.slice(0, payload.length);
      return isMasked ? unmask(sent) : sent;
    });
  } catch (error) {
    if (error instanceof Forgotten) return null;
    throw error;
  }
}

function addPayload(packet: Packet, line: Item, bytes: PacketBytes, opcode: number): void {
  const { begin } = bytes;
  const length = bytes.captured - begin;
  switch (opcode) {
    case TEXT_OPCODE:
      line.read(TEXT, bytes, begin, length);
      dissectTextLines(packet, bytes);
      break;
    case BINARY:
      dissectData(packet, bytes);
      break;
    case CLOSE_OPCODE: {
      const close = line.heading(CLOSE, bytes, begin, length, CLOSE.title);
      close.read(STATUS, bytes, begin, 2);
      if (length > 2) close.read(REASON, bytes, begin + 2, length - 2);
      break;
    }
    case PING_OPCODE:
      line.read(PING, bytes, begin, length);
      break;
    case PONG_OPCODE:
      line.read(PONG, bytes, begin, length);
      break;
    default:
      expert(line.read(UNKNOWN, bytes, begin, length), UNKNOWN_OPCODE, 'Note', 'Undecoded');
  }
}
