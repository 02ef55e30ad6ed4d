/** The graphs' data, checked. */
import type {
  GraphConnection,
  GraphEnd,
  GraphId,
  GraphLine,
  GraphsData,
  GraphSegment,
  GraphSide,
  WantedOf,
} from '../../../debug-adapter/protocol.ts';
import {
  array,
  boolean,
  count,
  nullable,
  number,
  object,
  oneOf,
  optional,
  string,
  type Shape,
} from '../../shape.ts';
import { moment } from '../sequence/shape.ts';

export const GRAPH_IDS = [
  'stevens',
  'tcptrace',
  'congestion',
  'rtt',
  'windows',
  'throughput',
  'queues',
  'rings',
] as const satisfies readonly GraphId[];
const SIDES = ['asks', 'answers'] as const satisfies readonly GraphSide[];

export const graphsData: Shape<GraphsData> = object<GraphsData>({
  picture: oneOf('graphs'),
  graph: oneOf(...GRAPH_IDS),
  connections: array(
    object<GraphConnection>({
      id: string,
      label: string,
      packets: count,
      ends: array(object<GraphEnd>({ side: oneOf(...SIDES), label: string })),
    }),
  ),
  connection: optional(string),
  side: optional(oneOf(...SIDES)),
  unit: oneOf('bytes', 'segments', 'ms', 'bytes/s', 'entries'),
  moments: array(moment),
  lines: array(
    object<GraphLine>({ id: string, label: string, about: string, values: array(nullable(number)) }),
  ),
  segments: array(
    object<GraphSegment>({
      number: count,
      at: moment,
      from: number,
      to: number,
      kind: oneOf('data', 'again', 'sack'),
    }),
  ),
  leftOut: count,
  last: optional(moment),
  stop: optional(moment),
  isOver: optional(boolean),
});

export const graphsArguments: Shape<WantedOf<'graphs'>> = object<WantedOf<'graphs'>>({
  picture: oneOf('graphs'),
  graph: optional(oneOf(...GRAPH_IDS)),
  connection: optional(string),
  side: optional(oneOf(...SIDES)),
  fromNs: optional(count),
  toNs: optional(count),
  count: optional(count),
});
