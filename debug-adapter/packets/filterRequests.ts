/** Answers the requests that help to write a filter. */
import type {
  FilterCompletionsArguments,
  FilterCompletionsResponse,
  FilterForArguments,
  FilterForResponse,
} from '../protocol.ts';
import { didYouMean, nearest } from '../../stack/lib/nearest.ts';
import {
  APPLY_AS,
  combined,
  CONVERSATION_LAYERS,
  filterForConversation,
  filterForItem,
  filterForStream,
} from './filter/help/applyAs.ts';
import { completionsAt } from './filter/help/completions.ts';
import { anyCaseField, unknownField } from './filter/meaning/fields.ts';
import type { PacketStore } from './packetStore.ts';

export function completeFilter(
  store: PacketStore,
  { filter, cursor }: FilterCompletionsArguments,
): FilterCompletionsResponse {
  return completionsAt(filter, Math.min(cursor, filter.length), () => store.newest());
}

/** Throws an error with a message for the user. */
export function filterFor(
  store: PacketStore,
  { number, what, field, occurrence = 0, how = 'selected', filter = '' }: FilterForArguments,
): FilterForResponse {
  const packet = store.dissected(number);
  const chosen = oneOf('how', how, APPLY_AS);
  const make = (selected: string | null, missing: string): FilterForResponse => {
    if (selected === null) throw new Error(`packet ${number} ${missing}`);
    return { filter: combined(filter, selected, chosen) };
  };
  switch (oneOf('what', what, ['field', 'stream', 'conversation'] as const)) {
    case 'stream':
      return make(filterForStream(packet), 'belongs to no TCP connection and no UDP flow');
    case 'conversation': {
      const layer = field === undefined ? undefined : oneOf('field', field, CONVERSATION_LAYERS);
      return make(filterForConversation(packet, layer), `has no two ends${layer ? ` in ${layer}` : ''}`);
    }
    case 'field': {
      if (field === undefined)
        throw new Error('filterFor needs the name of a field, for example tcp.srcport');
      const known = anyCaseField(field);
      if (!known) throw new Error(unknownField(field));
      const item = packet.items(known)[occurrence];
      return make(
        item ? filterForItem(item) : null,
        `has no ${occurrence ? `value ${occurrence} of ` : ''}${field}`,
      );
    }
  }
}

function oneOf<T extends string>(name: string, given: string, known: readonly T[]): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const cure = didYouMean(nearest(given, known)) || `: write one of ${known.join(', ')}`;
  throw new Error(`filterFor knows no ${name} "${given}"${cure}`);
}
