/** The data of the graphs, as the request sockscope/graphs answers it. Types only. */
import type { Moment } from '../sequence/data.ts';

export type GraphId =
  'stevens' | 'tcptrace' | 'congestion' | 'rtt' | 'windows' | 'throughput' | 'queues' | 'rings';
/** The end that began a connection, and the other. */
export type GraphSide = 'asks' | 'answers';

/** `sockscope/graphs`: one graph of one end of a TCP connection. Works stopped and running. */
export interface GraphsArguments {
  /** By default the first that is recorded. */
  graph?: GraphId;
  /** The id of one of `connections`; by default the one with the most packets. */
  connection?: string;
  /** Whose view; by default the end that has sent more. */
  side?: GraphSide;
  /** Only what happened from this time on, up to that one; virtual ns since boot. */
  fromNs?: number;
  toNs?: number;
  /** How many moments at most. Where there are more, extremes are kept. Default 1500. */
  count?: number;
}
export interface GraphsResponse {
  graph: GraphId;
  /** The TCP connections of which something is recorded, in the order of their first packets. */
  connections: GraphConnection[];
  /** The one that is answered; omitted: there is none. */
  connection?: string;
  side?: GraphSide;
  /** `entries`: descriptors of a ring, packets of a qdisc. */
  unit: 'bytes' | 'segments' | 'ms' | 'bytes/s' | 'entries';
  /** In order; each line has a value for each. */
  moments: Moment[];
  lines: GraphLine[];
  /** What was sent, as ranges of sequence numbers: in the time-sequence graphs. */
  segments: GraphSegment[];
  /** How many moments and segments were left out, because there are too many. */
  leftOut: number;
  /** The newest moment that is recorded. */
  last?: Moment;
  /** The moment at which the machine is stopped. */
  stop?: Moment;
  /** The run has ended: nothing will follow. */
  isOver?: boolean;
}
/** The same for the view that draws it. */
export interface GraphsData extends GraphsResponse {
  picture: 'graphs';
}

export interface GraphConnection {
  id: string;
  /** `TCP 127.0.0.1:40312 → 127.0.0.1:8080`: the side that began comes first. */
  label: string;
  packets: number;
  /** The ends of which there are samples. */
  ends: GraphEnd[];
}
export interface GraphEnd {
  side: GraphSide;
  /** `client 127.0.0.1:40312` */
  label: string;
}
export interface GraphLine {
  id: string;
  label: string;
  /** What it is, in one sentence. */
  about: string;
  /** One for each moment: the value from that moment on. null: there is none. */
  values: (number | null)[];
}
export interface GraphSegment {
  /** The number of its packet. */
  number: number;
  at: Moment;
  /** The first byte, and the one after the last, relative to the connection's first numbers. */
  from: number;
  to: number;
  /** `sack`: the peer has reported these bytes, out of order. */
  kind: 'data' | 'again' | 'sack';
}
