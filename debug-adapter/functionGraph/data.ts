/** The data of a function graph, as the request sockscope/functionGraph answers it. Types only. */
import type { CodeLocation } from '../protocol.ts';

/**
 * `sockscope/functionGraph`: which kernel functions ran between two events, nested, as Linux's function_graph tracer
 * shows it. The run is repeated for that. Works stopped.
 */
export interface FunctionGraphArguments {
  from: number;
  /** Omitted: up to where the machine stands. */
  to?: number;
  /** Only functions that have a packet among their arguments, and those that lead to one. */
  packetsOnly?: boolean;
}
export interface FunctionGraphResponse {
  /** In the order of their beginnings; what a call has called follows it. */
  calls: FunctionCall[];
  /** How many later calls there were. */
  leftOut: number;
  /** The same as text, in the format of Linux's tracer. */
  text: string;
}
export interface FunctionCall {
  name: string;
  location?: CodeLocation;
  /** 0: nothing that is shown has called it. */
  depth: number;
  /** Whose call it is: `client [pid 101]`, `softirq`. */
  context: string;
  /** Virtual nanoseconds. */
  timeNs: number;
  /** Omitted: it has not returned. */
  durationNs?: number;
  /** Microseconds of the host's clock, with what recording costs. */
  hostUs?: number;
}
