/** What an exception filter is: a checkbox, its tracepoints, its condition, and the sentence it stops with. */
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import type { StopReason } from '../../stack/trace/stop.ts';
import type { TracepointName } from '../../stack/trace/table.ts';
import type { TraceHit, Tracer } from '../../stack/trace/tracer.ts';

/** What a stop is told with. */
export interface Sentence extends Pick<StopReason, 'label' | 'description'> {
  /** The packet that the stop is about. */
  packet?: sk_buff | null;
}
/** @returns the sentence to stop with, or undefined to go on */
export type Matcher<Name extends TracepointName> = (hit: TraceHit<Name>) => Sentence | undefined;
/** Listens on a machine, and calls `stop` at each match. @returns what ends it */
export type Watch = (tracer: Tracer, stop: (sentence: Sentence) => void) => () => void;

interface Checkbox {
  /** As it goes over the wire, and the `reason` of its stops. */
  id: string;
  label: string;
  description: string;
  /** What the condition's input box shows. */
  placeholder: string;
}
export interface Filter extends Checkbox {
  /** @throws ConditionError */
  compile(condition: string): Watch;
}
interface Definition<Name extends TracepointName> extends Checkbox {
  tracepoints: readonly Name[];
  /** @throws ConditionError */
  compile(condition: string): Matcher<Name>;
}

/** A filter whose matcher gets the hits of its tracepoints, and no others. */
export function filterOn<Name extends TracepointName>(definition: Definition<Name>): Filter {
  const { tracepoints, compile, ...checkbox } = definition;
  return {
    ...checkbox,
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
