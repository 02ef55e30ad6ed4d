/** What a filter says of a packet without decoding it is what it says of the decoded one. */
import assert from 'node:assert/strict';
import { MACHINE_CAPTURE } from '../../../../debug-adapter/packets/capture.ts';
import { compileFilter, parseFilter } from '../../../../debug-adapter/packets/filter/filter.ts';
import { filterFieldNames } from '../../../../debug-adapter/packets/filter/meaning/fields.ts';
import type { CapturedFrame } from '../../../../debug-adapter/packets/frame.ts';
import { MemoryFrames } from '../../../../debug-adapter/packets/kept/frames.ts';
import { KeptPackets } from '../../../../debug-adapter/packets/kept/keptPackets.ts';
import { DNS_STORIES } from '../../../support/dnsStories.ts';
import { filterList } from '../../../support/filterList.ts';
import { HTTP2_STORIES } from '../../../support/http2Stories.ts';
import { HTTP_STORIES } from '../../../support/httpStories.ts';
import { LINK_STORIES } from '../../../support/linkStories.ts';
import { STORIES } from '../../../support/packetStories.ts';
import { cutOffTraffic, plausibleTraffic, randomTraffic } from '../../../support/randomTraffic.ts';
import { TLS_STORIES } from '../../../support/tlsStories.ts';
import { WEBSOCKET_STORIES } from '../../../support/webSocketStories.ts';

const CAPTURES: Record<string, () => CapturedFrame[]> = {
  ...STORIES,
  ...HTTP_STORIES,
  ...HTTP2_STORIES,
  ...DNS_STORIES,
  ...TLS_STORIES,
  ...WEBSOCKET_STORIES,
  ...LINK_STORIES,
  'random traffic': () => randomTraffic(300),
  'other random traffic': () => randomTraffic(300, 2),
  'random traffic, cut off': () => cutOffTraffic(200),
  'random conversations': () => plausibleTraffic(600),
  'other random conversations': () => plausibleTraffic(600, 2),
};

function kept(frames: readonly CapturedFrame[]): KeptPackets {
  const memory = new MemoryFrames();
  for (const frame of frames) memory.add(frame);
  const packets = new KeptPackets(memory, MACHINE_CAPTURE);
  packets.decode();
  return packets;
}

const groups = filterList();
groups.delete('wrong');
const FILTERS = [...groups.values()].flat();
const COMMON = [
  'tcp.port == 8080',
  'http',
  'ip.addr == 10.0.0.1',
  'tcp.stream == 2',
  'frame.number > 10',
  'tcp.flags.syn == 1',
  'not arp and not dns',
];
/** Each field is there or not. */
const PRESENCE = filterFieldNames().filter((name) => !name.startsWith('_ws.col.'));

describe('a filter that does not decode packets', function () {
  this.timeout(60_000);

  for (const [name, story] of Object.entries(CAPTURES))
    it(`says the same as one that does: ${name}`, () => {
      const packets = kept(story());
      const rows = Array.from({ length: packets.count }, (_, row) => row);
      const filters = [...FILTERS, ...PRESENCE].map((text) => ({
        text,
        ...compileFilter(parseFilter(text)),
      }));
      const judge = () =>
        filters.map(({ quick }) =>
          rows.map((row) => {
            const shape = packets.shape(row);
            return shape ? quick.matches(shape, () => packets.entry(row)) : null;
          }),
        );
      // By what was known when they came, then by what is known when all are there.
      const first = judge();
      const decoded = rows.map((row) => packets.packet(row));
      for (const judged of [first, judge()])
        filters.forEach(({ text, matches }, at) => {
          for (const row of rows) {
            const said = judged[at]![row]!;
            if (said === null) continue;
            assert.equal(said, matches(decoded[row]!), `${text} of packet ${packets.number(row)}`);
          }
        });
    });

  for (const text of COMMON)
    it(`decodes few packets for ${text}`, () => {
      const packets = kept(plausibleTraffic(1000, 3));
      const { quick } = compileFilter(parseFilter(text));
      let told = 0;
      for (let row = 0; row < packets.end; row++) {
        const shape = packets.shape(row);
        if (shape && quick.matches(shape, () => packets.entry(row)) !== null) told++;
      }
      assert.ok(told > packets.count * 0.9, `${told} of ${packets.count} are told without decoding`);
    });
});
