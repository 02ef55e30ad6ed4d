/** What can be done with the chosen thing of a sequence: buttons beside its sentence, and its context menu. */
import { t } from '../../language.ts';
import { el } from '../../dom.ts';
import { openMenu, type MenuPlace } from '../../menu.ts';
import { button, type ButtonControl } from '../../toolkit.ts';
import type { PictureHost } from '../picture.ts';
import type { Item } from './rows.ts';

interface Action {
  label: string;
  tooltip: string;
  /** Whether it is offered for things of this kind. */
  isFor(item: Item): boolean;
  /** Whether it can be done now. */
  isPossible?(item: Item): boolean;
  /** @param sentence what happened */
  run(item: Item, sentence: string): void;
}

export class ItemActions {
  readonly element: HTMLElement;
  /** The first one that is for a thing is the usual one. */
  private readonly actions: readonly Action[];
  private readonly buttons = new Map<Action, ButtonControl>();
  private item: Item | undefined;
  private sentence = '';

  constructor(host: PictureHost) {
    this.actions = actionsOf(host);
    for (const action of this.actions) {
      const { label, tooltip } = action;
      this.buttons.set(action, button({ label, tooltip, onClick: () => this.run(action) }));
    }
    this.element = el(
      'div',
      { class: 'actions' },
      [...this.buttons.values()].map(({ element }) => element),
    );
  }

  /** Offers what can be done with this; `sentence` says what it is. */
  offer(item: Item | undefined, sentence: string): void {
    this.item = item;
    this.sentence = sentence;
    for (const [action, control] of this.buttons) {
      control.element.hidden = item === undefined || !action.isFor(item);
      control.setEnabled(isPossible(action, item));
    }
  }

  /** Does the usual. */
  open(): void {
    const { item } = this;
    const usual = item && this.actions.find((action) => action.isFor(item));
    if (usual !== undefined) this.run(usual);
  }

  menu(place: MenuPlace): void {
    const { item, sentence } = this;
    if (item === undefined) return;
    const offered = this.actions.filter((action) => action.isFor(item));
    openMenu(
      sentence,
      offered.map((action) => ({
        label: action.label,
        disabled: !isPossible(action, item),
        run: () => this.run(action),
      })),
      place,
    );
  }

  private run(action: Action): void {
    if (this.item !== undefined && isPossible(action, this.item)) action.run(this.item, this.sentence);
  }
}

function isPossible(action: Action, item: Item | undefined): boolean {
  return item !== undefined && action.isFor(item) && (action.isPossible?.(item) ?? true);
}

function actionsOf(host: PictureHost): Action[] {
  const isFor = (item: Item) => packetOf(item) !== undefined;
  return [
    {
      label: t('Show Packet'),
      tooltip: t('Select it in the Packets panel'),
      isFor,
      run: (item) => host.revealPacket(packetOf(item)!.number),
    },
    {
      label: t('Its Way'),
      tooltip: t('The stations of the packet, from send() to recv()'),
      isFor,
      run: (item) => host.showWay(packetOf(item)!.number),
    },
    {
      label: t('Sending Code'),
      tooltip: t('The call stack that sent the packet'),
      isFor,
      run: (item) => host.goToCode(packetOf(item)!.number, 'sent'),
    },
    {
      label: t('Receiving Code'),
      tooltip: t('The call stack that received the packet'),
      isFor,
      isPossible: (item) => packetOf(item)?.arrived !== undefined,
      run: (item) => host.goToCode(packetOf(item)!.number, 'received'),
    },
    {
      label: t('Show Code'),
      tooltip: t(
        'The call stack of this moment: where the call was made, the task sleeps, the state changes',
      ),
      isFor: (item) => codeEventOf(item) !== undefined,
      run: (item, sentence) => host.goToEventCode(codeEventOf(item)!, sentence),
    },
    {
      label: t('Function Graph'),
      tooltip: t('The kernel functions that ran, nested: the run is repeated for that'),
      isFor: (item) => packetOf(item) !== undefined || callOf(item) !== undefined,
      isPossible: () => host.canGoToEvents(),
      run: (item, sentence) => {
        const call = callOf(item);
        if (call === undefined) host.showPacketGraph(packetOf(item)!.number);
        else host.showFunctionGraph(call.from.event, call.to?.event, sentence);
      },
    },
    {
      label: t('Go to Event'),
      tooltip: t('Bring the stopped machine to this moment of the run'),
      isFor: () => true,
      isPossible: () => host.canGoToEvents(),
      run: (item) => host.goToEvent(item.at.event),
    },
  ];
}

function packetOf(item: Item) {
  return 'packet' in item ? item.packet : undefined;
}

function callOf(item: Item) {
  return item.kind === 'call' || item.kind === 'return' ? item.call : undefined;
}

/** The event whose code is known. A return is code of the call; lengths of queues are compared when code has ended. */
function codeEventOf(item: Item): number | undefined {
  switch (item.kind) {
    case 'call':
    case 'return':
      return item.call.from.event;
    case 'sleep':
    case 'state':
      return item.at.event;
    case 'queues':
      return item.queues.overflow === undefined ? undefined : item.at.event;
    default:
      return undefined;
  }
}
