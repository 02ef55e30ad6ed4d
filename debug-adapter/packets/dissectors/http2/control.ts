/** Frames that are about the connection: settings, windows, errors. */
import { FLAG } from '../../streams/http2/http2.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { addNumber, addReserved } from './frame.ts';

const ERRORS: Readonly<Record<number, string>> = {
  0: 'NO_ERROR',
  1: 'PROTOCOL_ERROR',
  2: 'INTERNAL_ERROR',
  3: 'FLOW_CONTROL_ERROR',
  4: 'SETTINGS_TIMEOUT',
  5: 'STREAM_CLOSED',
  6: 'FRAME_SIZE_ERROR',
  7: 'REFUSED_STREAM',
  8: 'CANCEL',
  9: 'COMPRESSION_ERROR',
  10: 'CONNECT_ERROR',
  11: 'ENHANCE_YOUR_CALM',
  12: 'INADEQUATE_SECURITY',
  13: 'HTTP_1_1_REQUIRED',
};
const SETTINGS: Readonly<Record<number, string>> = {
  1: 'Header table size',
  2: 'Enable PUSH',
  3: 'Max concurrent streams',
  4: 'Initial Windows size',
  5: 'Max frame size',
  6: 'Max header list size',
  8: 'Extended CONNECT',
};
const SETTING = field('http2.settings', 'Settings', 'none');
const SETTING_ID = field('http2.settings.id', 'Settings Identifier', 'uint16', { names: SETTINGS });
const setting = (name: string, title: string) => field(`http2.settings.${name}`, title, 'uint32');
const SETTING_VALUES: Readonly<Record<number, Field>> = {
  1: setting('header_table_size', 'Header table size'),
  2: setting('enable_push', 'Enable PUSH'),
  3: setting('max_concurrent_streams', 'Max concurrent streams'),
  4: setting('initial_window_size', 'Initial Windows Size'),
  5: setting('max_frame_size', 'Max frame size'),
  6: setting('max_header_list_size', 'Max header list size'),
  8: setting('extended_connect', 'Extended CONNECT'),
};
const UNKNOWN_SETTING = setting('unknown', 'Unknown Settings');
const RESET_ERROR = field('http2.rst_stream.error', 'Error', 'uint32', { names: ERRORS });
const PING = field('http2.ping', 'Ping', 'bytes');
const PONG = field('http2.pong', 'Pong', 'bytes');
const bit = (name: string) => field(name, 'Reserved', 'uint32', { base: 'hex', mask: 0x80000000 });
const GOAWAY_RESERVED = bit('http2.goway.r');
const LAST_STREAM = field('http2.goaway.last_stream_id', 'Last-Stream-ID', 'uint32', { mask: 0x7fffffff });
const GOAWAY_ERROR = field('http2.goaway.error', 'Error', 'uint32', { names: ERRORS });
const GOAWAY_DATA = field('http2.goaway.addata', 'Additional Debug Data', 'bytes');
const WINDOW_RESERVED = bit('http2.window_update.r');
const INCREMENT = field('http2.window_update.window_size_increment', 'Window Size Increment', 'uint32', {
  mask: 0x7fffffff,
});
const EXCLUSIVE = field('http2.exclusive', 'Exclusive', 'boolean', { mask: 0x80000000 });
const DEPENDENCY = field('http2.stream_dependency', 'Stream Dependency', 'uint32', { mask: 0x7fffffff });
const WEIGHT = field('http2.headers.weight', 'Weight', 'uint8');
const REAL_WEIGHT = field('http2.headers.weight_real', 'Weight real', 'uint8');
const UNKNOWN = field('http2.unknown', 'Unknown', 'bytes');

export const HTTP2_CONTROL_FIELDS: readonly Field[] = [
  SETTING,
  SETTING_ID,
  ...Object.values(SETTING_VALUES),
  UNKNOWN_SETTING,
  RESET_ERROR,
  PING,
  PONG,
  GOAWAY_RESERVED,
  LAST_STREAM,
  GOAWAY_ERROR,
  GOAWAY_DATA,
  WINDOW_RESERVED,
  INCREMENT,
  EXCLUSIVE,
  DEPENDENCY,
  WEIGHT,
  REAL_WEIGHT,
  UNKNOWN,
];

const [PRIORITY_TYPE, RESET, SETTINGS_TYPE, PING_TYPE, GOAWAY, WINDOW_UPDATE] = [2, 3, 4, 6, 7, 8];

export function addControl(stream: Item, bytes: PacketBytes, type: number, flags: number): void {
  const { begin } = bytes;
  const length = bytes.captured - begin;
  switch (type) {
    case PRIORITY_TYPE:
      addPriority(stream, bytes, begin);
      break;
    case RESET:
      stream.read(RESET_ERROR, bytes, begin, 4);
      break;
    case SETTINGS_TYPE:
      for (let at = begin; at + 6 <= bytes.captured; at += 6) addSetting(stream, bytes, at);
      break;
    case PING_TYPE:
      stream.read(flags & FLAG.ack ? PONG : PING, bytes, begin, length);
      break;
    case GOAWAY:
      addReserved(stream, GOAWAY_RESERVED, bytes, begin);
      addNumber(stream, LAST_STREAM, bytes, begin);
      stream.read(GOAWAY_ERROR, bytes, begin + 4, 4);
      if (length > 8) stream.read(GOAWAY_DATA, bytes, begin + 8, length - 8);
      break;
    case WINDOW_UPDATE:
      addReserved(stream, WINDOW_RESERVED, bytes, begin);
      addNumber(stream, INCREMENT, bytes, begin);
      break;
    default:
      if (length > 0) stream.read(UNKNOWN, bytes, begin, length);
  }
}

/** The five bytes that say which stream comes first. */
export function addPriority(stream: Item, bytes: PacketBytes, at: number): void {
  const isExclusive = bytes.u32(at) >>> 31;
  stream
    .add(EXCLUSIVE, bytes, at, 4, isExclusive)
    .label(
      () =>
        `${isExclusive}... .... .... .... .... .... .... .... = Exclusive: ${isExclusive ? 'True' : 'False'}`,
    );
  addNumber(stream, DEPENDENCY, bytes, at);
  const weight = bytes.u8(at + 4);
  stream.add(WEIGHT, bytes, at + 4, 1, weight);
  stream.generate(REAL_WEIGHT, bytes, weight + 1);
}

function addSetting(stream: Item, bytes: PacketBytes, at: number): void {
  const [id, value] = [bytes.u16(at), bytes.u32(at + 2)];
  const own = SETTING_VALUES[id] ?? UNKNOWN_SETTING;
  const text = () => `Settings - ${SETTINGS[id] ?? `Unknown (${id})`} : ${value}`;
  const line = stream.heading(SETTING, bytes, at, 6, text);
  line.add(SETTING_ID, bytes, at, 2, id);
  line.add(own, bytes, at + 2, 4, value);
}
