/** The Packets panel's connection to the extension. */
import { Channel, type AnnouncementOf } from './channel.ts';
import { parseToPanel, type FromPanel, type FromPanelOf, type ToPanel, type ToPanelOf } from './messages.ts';

export { RequestFailed } from './channel.ts';

/** Messages that the extension sends unasked. */
export type Announcement = AnnouncementOf<ToPanel>;
/** A request without what every request has. */
type Question<T extends FromPanel['type']> = Omit<FromPanelOf<T>, 'id' | 'type'>;

export class Host extends Channel<ToPanel, FromPanel> {
  constructor(onAnnouncement: (message: Announcement) => void) {
    super(parseToPanel, onAnnouncement);
  }

  getRows(question: Question<'getRows'>): Promise<ToPanelOf<'rows'>> {
    return this.ask<'rows'>({ type: 'getRows', ...question });
  }

  getPacket(number: number): Promise<ToPanelOf<'packet'>> {
    return this.ask<'packet'>({ type: 'getPacket', number });
  }

  find(question: Question<'find'>): Promise<ToPanelOf<'found'>> {
    return this.ask<'found'>({ type: 'find', ...question });
  }

  makeFilter(question: Question<'makeFilter'>): Promise<ToPanelOf<'filter'>> {
    return this.ask<'filter'>({ type: 'makeFilter', ...question });
  }

  complete(filter: string, cursor: number): Promise<ToPanelOf<'completions'>> {
    return this.ask<'completions'>({ type: 'complete', filter, cursor });
  }

  /** What this webview remembers, else what the workspace does: the page has got that from the extension. */
  override load(): unknown {
    const own = super.load();
    if (own !== undefined && own !== null) return own;
    try {
      return JSON.parse(document.body.dataset['settings'] ?? 'null') as unknown;
    } catch {
      return undefined;
    }
  }

  override save(state: unknown): void {
    super.save(state);
    this.post({ type: 'remember', settings: JSON.stringify(state) });
  }
}
