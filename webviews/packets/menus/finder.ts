/** Searches the list from the selected packet on, and around its end. */
import { t } from '../../language.ts';
import { RequestFailed, type Host } from '../../host.ts';
import type { FindWhat } from '../../messages.ts';
import type { Listing } from '../listing.ts';
import type { Selection } from '../selection.ts';

export class Finder {
  private readonly host: Host;
  private readonly listing: Listing;
  private readonly selection: Selection;
  /** A later search ends an earlier one. */
  private searches = 0;

  constructor(host: Host, listing: Listing, selection: Selection) {
    this.host = host;
    this.listing = listing;
    this.selection = selection;
  }

  /** Selects the next packet that fits. @returns why there is none, or where the search went around; else nothing */
  async find(what: FindWhat, text: string, backwards: boolean, length: number): Promise<string> {
    const search = ++this.searches;
    try {
      const at = this.selection.number === undefined ? -1 : await this.listing.locate(this.selection.number);
      const start = backwards ? (at < 0 ? length - 1 : at - 1) : at + 1;
      const ends = [start, backwards ? length - 1 : 0];
      for (const end of ends) {
        let from: number | undefined = end;
        while (from !== undefined && from >= 0) {
          const answer = await this.host.find({ what, text, from, backwards, ...this.listing.message });
          if (search !== this.searches) return '';
          if (answer.found) {
            await this.selection.select(answer.found.number);
            return '';
          }
          from = answer.goOnFrom;
        }
      }
      return t('No packet found');
    } catch (error) {
      if (error instanceof RequestFailed) return error.message;
      throw error;
    }
  }
}
