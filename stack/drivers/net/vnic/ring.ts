/**
 * Index arithmetic for descriptor rings. `count` is a power of two; indices run from 0 to count - 1 and wrap
 * around.
 *
 * Two indices describe a ring: the descriptors from the first up to, but not including, the second are in
 * use. Equal indices mean that none is in use. One descriptor always stays unused, otherwise a full ring
 * would look like an empty one.
 */

/** The descriptor after this one. */
export function ring_next(i: number, count: number): number {
  return (i + 1) & (count - 1);
}
/** The number of descriptors in use: from `head` up to `tail`. */
export function ring_used(head: number, tail: number, count: number): number {
  return (tail - head) & (count - 1);
}
/**
 * The number of descriptors that the driver may fill.
 *
 * @linux E1000_DESC_UNUSED (drivers/net/ethernet/intel/e1000/e1000.h)
 */
export function ring_unused(next_to_clean: number, next_to_use: number, count: number): number {
  return (next_to_clean - next_to_use - 1) & (count - 1);
}
