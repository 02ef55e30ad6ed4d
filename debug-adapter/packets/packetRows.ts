/** Answers a request for rows of a store, including requests with an invalid filter. */
import type { PacketsArguments, PacketsResponse } from '../protocol.ts';
import { FilterError } from './filter/filterError.ts';
import type { PacketStore } from './packetStore.ts';

export function rowsOf(
  store: PacketStore,
  { from, count, filter, ...view }: PacketsArguments,
): PacketsResponse {
  try {
    return store.rows(from, count, filter, view);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { message, start, end } = error;
    return { invalidFilter: { message, start, end }, total: store.total, matching: 0, rows: [] };
  }
}
