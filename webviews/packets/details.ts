/** The selected packet: its layers and its bytes side by side; selecting in one marks the other. */
import { t } from '../language.ts';
import { el, setText } from '../dom.ts';
import type { PacketFate, PacketRow, ToPanelOf } from '../messages.ts';
import { button, type ButtonControl } from '../toolkit.ts';
import { BytesPane, type SourceRange } from './bytesPane.ts';
import type { MenuPlace } from '../menu.ts';
import { FieldTree, type TreeNode } from './fieldTree.ts';
import { Story } from './story.ts';

export interface DetailsEvents {
  onGoToCode: (number: number, which: 'sent' | 'received') => void;
  onGoToCause: (number: number) => void;
  onShowCauses: (number: number) => void;
  onCopy: (text: string, what: string) => void;
  /** Copy the whole packet as text. */
  onCopyPacket: (number: number) => void;
  onFieldMenu: (number: number, node: TreeNode, place: MenuPlace) => void;
  /** A field leads to another packet. */
  onFollow: (number: number) => void;
  onBytesMenu: (number: number, range: SourceRange, place: MenuPlace) => void;
  onLeave: () => void;
}

const RECEIVED = t('Received by…');
/** Shown instead: a frame that no code has received. */
const NOT_RECEIVED = new Map<PacketFate | undefined, string>([
  ['in flight', t('Not received yet')],
  ['lost', t('Lost on the wire')],
]);

export class Details {
  readonly element: HTMLElement;
  private readonly title = el('span', { class: 'title' });
  private readonly message = el('p', { class: 'message', role: 'status' });
  private readonly panes: HTMLElement;
  private readonly sent: ButtonControl;
  private readonly received: ButtonControl;
  private readonly story: Story;
  private readonly tree: FieldTree;
  private readonly bytes: BytesPane;
  private packet: ToPanelOf<'packet'> | null = null;

  constructor(events: DetailsEvents) {
    const copy = (text: string, what = t('field')) => events.onCopy(text, what);
    this.tree = new FieldTree({
      onSelect: (node) => this.bytes.select(node),
      onHover: (node) => this.bytes.hover(node),
      onCopy: copy,
      onFollow: events.onFollow,
      onMenu: (node, place) => {
        if (this.packet) events.onFieldMenu(this.packet.number, node, place);
      },
      onLeave: events.onLeave,
    });
    this.bytes = new BytesPane({
      onSelect: (source, offset) => {
        const node = this.tree.nodeAt(source, offset);
        this.tree.select(node);
        this.bytes.select(node);
      },
      onHover: (source, offset) => {
        const node = offset === null ? null : this.tree.nodeAt(source, offset);
        this.tree.hover(node);
        this.bytes.hover(node);
      },
      onCopy: copy,
      onMenu: (range, place) => {
        if (this.packet) events.onBytesMenu(this.packet.number, range, place);
      },
      onLeave: events.onLeave,
    });
    const goTo = (which: 'sent' | 'received') => () => {
      if (this.packet) events.onGoToCode(this.packet.number, which);
    };
    this.sent = button({
      label: t('Sent by…'),
      tooltip: t('The code that sent this packet: its call stack'),
      onClick: goTo('sent'),
    });
    this.received = button({
      label: RECEIVED,
      tooltip: t('The code that received this packet: its call stack'),
      onClick: goTo('received'),
    });
    const bar = el('div', { class: 'bar' }, [
      this.title,
      el('span', { class: 'of-machine' }, [this.sent.element, this.received.element]),
      button({
        label: t('Copy packet'),
        icon: 'copy',
        iconOnly: true,
        tooltip: t('Copy this packet as text'),
        onClick: () => {
          if (this.packet) events.onCopyPacket(this.packet.number);
        },
      }).element,
    ]);
    this.story = new Story({
      onGoToCause: () => this.packet && events.onGoToCause(this.packet.number),
      onShowCauses: () => this.packet && events.onShowCauses(this.packet.number),
    });
    this.panes = el('div', { class: 'panes' }, [this.tree.element, this.bytes.element]);
    this.element = el('section', { class: 'details', aria: { label: t('Selected packet') } }, [
      bar,
      this.story.element,
      this.message,
      this.panes,
    ]);
    this.clear();
  }

  show(packet: ToPanelOf<'packet'>, row: PacketRow | undefined): void {
    this.packet = packet;
    this.say('');
    this.element.classList.remove('none', 'nothing');
    setText(this.title, t('Packet {0}', packet.number));
    this.sayFate(row?.fate);
    this.story.show(packet.story);
    this.tree.show(packet.layers);
    this.bytes.show(packet.sources);
    this.bytes.select(this.tree.selection);
  }

  /** The fate of the shown packet may now be known. */
  update(row: PacketRow): void {
    if (row.number !== this.packet?.number) return;
    this.sayFate(row.fate);
  }

  private sayFate(fate: PacketFate | undefined): void {
    const notReceived = NOT_RECEIVED.get(fate);
    this.received.setLabel(notReceived ?? RECEIVED);
    this.received.setEnabled(notReceived === undefined);
  }

  clear(): void {
    this.fail(t('Select a packet to see its layers and bytes.'));
    this.element.classList.add('nothing');
  }

  /** No packet to show, and why. */
  fail(reason: string): void {
    this.packet = null;
    this.element.classList.remove('nothing');
    this.element.classList.add('none');
    setText(this.title, '');
    this.story.show(undefined);
    this.say(reason);
  }

  focus(): void {
    this.tree.focus();
  }

  private say(text: string): void {
    this.message.hidden = text === '';
    this.panes.hidden = text !== '';
    setText(this.message, text);
  }
}
