/**
 * The position in a list that is taller than a browser can make an element: there 33 million device pixels are the
 * limit, which is 760,000 rows on a screen of double density. The element stays below that. A drag of its scrollbar goes
 * to the same part of the list, a short move goes as far in the list as in the element.
 */

/** Highest element, in CSS pixels: within the limit at a density of four. */
const TALLEST = 8_000_000;
/** At both ends the element moves as the list does, so that the last step is not cut short. */
const EDGE = 100_000;
/** In between short moves lead the element away from where it should be: so far, then it is put there again. */
const MAX_DRIFT = 50_000;

/** What scrolls. */
export interface Scroller {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

export class TallScroll {
  private readonly scroller: Scroller;
  /** Height of the list, and of what is above it in the scroller. */
  private total = 0;
  private readonly above: number;
  /** The position, and the element's when it was looked at last. */
  private position = 0;
  private elementTop = 0;

  constructor(scroller: Scroller, above: number) {
    this.scroller = scroller;
    this.above = above;
  }

  setTotal(total: number): void {
    this.total = total;
  }

  /** Height of the element that stands for the list. */
  get height(): number {
    return Math.min(this.total, TALLEST);
  }

  /** Position in the list: how much of it is above the view. */
  get top(): number {
    return this.position;
  }

  /** The largest position. */
  get end(): number {
    return Math.max(0, this.total + this.above - this.scroller.clientHeight);
  }

  /** What is at a position in the list is so much higher in the element. */
  get offset(): number {
    return this.position - this.elementTop;
  }

  /** Takes in that the element was scrolled, or that the list has another height. */
  update(): void {
    const { scroller, end } = this;
    const { scrollTop } = scroller;
    if (this.total <= TALLEST) {
      this.position = scrollTop;
      this.elementTop = scrollTop;
      return;
    }
    const moved = scrollTop - this.elementTop;
    const isShort = Math.abs(moved) <= scroller.clientHeight;
    const position = isShort ? this.position + moved : Math.round(this.inList(scrollTop));
    this.position = Math.min(end, Math.max(0, position));
    this.elementTop = scrollTop;
    const drift = Math.abs(scrollTop - this.inElement(this.position));
    const isAtEdge = this.position < EDGE || this.position > end - EDGE;
    if (drift > (isAtEdge ? 1 : MAX_DRIFT)) this.align();
  }

  moveTo(position: number): void {
    this.position = Math.min(this.end, Math.max(0, position));
    this.align();
  }

  /** Puts the element where the position is. */
  private align(): void {
    const { scroller } = this;
    const isWhole = this.total <= TALLEST;
    scroller.scrollTop = isWhole ? this.position : this.inElement(this.position);
    // It may be rounded.
    this.elementTop = scroller.scrollTop;
    if (isWhole) this.position = this.elementTop;
  }

  private inElement(position: number): number {
    return between(position, this.end, this.elementEnd);
  }

  private inList(elementTop: number): number {
    return between(elementTop, this.elementEnd, this.end);
  }

  private get elementEnd(): number {
    return this.scroller.scrollHeight - this.scroller.clientHeight;
  }
}

/** The place on a way of another length that is as far from its begin, or its end, and in proportion between the edges. */
function between(at: number, end: number, otherEnd: number): number {
  if (at <= EDGE) return at;
  if (at >= end - EDGE) return otherEnd - (end - at);
  return EDGE + ((at - EDGE) * (otherEnd - 2 * EDGE)) / (end - 2 * EDGE);
}
