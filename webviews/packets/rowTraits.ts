/** The differences between the rows of a list: a value that is the same in all rows needs no column. */
import type { PacketRow } from '../messages.ts';
import { isOneHost } from './ends.ts';

export class RowTraits {
  private readonly directions = new Set<string>();
  /** Some packet goes from one address to another. */
  hasHosts = false;

  /** Whether some packets are received and some are sent. */
  get hasDirections(): boolean {
    return this.directions.size > 1;
  }

  look(rows: readonly PacketRow[]): void {
    for (const row of rows) {
      if (row.direction) this.directions.add(row.direction);
      if (!this.hasHosts && !isOneHost(row)) this.hasHosts = true;
    }
  }
}
