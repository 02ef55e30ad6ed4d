/** TLS connections; used to compare what is said about them with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { conversation, type Sent } from './streamStories.ts';
import { TLS_RECORDED } from './tlsRecorded.ts';

const SERVER = { server: '10.0.0.2:443' };
const recorded = (name: keyof typeof TLS_RECORDED): Sent[] =>
  TLS_RECORDED[name].map(([from, base64]) => [from, [...Buffer.from(base64, 'base64')]]);

const [[, clientHello], [, serverHello]] = recorded('TLS 1.2') as [['C', number[]], ['S', number[]]];
const [CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA] = [20, 21, 22, 23];
const record = (type: number, ...content: number[]): number[] => [type, 3, 3, 0, content.length, ...content];

export const TLS_STORIES: Record<string, () => CapturedFrame[]> = {
  'TLS 1.3': () => conversation(recorded('TLS 1.3'), SERVER),
  'TLS 1.2': () => conversation(recorded('TLS 1.2'), SERVER),
  'on a port that says nothing': () => conversation(recorded('TLS 1.2'), { server: '10.0.0.2:9443' }),
  'no answer': () => conversation([['C', clientHello]], SERVER),
  'in pieces': () =>
    conversation(
      [
        ['C', clientHello.slice(0, 3)],
        ['C', clientHello.slice(3, 100)],
        ['C', clientHello.slice(100)],
        ['S', serverHello.slice(0, 90)],
        ['S', serverHello.slice(90, 540)],
        ['S', serverHello.slice(540)],
        ['C', [...record(ALERT, 1, 0), 23, 3]],
        ['C', [3, 0, 5, 1, 2, 3, 4, 5]],
      ],
      SERVER,
    ),
  'records of all kinds': () =>
    conversation(
      [
        ['C', clientHello],
        ['S', record(ALERT, 2, 40)],
        ['C', [99, 1, 2, 3, 4, 5, 6, 7]],
        ['C', record(HANDSHAKE, 99, 0, 0, 5, 1, 2, 3, 4, 5)],
        ['S', record(HANDSHAKE, 0, 0, 0, 0)],
        ['S', record(HANDSHAKE, 0, 0, 0, 0, 14, 0, 0, 0)],
        ['S', [...record(CHANGE_CIPHER_SPEC, 1), ...record(HANDSHAKE, ...Array<number>(40).fill(7))]],
        ['S', record(ALERT, ...Array<number>(26).fill(7))],
        ['S', record(DATA, 1, 2, 3)],
        ['C', record(HANDSHAKE, 11, 0, 1, 0)],
        ['S!', record(DATA, 1, 2, 3).slice(0, 6)],
      ],
      SERVER,
    ),
};
