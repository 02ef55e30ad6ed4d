/** Answers requests for rows of a store and for the next that has something, including those with an invalid filter. */
import { say, type Translate } from '../../language/message.ts';
import type {
  FindPacketArguments,
  FindPacketResponse,
  PacketsArguments,
  PacketsResponse,
} from '../protocol.ts';
import { FilterError } from './filter/filterError.ts';
import type { PacketStore } from './packetStore.ts';
import { dropSentence } from './truth/dropSentence.ts';

export function rowsOf(
  store: PacketStore,
  { from, count, filter, ...view }: PacketsArguments,
  t: Translate,
): PacketsResponse {
  try {
    return withDrops(store, store.rows(from, count, filter, view), t);
  } catch (error) {
    return { invalidFilter: invalid(error, t), total: store.total, matching: 0, rows: [] };
  }
}

/** The same rows, which say why their packets were dropped. */
export function withDrops(store: PacketStore, answer: PacketsResponse, t: Translate): PacketsResponse {
  for (const row of answer.rows) {
    const { drop } = store.frame(row.number);
    if (drop) row.drop = dropSentence(drop, row.destination, t);
  }
  return answer;
}

export function findIn(store: PacketStore, args: FindPacketArguments, t: Translate): FindPacketResponse {
  try {
    return store.find(args);
  } catch (error) {
    return { invalid: invalid(error, t) };
  }
}

/** What is wrong with a filter. Throws errors of other kinds again. */
function invalid(error: unknown, t: Translate): { message: string; start: number; end: number } {
  if (!(error instanceof FilterError)) throw error;
  const { said, start, end } = error;
  return { message: say(t, said), start, end };
}
