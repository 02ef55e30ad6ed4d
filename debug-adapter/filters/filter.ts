/**
 * An exception filter: its checkbox, its tracepoints, its condition, and the sentence that describes its
 * stops.
 */
import type { Part } from '../../language/message.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import type { TracepointName } from '../../stack/trace/table.ts';
import type { TraceHit, Tracer } from '../../stack/trace/tracer.ts';
import type { StopKind } from '../protocol.ts';
import { STOP_KINDS, type StopKindId } from './kinds.ts';

/** The description of a stop. */
export interface Sentence {
  /** A short text beside the thread's name. */
  label: Part;
  /** A sentence for the user. */
  description: Part;
  /** The packet that the stop is about. */
  packet?: sk_buff | null;
}
/** @returns the sentence to stop with, or undefined to continue */
export type Matcher<Name extends TracepointName> = (hit: TraceHit<Name>) => Sentence | undefined;
/** Listens on a machine and calls `stop` at each match. @returns a function that stops listening */
export type Watch = (tracer: Tracer, stop: (sentence: Sentence) => void) => () => void;

export interface Filter extends StopKind {
  /** Its id in the protocol, which is also the `reason` of its stops. */
  id: StopKindId;
  /** @throws ConditionError */
  compile(condition: string): Watch;
}
interface Definition<Name extends TracepointName> {
  id: StopKindId;
  tracepoints: readonly Name[];
  /** @throws ConditionError */
  compile(condition: string): Matcher<Name>;
}

/** A filter whose matcher receives the hits of its tracepoints only. */
export function filterOn<Name extends TracepointName>(definition: Definition<Name>): Filter {
  const { id, tracepoints, compile } = definition;
  return {
    id,
    ...STOP_KINDS[id],
    compile: (condition) => {
      const match = compile(condition);
      return (tracer, stop) =>
        tracer.onHit(tracepoints, (hit) => {
          const sentence = match(hit);
          if (sentence !== undefined) stop(sentence);
        });
    },
  };
}
