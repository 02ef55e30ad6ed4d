/** What keeps an event loop running: handles that are active, and requests that have not ended. */
import type { uv_loop } from './loop.ts';

/** A socket or another object of the loop, until it is closed. libuv: uv_handle_t */
export class uv_handle {
  readonly loop: uv_loop;
  is_ref = true;
  is_closing = false;
  #is_active = false;

  constructor(loop: uv_loop) {
    this.loop = loop;
  }
  get is_active(): boolean {
    return this.#is_active;
  }
  /** An active handle keeps the loop running if it is referenced. */
  set is_active(is_active: boolean) {
    if (is_active === this.#is_active) return;
    this.#is_active = is_active;
    if (this.is_ref) this.loop.active += is_active ? 1 : -1;
  }
  set_ref(is_ref: boolean): void {
    if (is_ref === this.is_ref) return;
    this.is_ref = is_ref;
    if (this.#is_active) this.loop.active += is_ref ? 1 : -1;
    this.loop.wake();
  }
}

/** A request keeps the loop running until it has ended. */
export class uv_req {
  readonly loop: uv_loop;
  readonly #cb: (status: number) => void;
  #is_pending = true;

  /** @param cb called once, in a round of the loop, with 0 or a negative errno */
  constructor(loop: uv_loop, cb: (status: number) => void) {
    this.loop = loop;
    this.#cb = cb;
    loop.active++;
  }
  /** The request has ended: call its callback now. */
  done(status: number): void {
    if (!this.#is_pending) return;
    this.#is_pending = false;
    this.loop.active--;
    this.loop.call(() => this.#cb(status));
  }
  /** As done(), in the next round. */
  done_later(status: number): void {
    this.loop.post(() => this.done(status));
  }
}
