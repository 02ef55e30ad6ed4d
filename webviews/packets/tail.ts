/** Keeps the end of the list in view while it grows: the list grows when its new rows are here, so that no gaps run through it. */
import type { PacketList } from './packetList.ts';
import type { RowCache } from './rowCache.ts';

export class Tail {
  private readonly list: PacketList;
  private readonly cache: RowCache;
  private target = 0;
  private growing = false;
  /** Another list has begun: what is on its way is not about it. */
  private generation = 0;

  constructor(list: PacketList, cache: RowCache) {
    this.list = list;
    this.cache = cache;
  }

  forget(): void {
    this.generation++;
    this.target = 0;
  }

  /** Let the list grow to this length, and scroll with it. Rejects if the rows cannot be had. */
  async growTo(length: number): Promise<void> {
    this.target = length;
    if (this.growing) return;
    this.growing = true;
    try {
      while (this.list.length < this.target) {
        const { generation, target: to } = this;
        await this.cache.fetchRow(Math.max(0, to - this.list.pageSize));
        await this.cache.fetchRow(to - 1);
        if (generation !== this.generation) continue;
        // A reader who has scrolled elsewhere meanwhile stays there.
        const { atEnd } = this.list;
        this.list.setCount(to);
        if (atEnd) this.list.scrollToEnd();
      }
    } finally {
      this.growing = false;
    }
  }
}
