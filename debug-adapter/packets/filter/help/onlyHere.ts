/** Filters that cannot be handed on: Wireshark refuses one with a field of ours, and knows nothing of our marks. */
import { MACHINE_FIELDS, NOTE_FIELDS } from '../../dissectors/frame.ts';
import type { Field } from '../../tree/field.ts';
import { parseFilter } from '../filter.ts';
import { usesOf } from '../meaning/uses.ts';

/** Our own layer, whose name its fields begin with. */
const OURS = /^sockscope(\.|$)/;
const ONLY_HERE: ReadonlySet<Field> = new Set([...MACHINE_FIELDS, ...NOTE_FIELDS]);

/**
 * The names of the fields in a filter that mean something only here.
 *
 * @throws FilterError if the filter is wrong
 */
export function fieldsOnlyHere(filter: string): string[] {
  if (filter.trim() === '') return [];
  const fields = usesOf(parseFilter(filter)).map(({ field }) => field);
  const only = fields.filter((field) => OURS.test(field.name) || ONLY_HERE.has(field));
  return [...new Set(only)].map(({ name }) => name);
}
