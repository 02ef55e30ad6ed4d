/** A filter that is open while packets arrive lists what it would find among all of them. */
import assert from 'node:assert/strict';
import { MACHINE_CAPTURE } from '../../../../debug-adapter/packets/capture.ts';
import { compileFilter, parseFilter } from '../../../../debug-adapter/packets/filter/filter.ts';
import { filterForItem } from '../../../../debug-adapter/packets/filter/help/applyAs.ts';
import { filterFieldNames } from '../../../../debug-adapter/packets/filter/meaning/fields.ts';
import { FilteredList } from '../../../../debug-adapter/packets/filteredList.ts';
import type { CapturedFrame } from '../../../../debug-adapter/packets/frame.ts';
import { MemoryFrames } from '../../../../debug-adapter/packets/kept/frames.ts';
import { KeptPackets } from '../../../../debug-adapter/packets/kept/keptPackets.ts';
import { DNS_STORIES } from '../../../support/dnsStories.ts';
import { HTTP2_STORIES } from '../../../support/http2Stories.ts';
import { HTTP_STORIES } from '../../../support/httpStories.ts';
import { STORIES } from '../../../support/packetStories.ts';
import { Random } from '../../../support/random.ts';
import { plausibleTraffic, randomTraffic } from '../../../support/randomTraffic.ts';
import { TLS_STORIES } from '../../../support/tlsStories.ts';
import { WEBSOCKET_STORIES } from '../../../support/webSocketStories.ts';

const GROUPS: Record<string, () => CapturedFrame[][]> = {
  stories: () => storiesOf(STORIES, DNS_STORIES),
  'stories of HTTP': () => storiesOf(HTTP_STORIES, HTTP2_STORIES, WEBSOCKET_STORIES),
  'stories of TLS': () => storiesOf(TLS_STORIES),
  'random traffic': () => [randomTraffic(150, 3)],
  'random conversations': () => [plausibleTraffic(250, 3)],
};
/** Each field is there or not. */
const PRESENCE = filterFieldNames().filter((name) => !name.startsWith('_ws.col.'));
/** Filters that are tried with each capture: for fields, and for their values as they are when a packet arrives. */
const FIELDS = 25;
const VALUES = 60;

function storiesOf(...groups: Record<string, () => CapturedFrame[]>[]): CapturedFrame[][] {
  return groups.flatMap((stories) => Object.values(stories)).map((story) => story());
}

describe('a filter that is open while packets arrive', function () {
  this.timeout(60_000);

  for (const [name, captures] of Object.entries(GROUPS))
    it(`lists what it finds among all of them: ${name}`, () => {
      const random = new Random(7);
      for (const frames of captures()) check(frames, random);
    });
});

function check(frames: readonly CapturedFrame[], random: Random): void {
  const filters = [...some(PRESENCE, FIELDS, random), ...some(valuesIn(frames, random), VALUES, random)];
  const lists = filters.map((text) => new FilteredList(text));
  const memory = new MemoryFrames();
  const packets = new KeptPackets(memory, MACHINE_CAPTURE, {
    row: (row) => lists.forEach((list) => list.changed(row)),
    stream: (stream) => lists.forEach((list) => list.streamChanged(stream)),
  });
  for (const frame of frames) {
    memory.add(frame);
    if (random.chance(0.2)) for (const list of lists) list.update(packets, Infinity);
  }
  packets.decode();
  const decoded = frames.map((_, row) => packets.packet(row));
  for (const list of lists) {
    list.update(packets, Infinity);
    const { matches } = compileFilter(parseFilter(list.text));
    const all = decoded.flatMap((packet, row) => (matches(packet) ? [row] : []));
    assert.deepEqual(list.rows(), all, `${list.text}, in ${frames.length} packets; rows count from 0`);
  }
}

/** Filters for values that packets have before later ones are known. */
function valuesIn(frames: readonly CapturedFrame[], random: Random): string[] {
  const memory = new MemoryFrames();
  const packets = new KeptPackets(memory, MACHINE_CAPTURE);
  const found = new Set<string>();
  frames.forEach((frame, row) => {
    memory.add(frame);
    for (const item of packets.packet(row).all) {
      if (item.field.name !== '' && random.chance(0.2)) found.add(filterForItem(item) ?? item.field.name);
    }
  });
  return [...found];
}

function some<T>(all: readonly T[], count: number, random: Random): readonly T[] {
  return all.length <= count ? all : Array.from({ length: count }, () => random.pick(all));
}
