/** IGMP of all versions; used to compare what is said about it with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import {
  address,
  be16,
  be32,
  capture,
  ethernet,
  internetChecksum,
  ipv4,
  type Bytes,
} from './packetBuilder.ts';

const IGMP = 2;
const GROUP = address('224.0.0.5');
const SOURCE = address('10.0.0.9');

function igmp(type: number, code: number, body: Bytes, isBad = false): Bytes {
  const message = [type, code, 0, 0, ...body];
  message.splice(2, 2, ...be16(internetChecksum(message) ^ (isBad ? 1 : 0)));
  return ethernet(0x0800, ipv4(IGMP, message, { source: '10.0.0.1', destination: '224.0.0.5', ttl: 1 }));
}
const record = (type: number, sources: number, auxiliary: Bytes = []): Bytes => [
  ...[type, auxiliary.length / 4, ...be16(sources), ...GROUP],
  ...[...Array.from({ length: sources }, () => SOURCE).flat(), ...auxiliary],
];
const report = (...records: Bytes[]): Bytes =>
  igmp(0x22, 0, [0, 0, ...be16(records.length), ...records.flat()]);

export const IGMP_STORIES: Record<string, () => CapturedFrame[]> = {
  IGMP: () =>
    capture([
      igmp(0x11, 0, be32(0)),
      igmp(0x12, 0, GROUP),
      igmp(0x11, 100, be32(0)),
      igmp(0x11, 0xff, GROUP, true),
      igmp(0x16, 0, GROUP),
      igmp(0x17, 0, GROUP),
      igmp(0x11, 100, [...GROUP, 0x0a, 125, ...be16(1), ...SOURCE]),
      igmp(0x11, 0xff, [...be32(0), 2, 255, ...be16(2), ...SOURCE, ...SOURCE]),
      ...[1, 2, 3, 4, 5, 6, 7].flatMap((type) => [0, 1, 2].map((sources) => report(record(type, sources)))),
      report(record(4, 0, [1, 2, 3, 4]), record(3, 0)),
      report(),
      igmp(0x99, 0, GROUP),
      igmp(0x22, 0, [0, 0, ...be16(3), ...record(4, 0)]),
      igmp(0x11, 100, []),
      ethernet(0x0800, ipv4(IGMP, [0x11, 0])),
    ]),
};
