/**
 * The bytes of a piece of a stream: a block for each turn of an end, in it what each packet carries. A click or Enter
 * on a packet's bytes leads to the packet; arrow keys go from one to the next.
 */
import { el } from '../dom.ts';
import { t } from '../language.ts';
import { writer, type Format } from './formats.ts';
import type { FollowStreamResponse, StreamChunk } from './messages.ts';

export interface ContentEvents {
  onGoTo: (number: number) => void;
}

export class Content {
  readonly element = el('div', {
    class: 'content',
    role: 'region',
    tab: 0,
    aria: { label: t('Content of the stream') },
  });
  private readonly events: ContentEvents;
  private chunks: HTMLElement[] = [];

  constructor(events: ContentEvents) {
    this.events = events;
    this.element.addEventListener('click', (event) => {
      // Somebody who marks text wants to copy it.
      if (getSelection()?.isCollapsed !== false) this.goTo(event.target);
    });
    this.element.addEventListener('keydown', (event) => this.key(event));
  }

  /** @param isFirst nothing of the stream is before it */
  show({ chunks, client, server }: FollowStreamResponse, format: Format, isFirst: boolean): void {
    const writers = [writer(format), writer(format)] as const;
    this.chunks = [];
    const blocks: HTMLElement[] = [];
    if (isFirst)
      for (const { name, letGo } of [client, server])
        if (letGo > 0)
          blocks.push(
            el('p', { class: 'gap', text: t('[{0} bytes of {1} before are no longer kept]', letGo, name) }),
          );
    for (const turn of turnsOf(chunks)) blocks.push(this.turn(turn, writers));
    this.element.replaceChildren(...blocks);
    this.chunks[0]?.setAttribute('tabindex', '0');
  }

  say(message: string): void {
    this.chunks = [];
    this.element.replaceChildren(el('p', { class: 'empty', text: message }));
  }

  /** What is shown, as text. */
  get text(): string {
    return this.texts.map((one) => one.textContent).join('\n');
  }

  /** The elements with text, in order. */
  get texts(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('pre')];
  }

  private turn(
    chunks: readonly StreamChunk[],
    writers: readonly [
      { write: (bytes: Uint8Array, position: number) => string },
      { write: (bytes: Uint8Array, position: number) => string },
    ],
  ): HTMLElement {
    const [first, last] = [chunks[0]!, chunks.at(-1)!];
    const { isServer } = first;
    const bytes = chunks.reduce((sum, { base64 }) => sum + decoded(base64).length, 0);
    const packets =
      first.number === last.number
        ? t('packet {0}', first.number)
        : t('packets {0} to {1}', first.number, last.number);
    const words = isServer
      ? t('◀ Server, {0}, {1} bytes', packets, bytes)
      : t('▶ Client, {0}, {1} bytes', packets, bytes);
    const pre = el('pre');
    for (const { number, position, base64, missing } of chunks) {
      const text =
        missing === undefined
          ? writers[isServer ? 1 : 0].write(decoded(base64), position)
          : t('[{0} bytes missing in capture]', missing);
      const chunk = el('span', {
        class: missing === undefined ? 'chunk' : 'chunk gap',
        role: 'link',
        tab: -1,
        title: t('Packet {0}: click to show it in the list', number),
        text,
      });
      chunk.dataset['number'] = String(number);
      this.chunks.push(chunk);
      pre.append(chunk);
    }
    return el('section', { class: isServer ? 'turn server' : 'turn client' }, [
      el('h2', { text: words }),
      pre,
    ]);
  }

  private goTo(target: EventTarget | null): void {
    const number = (target as Element | null)?.closest<HTMLElement>('.chunk')?.dataset['number'];
    if (number !== undefined) this.events.onGoTo(Number(number));
  }

  private key(event: KeyboardEvent): void {
    const at = this.chunks.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    if (event.key === 'Enter') this.goTo(event.target);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const next = this.chunks[event.key === 'ArrowDown' ? at + 1 : at - 1];
      if (!next) return;
      this.chunks[at]!.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else return;
    event.preventDefault();
  }
}

/** Chunks of the same end that follow each other. */
function turnsOf(chunks: readonly StreamChunk[]): StreamChunk[][] {
  const turns: StreamChunk[][] = [];
  for (const chunk of chunks) {
    const turn = turns.at(-1);
    if (turn && turn[0]!.isServer === chunk.isServer) turn.push(chunk);
    else turns.push([chunk]);
  }
  return turns;
}

function decoded(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}
