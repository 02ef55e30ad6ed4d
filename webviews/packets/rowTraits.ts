/** In what the rows of a list differ: what is the same in all of them needs no column. */
import type { PacketRow } from '../messages.ts';
import { isOneHost } from './ends.ts';

export class RowTraits {
  private readonly directions = new Set<string>();
  /** Some packet goes from one address to another. */
  hasHosts = false;

  /** Some packets come in and some go out. */
  get hasDirections(): boolean {
    return this.directions.size > 1;
  }

  look(rows: readonly PacketRow[]): void {
    for (const row of rows) {
      this.directions.add(row.direction);
      if (!this.hasHosts && !isOneHost(row)) this.hasHosts = true;
    }
  }
}
