/** What a timeline counts together. */
import assert from 'node:assert/strict';
import type { SequencePacket } from '../../debug-adapter/protocol.ts';
import type { Lanes } from '../../debug-adapter/timeline/lanes.ts';
import { packetsIn } from '../../debug-adapter/timeline/merging.ts';

describe('the packets of a timeline', () => {
  it('are counted together lane by lane, however many lanes there are', () => {
    const names = Array.from({ length: 60 }, (_, index) => String(index));
    const lanes: Lanes = {
      all: [],
      leftOut: 0,
      of: (lifeline) => names.indexOf(lifeline),
      ofProcess: () => 0,
    };
    const packets = names
      .flatMap((from) => names.map((to) => [from, to] as const))
      .flatMap(([from, to], index) =>
        [0, 1].map((again): SequencePacket => {
          const sent = { event: 2 * index + again, timeNs: again };
          const more = {
            sender: from,
            protocol: 'TCP',
            label: 'ACK',
            numbers: '',
            payload: 1,
            fate: 'delivered' as const,
          };
          return { number: 2 * index + again + 1, from, to, sent, arrived: sent, ...more };
        }),
      );
    const column = { positionOf: ({ event }: { event: number }) => event, begin: 0, end: 7200, width: 1 };
    const told = packetsIn(packets, lanes, column);
    assert.equal(told.length, 3600, 'one for each two lanes');
    assert.ok(told.every(({ count, payload }) => count === 2 && payload === 2));
  });
});
