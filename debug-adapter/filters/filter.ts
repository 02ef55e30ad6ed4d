/** What an exception filter is: a checkbox, its tracepoints, its condition, and the sentence it stops with. */
import type { StopReason } from '../../stack/trace/stop.ts';
import type { TracepointName } from '../../stack/trace/table.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';

/** What a stop is told with. */
export type Sentence = Pick<StopReason, 'label' | 'description'>;
/** @returns the sentence to stop with, or undefined to go on */
export type Matcher = (hit: TraceHit) => Sentence | undefined;

export interface Filter {
  /** As it goes over the wire, and the `reason` of its stops. */
  id: string;
  label: string;
  description: string;
  /** What the condition's input box shows. */
  placeholder: string;
  tracepoints: readonly TracepointName[];
  /** @throws ConditionError */
  compile(condition: string): Matcher;
}
