/** All exception filters, in the order in which clients list them. */
import { message, type Message } from '../../language/message.ts';
import { ConditionError } from './conditionError.ts';
import type { Filter } from './filter.ts';
import { packetDroppedFilter, packetReceivedFilter, packetSentFilter } from './packets.ts';
import { queueOverflowFilter } from './queueOverflow.ts';
import { retransmissionFilter } from './retransmission.ts';
import { syscallEnterFilter, syscallExitFilter } from './syscalls.ts';
import { transitionFilter } from './transition.ts';

export const FILTERS: readonly Filter[] = [
  transitionFilter,
  packetReceivedFilter,
  retransmissionFilter,
  queueOverflowFilter,
  syscallEnterFilter,
  syscallExitFilter,
  packetSentFilter,
  packetDroppedFilter,
];
/** Not a tracepoint: an error that a process throws and does not catch. */
export const UNCAUGHT_FILTER = 'uncaught';

export function filterById(id: string): Filter | undefined {
  return FILTERS.find((filter) => filter.id === id);
}

/** What is wrong with a filter and its condition; undefined if nothing. */
export function filterProblem(id: string, condition: unknown): Message | undefined {
  if (id === UNCAUGHT_FILTER) return undefined;
  const filter = filterById(id);
  if (filter === undefined)
    return message(
      'There is no exception filter "{0}", but {1}.',
      id,
      FILTERS.map((one) => one.id).join(', '),
    );
  if (typeof condition !== 'string')
    return message('The condition of "{0}" must be a text; "" is for always.', id);
  try {
    filter.compile(condition);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionError) return error.said;
    throw error;
  }
}
