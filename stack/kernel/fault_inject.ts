/**
 * Fault injection: a scenario can make an allocation fail, to exercise the code that handles the failure.
 *
 * @linux lib/fault-inject.c
 */

/** The places where a failure can be injected. */
export const FAULT_POINTS = [
  'sk_alloc',
  'sk_clone',
  'sock_alloc',
  'request_sock',
  'proto_init',
  'raw_hash',
  'try_module_get_ops',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

export class fault_attr {
  #left = new Map<FaultPoint, number>();

  /** Fail the next `times` calls at a place. */
  set(point: FaultPoint, times: number): void {
    if (times > 0) this.#left.set(point, times);
    else this.#left.delete(point);
  }
  /** @linux lib/fault-inject.c */
  should_fail(point: FaultPoint): boolean {
    if (this.#left.size === 0) return false;
    const left = this.#left.get(point) ?? 0;
    if (left === 0) return false;
    this.set(point, left - 1);
    return true;
  }
}
