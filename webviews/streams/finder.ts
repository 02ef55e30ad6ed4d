/** Finds text in what is shown of a stream, and marks it. */

/** Where a text was found: in which element, and at which character. */
interface Place {
  readonly element: number;
  readonly at: number;
}

const HIGHLIGHT = 'found';

export class Finder {
  private place: Place | null = null;

  /** Begin anew: at the first element or behind the last. */
  reset(): void {
    this.place = null;
    CSS.highlights.delete(HIGHLIGHT);
  }

  /** Marks the next place and scrolls to it. @returns whether there is one */
  find(texts: readonly HTMLElement[], wanted: string, backwards: boolean): boolean {
    const needle = wanted.toLowerCase();
    const from = this.place ?? { element: backwards ? texts.length - 1 : 0, at: backwards ? Infinity : -1 };
    for (let element = from.element; texts[element]; element += backwards ? -1 : 1) {
      const text = texts[element]!.textContent.toLowerCase();
      const begin = element === from.element ? from.at : backwards ? Infinity : -1;
      const at = backwards
        ? begin <= 0
          ? -1
          : text.lastIndexOf(needle, begin - 1)
        : text.indexOf(needle, begin + 1);
      if (at < 0) continue;
      this.place = { element, at };
      this.mark(texts[element]!, at, needle.length);
      return true;
    }
    return false;
  }

  private mark(element: HTMLElement, at: number, length: number): void {
    const range = new Range();
    const [begin, end] = [nodeAt(element, at), nodeAt(element, at + length)];
    range.setStart(begin.node, begin.at);
    range.setEnd(end.node, end.at);
    CSS.highlights.set(HIGHLIGHT, new Highlight(range));
    begin.node.parentElement?.scrollIntoView({ block: 'nearest' });
    const { top, bottom } = range.getBoundingClientRect();
    const scroller = element.closest('.content');
    const view = scroller?.getBoundingClientRect();
    if (scroller && view && (top < view.top || bottom > view.bottom))
      scroller.scrollTop += top - view.top - view.height / 3;
  }
}

/** The text node with a character, and where it is in it. */
function nodeAt(element: HTMLElement, at: number): { node: Node; at: number } {
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = at;
  let last: Node = element;
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const { length } = node.textContent ?? '';
    if (left <= length) return { node, at: left };
    left -= length;
    last = node;
  }
  return { node: last, at: (last.textContent ?? '').length };
}
