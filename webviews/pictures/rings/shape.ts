/** The rings' data, checked. */
import type { NicRings, Ring, RingEntry, RingsData } from '../../../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string, type Shape } from '../../shape.ts';

const ring = object<Ring>({
  count,
  head: count,
  tail: count,
  nextToUse: count,
  nextToClean: count,
  used: count,
  entries: array(
    object<RingEntry>({
      index: count,
      kind: oneOf('toSend', 'sent', 'received'),
      bytes: count,
      isLast: boolean,
      text: string,
      about: string,
      packet: optional(count),
    }),
  ),
});

export const ringsData: Shape<RingsData> = object<RingsData>({
  picture: oneOf('rings'),
  busy: optional(string),
  nics: array(
    object<NicRings>({
      name: string,
      isStopped: boolean,
      isMasked: boolean,
      isPolling: boolean,
      tx: ring,
      rx: ring,
    }),
  ),
});
