/** A queue ordered by time, for hrtimers and hardware events. */

export interface TimedEvent {
  /** In ns of the monotonic clock. */
  expires: number;
  /** Orders events of the same time: the first queued runs first. */
  sequence: number;
  /** Its index in the heap; -1 when it is not queued. */
  entry: number;
}

/** A binary heap that records the index of each element, so that any element can be removed. */
export class EventHeap<T extends TimedEvent> {
  #heap: T[] = [];
  #sequence = 0;

  /** When the first event is due, in ns; Infinity: none. */
  get next(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!.expires;
  }
  get length(): number {
    return this.#heap.length;
  }
  /** In no particular order. */
  values(): readonly T[] {
    return this.#heap;
  }

  push(event: T, expires: number): void {
    event.expires = expires;
    event.sequence = this.#sequence++;
    event.entry = this.#heap.length;
    this.#heap.push(event);
    this.#up(event.entry);
  }

  /** Remove and return the first event. */
  shift(): T | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(event: T): boolean {
    const at = event.entry;
    if (at < 0) return false;
    const last = this.#heap.pop()!;
    event.entry = -1;
    if (last !== event) {
      this.#heap[at] = last;
      last.entry = at;
      this.#up(at);
      this.#down(last.entry);
    }
    return true;
  }

  #before(a: T, b: T): boolean {
    return a.expires < b.expires || (a.expires === b.expires && a.sequence < b.sequence);
  }

  #up(at: number): void {
    const heap = this.#heap;
    const event = heap[at]!;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above]!;
      if (!this.#before(event, parent)) break;
      heap[at] = parent;
      parent.entry = at;
      at = above;
    }
    heap[at] = event;
    event.entry = at;
  }

  #down(at: number): void {
    const heap = this.#heap;
    const event = heap[at]!;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && this.#before(heap[below + 1]!, heap[below]!)) below++;
      const child = heap[below]!;
      if (!this.#before(child, event)) break;
      heap[at] = child;
      child.entry = at;
      at = below;
    }
    heap[at] = event;
    event.entry = at;
  }
}
