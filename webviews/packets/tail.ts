/**
 * Keeps the end of the list visible while it grows. The list grows only when its new rows have arrived, so
 * that it never shows gaps.
 */
import type { PacketList } from './packetList.ts';
import type { RowCache } from './rowCache.ts';

export class Tail {
  private readonly list: PacketList;
  private readonly cache: RowCache;
  private target = 0;
  private growing = false;
  /** Another list has begun: pending answers do not belong to it. */
  private generation = 0;

  constructor(list: PacketList, cache: RowCache) {
    this.list = list;
    this.cache = cache;
  }

  forget(): void {
    this.generation++;
    this.target = 0;
  }

  /** Grow the list to this length, and scroll with it. Rejects if the rows cannot be fetched. */
  async growTo(length: number): Promise<void> {
    this.target = length;
    if (this.growing) return;
    this.growing = true;
    try {
      while (this.list.length < this.target) {
        const { generation, target: to } = this;
        await this.cache.fetchRows(Math.max(0, to - this.list.pageSize), to - 1);
        if (generation !== this.generation) continue;
        // If the user has scrolled elsewhere in the meantime, do not scroll.
        const { atEnd } = this.list;
        this.list.setCount(to);
        if (atEnd) this.list.scrollToEnd();
      }
    } finally {
      this.growing = false;
    }
  }
}
