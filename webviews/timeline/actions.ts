/** What can be done with the chosen thing. */
import { t } from '../language.ts';
import { el } from '../dom.ts';
import { button, type ButtonControl } from '../toolkit.ts';
import type { Host } from './host.ts';
import type { Item } from './layout.ts';

interface Action {
  control: ButtonControl;
  isOffered(item: Item, canTravel: boolean, isOver: boolean): boolean;
}

export class Actions {
  readonly element: HTMLElement;
  private readonly all: Action[];
  private item: Item | undefined;

  constructor(host: Host) {
    const action = (label: string, run: (item: Item) => void, isOffered: Action['isOffered']): Action => ({
      control: button({ label, onClick: () => this.item && run(this.item) }),
      isOffered,
    });
    this.all = [
      action(
        t('Go There'),
        (item) =>
          host.post(
            item.kind === 'bookmark'
              ? { type: 'goToBookmark', name: item.bookmark.name }
              : { type: 'goToEvent', event: item.at.event },
          ),
        (_item, canTravel) => canTravel,
      ),
      action(
        t('Show Packet'),
        (item) => item.kind === 'packet' && host.post({ type: 'revealPacket', number: item.packet.number }),
        ({ kind }) => kind === 'packet',
      ),
      action(
        t('Bookmark…'),
        (item) => host.post({ type: 'bookmark', event: item.at.event }),
        ({ kind }, _canTravel, isOver) => kind !== 'bookmark' && !isOver,
      ),
      action(
        t('Rename…'),
        (item) => item.kind === 'bookmark' && host.post({ type: 'renameBookmark', name: item.bookmark.name }),
        ({ kind }, _canTravel, isOver) => kind === 'bookmark' && !isOver,
      ),
      action(
        t('Remove'),
        (item) => item.kind === 'bookmark' && host.post({ type: 'removeBookmark', name: item.bookmark.name }),
        ({ kind }, _canTravel, isOver) => kind === 'bookmark' && !isOver,
      ),
    ];
    this.element = el(
      'div',
      { class: 'actions' },
      this.all.map(({ control }) => control.element),
    );
    this.offer(undefined, false, false);
  }

  /** @param isOver the run has ended */
  offer(item: Item | undefined, canTravel: boolean, isOver: boolean): void {
    this.item = item;
    for (const { control, isOffered } of this.all)
      control.element.hidden = item === undefined || !isOffered(item, canTravel, isOver);
  }
}
