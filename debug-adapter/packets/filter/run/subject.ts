/** What a compiled filter tests: a decoded packet, or as much as is known of one without decoding it. */
import type { Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';

/** What a filter reads of an item. */
export type Found = Pick<
  Item,
  'field' | 'own' | 'value' | 'reach' | 'source' | 'offset' | 'length' | 'given'
>;

export interface Subject extends Pick<Packet, 'layers' | 'columns'> {
  items(field: Field): readonly Found[];
}
