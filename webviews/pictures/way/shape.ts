/** The data of a packet's way, checked. */
import type {
  CodeLocation,
  StationKind,
  WantedOf,
  WayData,
  WayPacket,
  WayStation,
} from '../../../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string, type Shape } from '../../shape.ts';
import { moment } from '../sequence/shape.ts';

const KINDS = [
  'send',
  'write',
  'qdisc',
  'driver',
  'wire',
  'lost',
  'stored',
  'napi',
  'stack',
  'backlog',
  'outOfOrder',
  'receive',
  'recv',
  'freed',
  'dropped',
] as const satisfies readonly StationKind[];

export const codeLocation: Shape<CodeLocation> = object<CodeLocation>({
  path: string,
  line: count,
  column: optional(count),
});
const packet = object<WayPacket>({ number: count, label: string });
const station = object<WayStation>({
  kind: oneOf(...KINDS),
  side: oneOf('sender', 'wire', 'receiver'),
  title: string,
  details: array(string),
  at: moment,
  users: optional(count),
  dataref: optional(count),
  code: optional(string),
  location: optional(codeLocation),
});

export const wayData: Shape<WayData> = object<WayData>({
  picture: oneOf('way'),
  packets: array(packet),
  packet: optional(packet),
  fate: optional(oneOf('lost', 'dropped', 'delivered', 'in flight')),
  stations: array(station),
  stop: optional(moment),
  isOver: optional(boolean),
});

export const wayArguments: Shape<WantedOf<'way'>> = object<WantedOf<'way'>>({
  picture: oneOf('way'),
  number: optional(count),
});
