/** The selected packet: in the list and in the details, which never show a packet that is not listed. */
import type { Host } from '../host.ts';
import type { PacketRow } from '../messages.ts';
import type { Details } from './details.ts';
import type { Listing } from './listing.ts';
import type { PacketList } from './packetList.ts';
import type { RowCache } from './rowCache.ts';

export class Selection {
  private readonly host: Host;
  private readonly list: PacketList;
  private readonly cache: RowCache;
  private readonly listing: Listing;
  private readonly details: Details;
  private readonly onFailed: (error: unknown) => void;
  private selected: number | undefined;

  constructor(
    parts: { host: Host; list: PacketList; cache: RowCache; listing: Listing; details: Details },
    onFailed: (error: unknown) => void,
  ) {
    this.host = parts.host;
    this.list = parts.list;
    this.cache = parts.cache;
    this.listing = parts.listing;
    this.details = parts.details;
    this.onFailed = onFailed;
  }

  get number(): number | undefined {
    return this.selected;
  }

  /** The selected packet's row, if it is loaded. */
  get row(): PacketRow | undefined {
    return this.selected === undefined ? undefined : this.cache.byNumber(this.selected);
  }

  clear(): void {
    this.selected = undefined;
    this.list.setSelected(-1, -1);
    this.details.clear();
  }

  /** Select a packet by its number and scroll to it. @returns false if it is not in the list: nothing changes then */
  async select(number: number): Promise<boolean> {
    const before = this.selected;
    const index = await this.find(number);
    if (index === undefined || index < 0) return false;
    await this.fetchAround(index);
    // The user may have selected another packet in the meantime.
    if (this.selected !== before) return true;
    this.selected = number;
    if (index >= this.list.length) this.list.setCount(index + 1);
    this.list.setSelected(index, number);
    this.list.scrollTo(index, 'center');
    await this.showDetails(number);
    return true;
  }

  async selectIndex(index: number): Promise<void> {
    try {
      const row = await this.cache.fetchRow(index);
      if (!row) return;
      this.selected = row.number;
      this.list.setSelected(index, row.number);
      await this.showDetails(row.number);
    } catch (error) {
      this.onFailed(error);
    }
  }

  /** Another list: the selected packet stays selected and in view; if it is not in it, nothing is selected. */
  async keep(): Promise<void> {
    const { selected } = this;
    if (selected === undefined) return;
    const index = await this.find(selected);
    if (selected !== this.selected || index === undefined) return;
    if (index < 0) {
      this.clear();
      return;
    }
    await this.fetchAround(index);
    if (selected !== this.selected) return;
    this.list.setSelected(index, selected);
    this.list.scrollTo(index, 'center');
  }

  /** The shown packet is decoded anew: it has been marked or commented. */
  async refresh(): Promise<void> {
    if (this.selected !== undefined) await this.showDetails(this.selected);
  }

  /** Where a packet is in the list, or -1. @returns undefined if that cannot be asked: the filter is wrong */
  private async find(number: number): Promise<number | undefined> {
    try {
      return await this.listing.locate(number);
    } catch (error) {
      this.onFailed(error);
      return undefined;
    }
  }

  /** The rows that come into view with this one: the list moves to where it has something to show. */
  private async fetchAround(index: number): Promise<void> {
    const { pageSize } = this.list;
    try {
      await this.cache.fetchRows(Math.max(0, index - pageSize), index + pageSize);
    } catch (error) {
      this.onFailed(error);
    }
  }

  private async showDetails(number: number): Promise<void> {
    try {
      const packet = await this.host.getPacket(number);
      if (this.selected === number) this.details.show(packet, this.cache.byNumber(number));
    } catch (error) {
      if (this.selected === number) this.details.fail(error instanceof Error ? error.message : String(error));
    }
  }
}
