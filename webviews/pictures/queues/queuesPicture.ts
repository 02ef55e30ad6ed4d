/** The two queues of a listener: which one, its drawing, what has just changed, and what changed before. */
import { t } from '../../language.ts';
import type {
  ListenerChange,
  ListenerData,
  QueueEntry,
  QueuesData,
} from '../../../debug-adapter/protocol.ts';
import { el, setText } from '../../dom.ts';
import { button } from '../../toolkit.ts';
import type { Emptiness, Picture, PictureHost, Table } from '../picture.ts';
import { QueuesDrawing } from './queuesDrawing.ts';

export class QueuesPicture implements Picture<'queues'> {
  readonly id = 'queues';
  readonly title = t('Queues');
  readonly tooltip = t("A listener's SYN queue and accept queue, and what moves through them.");
  readonly element: HTMLElement;
  private readonly drawing: QueuesDrawing;
  private readonly choice = document.createElement('select');
  private readonly sentence = el('p', { class: 'sentence', role: 'status' });
  private readonly place = el('div', { class: 'place-of-drawing' });
  private readonly log = el('ol', { class: 'log', tab: 0, aria: { label: t('What happened before') } });
  private listeners: ListenerData[] = [];
  /** The chosen listener's key in the Sockets tree. */
  private chosen: string | undefined;
  private logged = '';

  constructor(host: PictureHost) {
    this.drawing = new QueuesDrawing(host);
    this.choice.setAttribute('aria-label', t('Listener'));
    this.choice.addEventListener('change', () => {
      this.focusOn(this.choice.value);
      host.changed();
    });
    const reveal = button({
      label: t('Show the Listener in the Sockets Tree'),
      icon: 'list-tree',
      iconOnly: true,
      onClick: () => {
        if (this.listener !== undefined) host.revealSocket(this.listener.socket);
      },
    });
    this.place.append(this.drawing.element);
    this.element = el('div', { class: 'queues' }, [
      el('div', { class: 'words' }, [this.choice, reveal.element, this.sentence]),
      this.place,
      this.log,
    ]);
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  asks() {
    return { picture: this.id } as const;
  }

  show({ listeners }: QueuesData): void {
    this.listeners = listeners;
    this.listChoices();
    this.draw();
  }

  focusOn(socket: string): void {
    this.chosen = socket;
    this.listChoices();
    this.draw();
  }

  resize(): void {
    const { listener } = this;
    const { clientWidth, clientHeight } = this.place;
    if (listener !== undefined && clientWidth > 0) this.drawing.draw(listener, clientWidth, clientHeight);
  }

  clear(): void {
    this.listeners = [];
    this.chosen = undefined;
    this.drawing.clear();
  }

  emptiness(): Emptiness | undefined {
    if (this.listeners.length > 0) return undefined;
    return {
      title: t('No socket listens'),
      text: t(
        'A listener has a SYN queue and an accept queue. They are drawn here as soon as a program calls listen(): continue, or step on.',
      ),
    };
  }

  table(): Table {
    const { listener } = this;
    const rows = (queue: string, entries: readonly QueueEntry[]) =>
      entries.map(({ name, peer, age, state }, index) => [queue, String(index + 1), name, peer, age, state]);
    return {
      caption:
        listener === undefined
          ? t('No socket listens.')
          : t('Queues of {0}: {1}. {2}', listener.name, lengths(listener), this.latestText(listener)),
      headers: [t('Queue'), t('Place'), t('Connection from'), t('Address'), t('Waits for'), t('State')],
      rows: [
        ...rows(t('SYN queue'), listener?.synQueue.entries ?? []),
        ...rows(t('accept queue'), listener?.acceptQueue.entries ?? []),
      ],
    };
  }

  svg(): SVGSVGElement {
    return this.drawing.element;
  }

  private get listener(): ListenerData | undefined {
    return this.listeners.find(({ socket }) => socket === this.chosen) ?? this.listeners[0];
  }

  private listChoices(): void {
    this.choice.replaceChildren(
      ...this.listeners.map(({ socket, name, listens }) => {
        const option = document.createElement('option');
        option.value = socket;
        option.text = listens ? name : t('{0} (closed)', name);
        return option;
      }),
    );
    if (this.listener !== undefined) this.choice.value = this.listener.socket;
    this.choice.disabled = this.listeners.length < 2;
  }

  private draw(): void {
    const { listener } = this;
    if (listener === undefined) return this.drawing.clear();
    setText(this.sentence, this.latestText(listener));
    this.listChanges(listener.changes);
    this.resize();
  }

  /** The last change, if it is newer than the stop before. */
  private latestText({ changes, listens }: ListenerData): string {
    const news = changes.filter(({ isNew }) => isNew);
    const last = news.at(-1);
    if (last === undefined)
      return listens ? t('Nothing has changed since the last stop.') : t('The listener is closed.');
    return news.length === 1 ? last.text : t('{0} (The last of {1} changes.)', last.text, news.length);
  }

  /** Newest first. */
  private listChanges(changes: readonly ListenerChange[]): void {
    const text = JSON.stringify(changes);
    if (text === this.logged) return;
    this.logged = text;
    this.log.replaceChildren(
      ...changes
        .map(({ time, text, isNew }) =>
          el('li', { class: isNew ? 'new' : '' }, [
            el('span', { class: 'time', text: `${time} s` }),
            document.createTextNode(` ${text}`),
          ]),
        )
        .reverse(),
    );
  }
}

function lengths({ synQueue, acceptQueue }: ListenerData): string {
  return t(
    'SYN queue {0} of {1}, accept queue {2} of {3}',
    synQueue.length,
    synQueue.room,
    acceptQueue.length,
    acceptQueue.room,
  );
}
