/** WebSocket after its upgrade; used to compare what is said about it with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { be16, be32, text, type Bytes } from './packetBuilder.ts';
import { conversation, type Sent } from './streamStories.ts';

const MASK = [1, 2, 3, 4];

/** @param width bytes of the length; without it as few as it takes */
function frame(first: number, what: string | Bytes, isMasked: boolean, width?: 2 | 8): Bytes {
  const payload = typeof what === 'string' ? text(what) : what;
  const { length } = payload;
  const bit = isMasked ? 0x80 : 0;
  const size =
    width === 8
      ? [bit | 127, ...be32(0), ...be32(length)]
      : width === 2 || length > 125
        ? [bit | 126, ...be16(length)]
        : [bit | length];
  const sent = isMasked ? [...MASK, ...payload.map((byte, at) => byte ^ MASK[at % 4]!)] : payload;
  return [first, ...size, ...sent];
}

const upgrade: Sent[] = [
  ['C', 'GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
  ['S', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
];
const [TEXT, BINARY, CLOSE, PING, PONG] = [0x81, 0x82, 0x88, 0x89, 0x8a];
const long = frame(TEXT, 'x'.repeat(200), false);

const SENT: Record<string, Sent[]> = {
  'frames of all kinds': [
    ...upgrade,
    ['C', frame(TEXT, 'hello', true)],
    ['S', frame(TEXT, 'line one\nline two', false)],
    ['C', [...frame(BINARY, [0, 1, 2], true), ...frame(PING, 'ping', true)]],
    ['S', frame(PONG, 'ping', false)],
    ['C', frame(TEXT, '', true)],
    ['C', frame(TEXT, '{"a":1}', true, 2)],
    ['S', frame(TEXT, 'y', false, 8)],
    ['S', frame(0xc1, 'y', false)],
    ['S', frame(0xf3, 'y', false)],
    ['C', frame(CLOSE, [...be16(1000), ...text('bye')], true)],
    ['S', frame(CLOSE, be16(1001), false)],
    ['S', frame(CLOSE, [], false)],
  ],
  'in pieces': [
    ...upgrade,
    ['S', long.slice(0, 50)],
    ['S', long.slice(50)],
    ['S', long.slice(0, 1)],
    ['S', long.slice(1, 3)],
    ['S', [...long.slice(3), ...frame(TEXT, 'more', false), ...long.slice(0, 10)]],
    ['S', long.slice(10)],
    ['C', frame(0x01, 'frag', true)],
    ['C', frame(PING, 'between', true)],
    ['C', frame(0x00, 'm', true)],
    ['C', frame(0x80, 'ent', true)],
  ],
};

export const WEBSOCKET_STORIES: Record<string, () => CapturedFrame[]> = Object.fromEntries(
  Object.entries(SENT).map(([name, sent]) => [name, () => conversation(sent)]),
);
