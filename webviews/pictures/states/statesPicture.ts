/** The TCP state diagram: each socket where it is, the transitions to stop at, and the sockets of a state. */
import { t } from '../../language.ts';
import type { PictureData, StateChange, StatesData, StateSocket } from '../../../debug-adapter/protocol.ts';
import { el, setText } from '../../dom.ts';
import { button } from '../../toolkit.ts';
import type { ArmedArrow } from '../messages.ts';
import type { Emptiness, Picture, PictureHost, Table } from '../picture.ts';
import { STATES, transitionOf } from './diagram.ts';
import { StatesDrawing } from './statesDrawing.ts';
import { TransitionBreakpoints } from './transitionBreakpoints.ts';

const NOTHING: Extract<PictureData, { picture: 'states' }> = {
  picture: 'states',
  sockets: [],
  leftOut: 0,
  changes: [],
};

export class StatesPicture implements Picture<'states'> {
  readonly id = 'states';
  readonly title = t('States');
  readonly tooltip = t('The states of TCP, and in which of them each socket is.');
  readonly element: HTMLElement;
  private readonly host: PictureHost;
  private readonly drawing: StatesDrawing;
  private readonly sentence = el('p', { class: 'sentence', role: 'status' });
  private readonly place = el('div', { class: 'place-of-drawing' });
  private readonly list = el('div', { class: 'list' });
  private data: StatesData = NOTHING;
  private breakpoints = new TransitionBreakpoints();
  /** The state whose sockets are listed. */
  private selected: string | undefined;
  private listed = '';

  constructor(host: PictureHost) {
    this.host = host;
    this.drawing = new StatesDrawing({
      onState: (state) => this.select(state === this.selected ? undefined : state),
      onTransition: ({ reported }) => {
        if (reported !== undefined) host.toggleTransition(reported[0], reported[1]);
      },
    });
    this.place.append(this.drawing.element);
    this.element = el('div', { class: 'states' }, [
      el('div', { class: 'words' }, [this.sentence]),
      this.place,
      this.list,
    ]);
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  asks() {
    return { picture: this.id } as const;
  }

  show(data: StatesData): void {
    this.data = data;
    this.draw();
  }

  /** The transitions at which the machine stops have changed. */
  arm(armed: readonly ArmedArrow[]): void {
    this.breakpoints = new TransitionBreakpoints(armed);
    this.resize();
  }

  resize(): void {
    const { data, selected, breakpoints } = this;
    const { clientWidth, clientHeight } = this.place;
    if (clientWidth > 0) this.drawing.draw({ data, selected, breakpoints }, clientWidth, clientHeight);
  }

  clear(): void {
    this.data = NOTHING;
    this.drawing.clear();
    this.draw();
  }

  /** Its transitions can be chosen before there is a socket. */
  emptiness(): Emptiness | undefined {
    return undefined;
  }

  table(): Table {
    return {
      caption: `${t('TCP sockets by state.')} ${this.latestText()}`,
      headers: [t('State'), t('Socket'), t('Detail')],
      rows: STATES.flatMap(({ name }) =>
        this.data.sockets
          .filter(({ state }) => state === name)
          .map((socket) => [name, socket.name, socket.detail ?? '']),
      ),
    };
  }

  svg(): SVGSVGElement {
    return this.drawing.element;
  }

  private select(state: string | undefined): void {
    this.selected = state;
    this.draw();
  }

  private draw(): void {
    setText(this.sentence, this.latestText());
    this.listSockets();
    this.resize();
  }

  private latestText(): string {
    const news = this.data.changes.filter(({ isNew }) => isNew);
    const last = news.at(-1);
    if (last === undefined)
      return this.data.sockets.length === 0
        ? t('No TCP socket yet. Click an arrow to stop when a socket goes along it.')
        : t('No socket has changed its state since the last stop.');
    const more = news.length === 1 ? '' : ` ${t('(The last of {0} changes.)', news.length)}`;
    return `${this.changeText(last)}${more}`;
  }
  /** `client :40312→:8080: SYN_SENT → ESTABLISHED: the SYN-ACK comes, and is acknowledged.` */
  private changeText(change: StateChange): string {
    const { name, from, to, socket } = change;
    const known = transitionOf(change);
    const isUnderWay = this.data.sockets.some((one) => one.socket === socket && one.state === from);
    const when = isUnderWay ? t(', right now') : '';
    return t(
      '{0}: {1} → {2}{3}.',
      name,
      from,
      to,
      `${when}${known === undefined ? '' : t(': {0}', known.cause)}`,
    );
  }

  private listSockets(): void {
    const { selected, data } = this;
    this.element.classList.toggle('has-list', selected !== undefined);
    this.list.hidden = selected === undefined;
    const sockets = data.sockets.filter(({ state }) => state === selected);
    const text = JSON.stringify([selected, sockets]);
    if (text === this.listed || selected === undefined) return;
    this.listed = text;
    const heading = el('h2', {
      text: `${selected}: ${countText(sockets.length)}`,
    });
    const close = button({
      label: t('Close the list'),
      icon: 'close',
      iconOnly: true,
      onClick: () => this.select(undefined),
    });
    this.list.replaceChildren(
      el('div', { class: 'list-head' }, [heading, close.element]),
      el(
        'ul',
        {},
        sockets.map((socket) => this.row(socket)),
      ),
    );
  }
  private row({ socket, name, detail, packetFilter }: StateSocket): HTMLElement {
    const link = el('button', { class: 'text-link', text: name, title: t('Show it in the Sockets tree') });
    link.addEventListener('click', () => this.host.revealSocket(socket));
    const parts = [link];
    if (detail !== undefined) parts.push(el('span', { class: 'detail', text: detail }));
    if (packetFilter !== undefined)
      parts.push(
        button({
          label: t('Packets of {0}', name),
          icon: 'list-flat',
          iconOnly: true,
          onClick: () => this.host.showPackets(packetFilter),
        }).element,
      );
    return el('li', {}, parts);
  }
}

function countText(sockets: number): string {
  if (sockets === 0) return t('no sockets');
  return sockets === 1 ? t('1 socket') : t('{0} sockets', sockets);
}
