/** The rings of a NIC that is sending, and that has received. */
import type { RingEntry, RingsData } from '../../../debug-adapter/protocol.ts';

const entry = (index: number, kind: RingEntry['kind'], packet?: number): RingEntry => ({
  index,
  kind,
  bytes: 1514,
  isLast: true,
  text: `[ACK] :40000→:8080 Seq=${1 + index * 1448} Len=1448`,
  about: `127.0.0.1:40000 → 127.0.0.1:8080 [ACK] Seq=${1 + index * 1448} Len=1448`,
  ...(packet !== undefined && { packet }),
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** @param count descriptors in each ring */
export function rings(count = 256): RingsData {
  return {
    picture: 'rings',
    nics: [
      {
        name: 'lo',
        isStopped: false,
        isMasked: true,
        isPolling: true,
        tx: {
          count,
          head: 12,
          tail: 30,
          nextToUse: 30,
          nextToClean: 8,
          used: 22,
          entries: [
            ...range(8, 12).map((index) => entry(index, 'sent')),
            ...range(12, 30).map((index) => entry(index, 'toSend')),
          ],
        },
        rx: {
          count,
          head: 14,
          tail: 3,
          nextToUse: 3,
          nextToClean: 5,
          used: 9,
          entries: range(5, 14).map((index) => entry(index, 'received', 100 + index)),
        },
      },
    ],
  };
}
/** A machine whose Ethernet NIC is at work. */
export function twoNics(): RingsData {
  const [nic] = rings().nics;
  const [idle] = emptyRings().nics;
  return {
    picture: 'rings',
    nics: [
      { ...idle!, name: 'lo' },
      { ...nic!, name: 'eth0' },
    ],
    busy: 'eth0',
  };
}
/** Nothing has been sent. */
export function emptyRings(): RingsData {
  const [nic] = rings().nics;
  const empty = { used: 0, entries: [], nextToClean: 0, head: 0 };
  return {
    picture: 'rings',
    nics: [
      {
        ...nic!,
        isMasked: false,
        isPolling: false,
        tx: { ...nic!.tx, ...empty, tail: 0, nextToUse: 0 },
        rx: { ...nic!.rx, ...empty, tail: 255, nextToUse: 255 },
      },
    ],
  };
}
