/** All exception filters, in the order in which they are offered. */
import type { Filter } from './filter.ts';
import { packetDroppedFilter, packetReceivedFilter, packetSentFilter } from './packets.ts';
import { queueOverflowFilter } from './queueOverflow.ts';
import { retransmissionFilter } from './retransmission.ts';
import { syscallEnterFilter, syscallExitFilter } from './syscalls.ts';
import { transitionFilter } from './transition.ts';

export const FILTERS: readonly Filter[] = [
  syscallEnterFilter,
  syscallExitFilter,
  transitionFilter,
  packetSentFilter,
  packetReceivedFilter,
  packetDroppedFilter,
  retransmissionFilter,
  queueOverflowFilter,
];
/** Not a tracepoint: what a process throws and nobody catches. */
export const UNCAUGHT_FILTER = 'uncaught';

export function filterById(id: string): Filter | undefined {
  return FILTERS.find((filter) => filter.id === id);
}
