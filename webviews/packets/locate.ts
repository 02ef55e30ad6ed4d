/** Finds a packet in a list of which only the visited pages are loaded. */
import type { PacketRow } from '../messages.ts';

/**
 * Index of the packet with this number, or -1. Numbers rise through the list; a filter and a capture that let go of its oldest
 * packets leave gaps, but never more rows before a packet than its number says.
 */
export async function locate(
  number: number,
  fetchRow: (index: number) => Promise<PacketRow | undefined>,
): Promise<number> {
  let low = 0;
  let high = number - 1;
  // Without gaps it is in its own place.
  let probe = high;
  while (low <= high) {
    const row = await fetchRow(probe);
    if (row?.number === number) return probe;
    if (!row || row.number > number) high = probe - 1;
    else low = probe + 1;
    probe = (low + high) >> 1;
  }
  return -1;
}
