/** The rings of a NIC: which NIC is shown, what its rings have in them, and a sentence about it. */
import { t } from '../../language.ts';
import type { NicRings, Ring, RingsData, WantedOf } from '../../../debug-adapter/protocol.ts';
import { el, setText } from '../../dom.ts';
import type { Emptiness, Picture, PictureHost, Table } from '../picture.ts';
import { fillSelect, option, select } from '../select.ts';
import { plural } from '../sequence/words.ts';
import { RingsDrawing } from './ringsDrawing.ts';

const KINDS = {
  toSend: t('to be sent'),
  sent: t('sent, not cleaned up'),
  received: t('received, not taken'),
} as const;

export class RingsPicture implements Picture<'rings'> {
  readonly id = 'rings';
  readonly title = t('Rings');
  readonly tooltip = t(
    'The descriptor rings of each NIC: how they fill and drain, and where driver and hardware are.',
  );
  readonly element: HTMLElement;
  private readonly nic = select(t('Network interface'), () => this.choose());
  private readonly sentence = el('p', { class: 'sentence', role: 'status' });
  private readonly place = el('div', { class: 'rings-place' });
  private readonly drawing: RingsDrawing;
  private readonly host: PictureHost;
  private readonly onChoose: (nic: string) => void;
  private nics: readonly NicRings[] = [];
  /** The NIC that the user has chosen; where it is not, the busy one is shown. */
  private chosen: string | undefined;

  /** @param chosen the NIC that the user chose the last time */
  constructor(host: PictureHost, chosen: string | undefined, onChoose: (nic: string) => void) {
    this.host = host;
    this.chosen = chosen;
    this.onChoose = onChoose;
    this.drawing = new RingsDrawing({ onPacket: (number) => host.revealPacket(number) });
    this.place.append(this.drawing.element);
    this.element = el('div', { class: 'rings' }, [
      el('div', { class: 'words' }, [this.nic, this.sentence, legend()]),
      this.place,
    ]);
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  asks(): WantedOf<'rings'> {
    return { picture: this.id };
  }

  show({ nics, busy }: RingsData): void {
    this.nics = nics;
    fillSelect(
      this.nic,
      nics.map(({ name }) => option(name, name)),
      nics.some(({ name }) => name === this.chosen) ? this.chosen : busy,
    );
    this.nic.disabled = nics.length < 2;
    this.draw();
  }

  resize(): void {
    const { shown } = this;
    const { clientWidth, clientHeight } = this.place;
    if (shown !== undefined && clientWidth > 0) this.drawing.draw(shown, clientWidth, clientHeight);
  }

  clear(): void {
    this.nics = [];
    this.drawing.clear();
  }

  emptiness(): Emptiness | undefined {
    if (this.nics.length > 0) return undefined;
    return { title: t('No NIC'), text: t('The hosts of this program have no network interface.') };
  }

  table(): Table {
    const { shown } = this;
    const rows = (name: string, ring: Ring) =>
      ring.entries.map(({ index, kind, packet, bytes, about }) => [
        name,
        String(index),
        KINDS[kind],
        packet === undefined ? '' : String(packet),
        String(bytes),
        about,
      ]);
    const positions = (name: string, { head, tail, nextToUse, nextToClean }: Ring) =>
      `${name}: next_to_use ${nextToUse}, next_to_clean ${nextToClean}, head ${head}, tail ${tail}.`;
    return {
      caption:
        shown === undefined
          ? t('No NIC.')
          : [`${shown.name}.`, sentenceOf(shown), positions('TX', shown.tx), positions('RX', shown.rx)].join(
              ' ',
            ),
      headers: [t('Ring'), t('Descriptor'), t('State'), t('Packet'), t('Bytes'), t('What')],
      rows: shown === undefined ? [] : [...rows('TX', shown.tx), ...rows('RX', shown.rx)],
    };
  }

  svg(): SVGSVGElement {
    return this.drawing.element;
  }

  private get shown(): NicRings | undefined {
    return this.nics.find(({ name }) => name === this.nic.value) ?? this.nics[0];
  }
  private choose(): void {
    this.chosen = this.nic.value;
    this.onChoose(this.chosen);
    this.draw();
  }
  private draw(): void {
    const { shown } = this;
    setText(this.sentence, shown === undefined ? '' : sentenceOf(shown));
    this.resize();
    this.host.changed();
  }
}

/** `2 descriptors to be sent, 1 sent and not cleaned up; no frame waits for the driver.` */
function sentenceOf({ tx, rx, isStopped }: NicRings): string {
  const toSend = (tx.tail - tx.head) & (tx.count - 1);
  const sent = (tx.head - tx.nextToClean) & (tx.count - 1);
  const waiting = tx.used - toSend - sent;
  const parts = [
    toSend === 0 ? '' : plural(toSend, t('{0} descriptor to be sent'), t('{0} descriptors to be sent')),
    waiting <= 0
      ? ''
      : plural(
          waiting,
          t('{0} descriptor filled, the doorbell not yet rung'),
          t('{0} descriptors filled, the doorbell not yet rung'),
        ),
    sent === 0 ? '' : t('{0} sent and not cleaned up', sent),
  ].filter((part) => part !== '');
  const sending = parts.length === 0 ? t('nothing to send') : parts.join(t(', '));
  const receiving =
    rx.used === 0
      ? t('no frame waits for the driver')
      : plural(
          rx.used,
          t('{0} descriptor with frames for the driver'),
          t('{0} descriptors with frames for the driver'),
        );
  const stopped = isStopped ? ` ${t('The queue is stopped: packets wait in the qdisc.')}` : '';
  const text = `${t('{0}; {1}.', sending, receiving)}${stopped}`;
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

function legend(): HTMLElement {
  const entry = (kind: string, text: string) =>
    el('span', { class: 'entry' }, [
      el('span', { class: `swatch ${kind}` }),
      document.createTextNode(` ${text}`),
    ]);
  return el('span', { class: 'rings-legend' }, [
    entry('toSend', t('to be sent')),
    entry('sent', t('sent')),
    entry('received', t('received')),
    entry('buffer', t('buffer for the NIC')),
    entry('free', t('free')),
  ]);
}
