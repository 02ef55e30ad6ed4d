/** A packet's way: which packet is shown, its stations, and a sentence about the whole. */
import type { WantedOf, WayData, WayResponse, WayStation } from '../../../debug-adapter/protocol.ts';
import { el, setText } from '../../dom.ts';
import { t } from '../../language.ts';
import { button } from '../../toolkit.ts';
import type { Emptiness, Picture, PictureHost, Table } from '../picture.ts';
import { fillSelect, option, select } from '../select.ts';
import { WayDrawing } from './wayDrawing.ts';
import { sentenceOf, wayTable } from './words.ts';

export class WayPicture implements Picture<'way'> {
  readonly id = 'way';
  readonly title = t("A Packet's Way");
  readonly tooltip = t(
    'The stations of one packet, from send() to recv(): when it was there, and who held it.',
  );
  readonly element: HTMLElement;
  private readonly host: PictureHost;
  private readonly packet = select(t('Packet'), () => this.choose(Number(this.packet.value)));
  private readonly sentence = el('p', { class: 'sentence', role: 'status' });
  private readonly place = el('div', { class: 'way-place' });
  private readonly drawing: WayDrawing;
  private readonly tools = {
    earlier: button({
      label: t('The packet before'),
      icon: 'chevron-left',
      iconOnly: true,
      onClick: () => this.move(1),
    }),
    later: button({
      label: t('The packet after'),
      icon: 'chevron-right',
      iconOnly: true,
      onClick: () => this.move(-1),
    }),
    newest: button({
      label: t('The newest'),
      icon: 'arrow-circle-right',
      iconOnly: true,
      onClick: () => this.choose(undefined),
    }),
    show: button({ label: t('Show Packet'), onClick: () => this.showPacket() }),
  };
  private data: WayResponse | undefined;
  /** The packet to be shown; undefined: the newest. */
  private wanted: number | undefined;

  constructor(host: PictureHost) {
    this.host = host;
    this.drawing = new WayDrawing({ onStation: (station) => this.goTo(station) });
    this.place.append(this.drawing.element);
    const { earlier, later, newest, show } = this.tools;
    this.element = el('div', { class: 'way' }, [
      el('div', { class: 'words' }, [
        this.packet,
        earlier.element,
        later.element,
        newest.element,
        this.sentence,
        show.element,
      ]),
      this.place,
    ]);
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  asks(): WantedOf<'way'> {
    return { picture: this.id, ...(this.wanted !== undefined && { number: this.wanted }) };
  }

  /** Shows this packet from now on. */
  focusOnPacket(number: number): void {
    this.wanted = number;
  }

  show({ picture: _picture, ...data }: WayData): void {
    // Another one was chosen in the meantime, and is asked for.
    if (this.wanted !== undefined && data.packet?.number !== this.wanted) return;
    this.data = data;
    const { packets, packet } = data;
    const isListed = packets.some(({ number }) => number === packet?.number);
    const listed = packet === undefined || isListed ? packets : [...packets, packet];
    fillSelect(
      this.packet,
      listed.map(({ number, label }) => option(String(number), `${number}  ${label}`)),
      packet === undefined ? undefined : String(packet.number),
    );
    setText(this.sentence, sentenceOf(data));
    this.tools.earlier.setEnabled(this.neighbour(1) !== undefined);
    this.tools.later.setEnabled(this.neighbour(-1) !== undefined);
    this.tools.newest.setEnabled(this.wanted !== undefined);
    this.resize();
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.place;
    if (this.data !== undefined && clientWidth > 0) this.drawing.draw(this.data, clientWidth, clientHeight);
  }

  clear(): void {
    this.data = undefined;
    this.wanted = undefined;
    this.packet.replaceChildren();
    this.drawing.clear();
  }

  emptiness(): Emptiness | undefined {
    if (this.data === undefined || this.data.stations.length > 0) return undefined;
    return {
      title: t('No packet yet'),
      text: t(
        'The stations of a packet, from send() to recv(), are drawn here as soon as one is sent: continue, or step on.',
      ),
    };
  }

  table(): Table {
    return wayTable(this.data);
  }

  svg(): SVGSVGElement {
    return this.drawing.element;
  }

  /** The number of a packet before or after; undefined: there is none. Older ones are not in the list. */
  private neighbour(step: number): number | undefined {
    const { packets = [], packet } = this.data ?? {};
    if (packet === undefined) return undefined;
    const at = packets.findIndex(({ number }) => number === packet.number);
    if (packets[at + step] !== undefined && at >= 0) return packets[at + step]!.number;
    const next = packet.number - step;
    return next >= 1 && next <= packets[0]!.number ? next : undefined;
  }
  private move(step: number): void {
    const next = this.neighbour(step);
    if (next !== undefined) this.choose(next);
  }
  private choose(number: number | undefined): void {
    this.wanted = number;
    this.host.ask();
  }
  private goTo({ location, at }: WayStation): void {
    this.host.pointAt(at);
    if (location !== undefined) this.host.openCode(location);
  }
  private showPacket(): void {
    const packet = this.data?.packet;
    if (packet !== undefined) this.host.revealPacket(packet.number);
  }
}
