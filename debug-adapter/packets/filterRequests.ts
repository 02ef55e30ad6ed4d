/** Answers the requests that help to write a filter. */
import type {
  FilterCompletionsArguments,
  FilterCompletionsResponse,
  FilterForArguments,
  FilterForResponse,
} from '../protocol.ts';
import { either, message, type Message, type Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { nearest } from '../../stack/lib/nearest.ts';
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
  t: Translate,
): FilterCompletionsResponse {
  return completionsAt(filter, Math.min(cursor, filter.length), () => store.newest(), t);
}

/** @throws UserError */
export function filterFor(
  store: PacketStore,
  { number, what, field, occurrence = 0, how = 'selected', filter = '' }: FilterForArguments,
): FilterForResponse {
  const packet = store.dissected(number);
  const chosen = oneOf('how', how, APPLY_AS);
  const make = (selected: string | null, missing: Message): FilterForResponse => {
    if (selected === null) throw UserError.of(missing);
    return { filter: combined(filter, selected, chosen) };
  };
  switch (oneOf('what', what, ['field', 'stream', 'conversation'] as const)) {
    case 'stream':
      return make(
        filterForStream(packet),
        message('packet {0} belongs to no TCP connection and no UDP flow', number),
      );
    case 'conversation': {
      const layer = field === undefined ? undefined : oneOf('field', field, CONVERSATION_LAYERS);
      return make(
        filterForConversation(packet, layer),
        layer
          ? message('packet {0} has no two ends in {1}', number, layer)
          : message('packet {0} has no two ends', number),
      );
    }
    case 'field': {
      if (field === undefined)
        throw new UserError('filterFor needs the name of a field, for example tcp.srcport');
      const known = anyCaseField(field);
      if (!known) throw UserError.of(unknownField(field));
      const item = packet.items(known)[occurrence];
      return make(
        item ? filterForItem(item) : null,
        occurrence
          ? message('packet {0} has no value {1} of {2}', number, occurrence, field)
          : message('packet {0} has no {1}', number, field),
      );
    }
  }
}

function oneOf<T extends string>(name: string, given: string, known: readonly T[]): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const close = nearest(given, known);
  throw close.length
    ? new UserError('filterFor knows no {0} "{1}": did you mean {2}?', name, given, either(close))
    : new UserError('filterFor knows no {0} "{1}": write one of {2}', name, given, known.join(', '));
}
