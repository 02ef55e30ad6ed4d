/** The presenter interface: a struct's one-line text, and its children. */
import type { Machine } from '../../../stack/machine.ts';
import type { Item } from '../item.ts';
import type { SequenceBases } from '../sequenceBases.ts';

/** Services for presenters. */
export interface Context {
  machine: Machine;
  sequences: SequenceBases;
  /** A value as an item. */
  describe(name: string, value: unknown): Item;
  /** A field of a struct as an item. */
  field(owner: object, name: string): Item;
}

export interface Presenter<T extends object> {
  matches(value: object): value is T;
  summary(value: T, context: Context): string;
  /** Computed or decoded values, displayed before the fields. */
  extra?(value: T, context: Context): Item[];
}
