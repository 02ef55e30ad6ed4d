/** The entries of both queues as chips. A chip belongs to a peer: it moves when its connection moves on. */
import { t } from '../../language.ts';
import type { ListenerChange, ListenerData, QueueEntry } from '../../../debug-adapter/protocol.ts';
import type { PictureHost } from '../picture.ts';
import { clickable, svg, titled } from '../svg.ts';
import { fitted } from '../textWidth.ts';
import { placesOf } from './queuesDrawing.ts';
import { CHIP, place, type Layout } from './queuesLayout.ts';

/** The button at the right end of a chip, that leads to its packets. */
const PACKETS = 24;

interface Chip {
  element: SVGGElement;
  outline: SVGElement;
  name: SVGElement;
  detail: SVGElement;
  link: SVGElement;
  packets: SVGElement;
  entry: QueueEntry;
}

export class Chips {
  readonly element = svg('g', { class: 'chips' });
  private readonly host: PictureHost;
  private readonly byPeer = new Map<string, Chip>();

  constructor(host: PictureHost) {
    this.host = host;
  }

  draw({ synQueue, acceptQueue }: ListenerData, at: Layout, latest: ListenerChange | undefined): void {
    const seen = new Set<string>();
    const queues = [
      { name: t('SYN queue'), queue: synQueue, box: at.synQueue },
      { name: t('accept queue'), queue: acceptQueue, box: at.acceptQueue },
    ];
    for (const { name, queue, box } of queues) {
      const { shown } = placesOf(box, queue);
      for (const [index, entry] of queue.entries.slice(0, shown).entries()) {
        const chip = this.byPeer.get(entry.peer) ?? this.create(entry, at);
        seen.add(entry.peer);
        this.fill(chip, entry, name, box.chip);
        const { x, y } = place(box, index);
        chip.element.style.transform = `translate(${x}px, ${y}px)`;
        chip.element.classList.toggle('changed', latest?.peer === entry.peer);
      }
    }
    for (const [peer, { element }] of this.byPeer) {
      if (seen.has(peer)) continue;
      this.byPeer.delete(peer);
      element.remove();
    }
  }

  clear(): void {
    this.byPeer.clear();
    this.element.replaceChildren();
  }

  /** It begins where SYNs come from. */
  private create(entry: QueueEntry, { syn }: Layout): Chip {
    const outline = svg('rect', { class: 'outline', height: CHIP.height, rx: 4 });
    const name = svg('text', { class: 'chip-name', x: 8, y: 15 });
    const detail = svg('text', { class: 'chip-detail', x: 8, y: 29 });
    const link = svg('g', { class: 'link' }, [outline, name, detail]);
    const packets = svg('g', { class: 'link packets' }, [
      svg('rect', { class: 'hit', width: PACKETS, height: PACKETS, rx: 4 }),
      svg('path', { d: 'M6 8h11m-11 4h11m-11 4h11' }),
    ]);
    const element = svg('g', { class: 'chip' }, [link, packets]);
    const chip: Chip = { element, outline, name, detail, link, packets, entry };
    clickable(link, 'link', () => this.host.revealSocket(chip.entry.socket));
    clickable(packets, 'link', () => this.host.showPackets(chip.entry.packetFilter ?? ''));
    this.byPeer.set(entry.peer, chip);
    element.style.transform = `translate(${syn.x1}px, ${syn.y1 - CHIP.height / 2}px)`;
    this.element.append(element);
    // Laid out there first, so that it moves from there.
    element.getBoundingClientRect();
    return chip;
  }

  private fill(chip: Chip, entry: QueueEntry, queue: string, width: number): void {
    const { outline, name, detail, link, packets } = chip;
    chip.entry = entry;
    outline.setAttribute('width', String(width));
    packets.setAttribute('transform', `translate(${width - PACKETS} 0)`);
    name.textContent = fitted(entry.name, width - PACKETS - 8, 12);
    detail.textContent = fitted(`${entry.age} · ${entry.state}`, width - 12, 10.5);
    titled(
      link,
      t(
        '{0}, {1}, in the {2} for {3}, {4}: show it in the Sockets tree',
        entry.name,
        entry.peer,
        queue,
        entry.age,
        entry.state,
      ),
    );
    titled(packets, t('Packets of {0}', entry.name));
    packets.toggleAttribute('hidden', entry.packetFilter === undefined);
  }
}
