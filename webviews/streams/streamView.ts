/** The page of a followed stream: which stream, of which end, in which form, and the piece of it that is shown. */
import { el, setText } from '../dom.ts';
import { t } from '../language.ts';
import { button, textField } from '../toolkit.ts';
import { Content } from './content.ts';
import { Finder } from './finder.ts';
import { FORMATS, type Format } from './formats.ts';
import { Host, type Announcement } from './host.ts';
import type { FollowStreamResponse, StreamDirection, StreamEnd, StreamProtocolName } from './messages.ts';

const DIRECTIONS = ['both', 'client', 'server'] as const;

export class StreamView {
  private readonly root: HTMLElement;
  private readonly host = new Host((message) => this.announced(message));
  private readonly content = new Content({ onGoTo: (number) => this.host.post({ type: 'goTo', number }) });
  private readonly finder = new Finder();
  private readonly heading = el('h1', { class: 'spoken' });
  private readonly number = textField(t('Stream number'), '', () => undefined);
  private readonly streams = el('span', { class: 'streams' });
  private readonly direction = choice(t('Which end'), DIRECTIONS, (one) => directionNames()[one]);
  private readonly format = choice(t('Show as'), FORMATS, (one) => formatNames()[one]);
  private readonly wanted = textField(t('Find'), t('Find in the stream'), () => this.finder.reset());
  private readonly status = el('span', { class: 'status', role: 'status' });
  private readonly clientLine = el('span', { class: 'end client' });
  private readonly serverLine = el('span', { class: 'end server' });
  private readonly pieces = el('span', { class: 'pieces' });
  private readonly pieceText = el('span');
  private protocol: StreamProtocolName = 'tcp';
  private stream = 0;
  private piece = 0;
  private shown: FollowStreamResponse | null = null;
  /** Answers to earlier questions say nothing any more. */
  private questions = 0;
  private searches = 0;

  constructor(root: HTMLElement) {
    this.root = root;
    const saved = this.host.load() as { format?: unknown } | undefined | null;
    const format = FORMATS.find((one) => one === saved?.format);
    if (format) this.format.value = format;
  }

  start(): void {
    const icon = (label: string, glyph: string, onClick: () => void) =>
      button({ label, icon: glyph, iconOnly: true, onClick }).element;
    this.pieces.append(
      icon(t('Previous piece'), 'arrow-left', () => void this.fetch(this.piece - 1)),
      this.pieceText,
      icon(t('Next piece'), 'arrow-right', () => void this.fetch(this.piece + 1)),
    );
    this.root.append(
      el('header', { class: 'toolbar' }, [
        this.heading,
        el('div', { class: 'group' }, [
          icon(t('Previous stream'), 'chevron-left', () => this.follow(this.stream - 1)),
          this.number.element,
          this.streams,
          icon(t('Next stream'), 'chevron-right', () => this.follow(this.stream + 1)),
        ]),
        el('div', { class: 'group' }, [this.direction, this.format]),
        el('search', { class: 'group find', aria: { label: t('Find in the stream') } }, [
          this.wanted.element,
          icon(t('Previous place'), 'arrow-up', () => void this.find(true)),
          icon(t('Next place'), 'arrow-down', () => void this.find(false)),
        ]),
        el('div', { class: 'group' }, [
          button({ label: t('Save As…'), icon: 'save', onClick: () => this.save() }).element,
          button({ label: t('Copy'), icon: 'copy', onClick: () => this.copy() }).element,
          button({ label: t('Filter Out This Stream'), icon: 'filter', onClick: () => this.filterOut() })
            .element,
        ]),
      ]),
      el('main', {}, [
        el('div', { class: 'ends' }, [this.clientLine, this.serverLine, this.pieces, this.status]),
        this.content.element,
      ]),
    );
    this.direction.addEventListener('change', () => void this.fetch(0));
    this.format.addEventListener('change', () => {
      this.host.save({ format: this.format.value });
      if (this.shown) this.show(this.shown);
    });
    this.number.element.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') this.follow(Number(this.number.value));
    });
    this.wanted.element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') void this.find(event.shiftKey);
      else if (event.key === 'Escape') this.searches++;
    });
    this.host.post({ type: 'ready' });
  }

  private announced(message: Announcement): void {
    if (message.type === 'changed') return void this.fetch(this.piece);
    this.protocol = message.protocol;
    this.stream = message.stream;
    void this.fetch(0);
  }

  /** Steps to another stream. */
  private follow(stream: number): void {
    const last = (this.shown?.streams ?? 1) - 1;
    if (!Number.isInteger(stream) || stream < 0 || stream > last) {
      setText(this.status, t('Write a number from 0 to {0}', last));
      return;
    }
    this.stream = stream;
    this.host.post({ type: 'follow', protocol: this.protocol, stream });
    void this.fetch(0);
  }

  /** Asks for a piece, and again as long as not all packets are looked at. */
  private async fetch(piece: number): Promise<boolean> {
    const question = ++this.questions;
    const { protocol, stream } = this;
    try {
      for (;;) {
        const direction = this.direction.value as StreamDirection;
        const followed = await this.host.getPiece({ protocol, stream, direction, piece: Math.max(0, piece) });
        if (question !== this.questions) return false;
        this.show(followed);
        if (!followed.following) return true;
      }
    } catch (error) {
      if (question !== this.questions) return false;
      this.shown = null;
      this.content.say(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  private show(followed: FollowStreamResponse): void {
    const { protocol, stream, streams, client, server, pieces, piece, chunks, following } = followed;
    const isOther =
      this.shown?.stream !== stream || this.shown.protocol !== protocol || this.shown.piece !== piece;
    const key = (one: FollowStreamResponse | null) =>
      one && JSON.stringify([one.chunks.length, one.chunks.at(-1), one.chunks[0]?.number, one.client.letGo]);
    const isSame = !isOther && key(this.shown) === key(followed) && this.shown !== followed;
    this.shown = followed;
    this.piece = piece;
    setText(this.heading, t('{0} stream {1}', protocol.toUpperCase(), stream));
    if (document.activeElement !== this.number.element) this.number.value = String(stream);
    setText(this.streams, t('of {0}', streams));
    setText(this.clientLine, t('▶ Client {0}', endText(client)));
    setText(this.serverLine, t('◀ Server {0}', endText(server)));
    this.pieces.hidden = pieces < 2;
    setText(this.pieceText, t('piece {0} of {1}', piece + 1, pieces));
    setText(
      this.status,
      following ? t('Following… {0} %', Math.floor((100 * following.done) / following.of)) : '',
    );
    if (isSame) return;
    if (isOther) this.finder.reset();
    const { element } = this.content;
    const top = isOther ? 0 : element.scrollTop;
    if (chunks.length > 0) this.content.show(followed, this.format.value as Format, piece === 0);
    else if (!following) this.content.say(t('No bytes were sent in this direction.'));
    element.scrollTop = top;
  }

  /** Looks in this piece, then in the others, and goes on at the other end. */
  private async find(backwards: boolean): Promise<void> {
    const wanted = this.wanted.value;
    if (wanted === '' || !this.shown) return;
    const search = ++this.searches;
    const { pieces } = this.shown;
    setText(this.status, t('Searching…'));
    for (let looked = 0; looked <= pieces; looked++) {
      if (this.finder.find(this.content.texts, wanted, backwards)) return setText(this.status, '');
      this.finder.reset();
      if (pieces > 1) {
        const next = (this.piece + (backwards ? -1 : 1) + pieces) % pieces;
        if (!(await this.fetch(next)) || search !== this.searches) return;
        setText(this.status, t('Searching…'));
      }
    }
    setText(this.status, t('“{0}” is not in the stream', wanted));
  }

  private save(): void {
    const { protocol, stream } = this;
    this.host.post({ type: 'save', protocol, stream, direction: this.direction.value as StreamDirection });
  }

  private copy(): void {
    const pieces = this.shown?.pieces ?? 0;
    const what = pieces > 1 ? t('piece {0} of {1}', this.piece + 1, pieces) : t('the stream');
    this.host.post({ type: 'copy', text: this.content.text, what });
  }

  private filterOut(): void {
    this.host.post({ type: 'filterOut', protocol: this.protocol, stream: this.stream });
  }
}

/** `10.0.0.1:40312: 1,234 bytes in 5 packets, 20 missing` */
function endText({ name, bytes, packets, missing, waiting }: StreamEnd): string {
  const number = (count: number) => count.toLocaleString('en');
  const gaps = missing > 0 ? t(', {0} missing', number(missing)) : '';
  const early = waiting > 0 ? t(', {0} wait for others before them', number(waiting)) : '';
  return t('{0}: {1} bytes in {2} packets{3}{4}', name, number(bytes), number(packets), gaps, early);
}

function directionNames(): Readonly<Record<StreamDirection, string>> {
  return { both: t('Both ends'), client: t('Client only'), server: t('Server only') };
}

function formatNames(): Readonly<Record<Format, string>> {
  return { utf8: t('UTF-8'), ascii: t('ASCII'), hexDump: t('Hex Dump'), raw: t('Raw') };
}

function choice<T extends string>(
  label: string,
  values: readonly T[],
  name: (value: T) => string,
): HTMLSelectElement {
  const select = document.createElement('select');
  select.setAttribute('aria-label', label);
  select.append(...values.map((value) => new Option(name(value), value)));
  return select;
}
