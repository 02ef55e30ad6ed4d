/** HTTP/2 without encryption; used to compare what is said about it with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { be16, be32, text, type Bytes } from './packetBuilder.ts';
import { conversation, type Sent } from './streamStories.ts';

/** What Node's HTTP/2 sends, recorded once. */
const RECORDED: readonly (readonly ['C' | 'S', string])[] = [
  [
    'C',
    'UFJJICogSFRUUC8yLjANCg0KU00NCg0KAAAMBAAAAAAAAAIAAAAAAAQAARFwAAAVAQUAAAABhIJBi6DkHROdCbjLwX2fhlMDKi8q',
  ],
  ['S', 'AAAABAAAAAAA'],
  [
    'S',
    'AAAABAEAAAAAAAAnAQQAAAABiF+HSXylidNNH3aDqPIXYZbdbV9KCfU0n7qCAJxQDVwDlxkSmLRvAAAIAAEAAAABPHA+LzwvcD4=',
  ],
  ['C', 'AAAABAEAAAAAAAAaAQUAAAADBIRio9Rfgr+GeoNJUJ8fEQNhPWIfEQNjPWQ='],
  ['S', 'AAAEAQQAAAADjcC/vgAADAABAAAAAzxwPi9ub25lPC9wPg=='],
  ['C', 'AAAWAQQAAAAFBIRis6E/g8CGX4sdddBiDSY9THRB6gAABwABAAAABXsiYSI6MX0='],
  ['S', 'AAAZAQQAAAAFiF+HSXyliugZqkCE8rH8VQf8bmtub3duwAAACwABAAAABWdvdCB7ImEiOjF9'],
  ['C', 'AAAHAQUAAAAHBAIvYYLBhgAABwEFAAAACQQCL2KCwYY='],
  ['S', 'AAAEAQQAAAAHiMLBwAAABAEEAAAACYjCwcAAAAkAAQAAAAc8cD4vYTwvcD4AAAkAAQAAAAk8cD4vYjwvcD4='],
  ['C', 'AAAIBgAAAAAAMTIzNDU2Nzg='],
  ['S', 'AAAIBgEAAAAAMTIzNDU2Nzg='],
  ['C', 'AAAJAQQAAAALBIRis6E/g8GGAAAEAAAAAAALcGFydA=='],
  ['C', 'AAAAAAEAAAAL'],
  ['C', 'AAAEAwAAAAALAAAACA=='],
  ['C', 'AAAIBwAAAAAAAAAAAAAAAAAAAAgHAAAAAAAAAAAAAAAAAA=='],
  ['S', 'AAAIBwAAAAAAAAAACwAAAAAAAAgHAAAAAAAAAAALAAAAAA=='],
];
const recorded = RECORDED.map(([from, base64]): Sent => [from, [...Buffer.from(base64, 'base64')]]);
const MAGIC = text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const frame = (type: number, flags: number, stream: number, ...content: Bytes): Bytes => [
  0,
  ...be16(content.length),
  type,
  flags,
  ...be32(stream),
  ...content,
];
const [DATA, HEADERS, PRIORITY, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [
  0, 1, 2, 4, 6, 7, 8, 9,
];
/** `:method: GET`, `:path: /`, `:scheme: http`, a table of no size, and a header that is never indexed. */
const GET = [0x20, 0x82, 0x84, 0x86, 0x10, 1, 0x78, 1, 0x79];
const all = recorded.filter(([from]) => from === 'C').flatMap(([, bytes]) => bytes as Bytes);

const SENT: Record<string, Sent[]> = {
  'as Node speaks it': recorded,
  'in pieces': [all.slice(0, 45), all.slice(45, 90), all.slice(90, 200), all.slice(200)].map((part): Sent => [
    'C',
    part,
  ]),
  'frames of all kinds': [
    ['C', [...MAGIC, ...frame(SETTINGS, 0, 0, 0, 1, ...be32(4096), 0, 99, ...be32(7))]],
    ['C', frame(HEADERS, 0x2c, 1, 3, ...be32(0x80000005), 15, ...GET, 0, 0, 0)],
    ['S', frame(WINDOW_UPDATE, 0, 0, ...be32(1000))],
    ['S', frame(PING, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8)],
    ['C', frame(DATA, 8, 1, 2, 1, 2, 3, 0, 0)],
    ['C', frame(DATA, 1, 1, 4, 5)],
    ['C', [...frame(HEADERS, 0, 3, 0x82), ...frame(CONTINUATION, 4, 3, 0x84, 0x86)]],
    ['C', frame(PRIORITY, 0, 3, ...be32(1), 200)],
    ['S', frame(GOAWAY, 0, 0, ...be32(3), ...be32(11), ...text('calm'))],
    ['S', frame(77, 0xff, 5, 1, 2)],
    ['S', frame(HEADERS, 4, 1, 0x88, 0x0f, 0x0d, 1, 0x35)],
    ['S', frame(DATA, 0, 1, 1, 2)],
  ],
};

export const HTTP2_STORIES: Record<string, () => CapturedFrame[]> = Object.fromEntries(
  Object.entries(SENT).map(([name, sent]) => [name, () => conversation(sent)]),
);
