/** Other link types than Ethernet, and IPv6: each packet's lines and columns as Debian's tshark has them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dissectPacket } from '../../../../debug-adapter/packets/dissectors/all.ts';
import { columnsOf, decoded } from '../../../support/decoded.ts';
import { IGMP_STORIES } from '../../../support/igmpStories.ts';
import { IPV6_STORIES } from '../../../support/ipv6Stories.ts';
import { LINK_STORIES } from '../../../support/linkStories.ts';
import { frame, text } from '../../../support/packetBuilder.ts';
import { assertSameTrees, writeCapture } from '../../../support/pdml.ts';
import { needTshark, tsharkColumns } from '../../../support/tshark.ts';

/** Packets whose rows are not equal, and why. */
const OTHER_ROWS: Record<string, (number: number) => boolean> = {
  // tshark takes another field for the packet's type in the second version of Linux's header.
  'one connection over interfaces of several link types': (number) => number === 30,
  'headers cut off': (number) => number > 32,
  // What is not there or no IPv6 keeps the row of what is around it.
  headers: (number) => [33, 36, 40].includes(number),
};

describe('link types, IPv6 and IGMP', function () {
  this.timeout(60_000);

  for (const [name, story] of Object.entries({ ...LINK_STORIES, ...IPV6_STORIES, ...IGMP_STORIES }))
    it(`are decoded as by tshark: ${name}`, async function () {
      needTshark(this);
      const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-links-'));
      try {
        const file = path.join(folder, 'story.pcapng');
        const frames = story();
        await writeCapture(file, frames);
        assertSameTrees(frames, file, name);
        const isCompared = (_: string, at: number) => !OTHER_ROWS[name]?.(at + 1);
        // tshark writes the remark without a space before it.
        const rows = decoded(frames).map((one) =>
          columnsOf(one).replace(/(?<=\S) \[Malformed/, '[Malformed'),
        );
        assert.deepEqual(rows.filter(isCompared), tsharkColumns(file).filter(isCompared));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

  it('that are not decoded are named, and their bytes shown', () => {
    for (const [linkType, said] of [
      [105, 'UNKNOWN  Link type 105 (IEEE 802.11 Wireless LAN), which is not decoded'],
      [9999, 'UNKNOWN  Link type 9999 (unknown), which is not decoded'],
    ] as const) {
      const packet = dissectPacket({ ...frame(text('what')), linkType });
      assert.equal(columnsOf(packet), said);
      assert.deepEqual(
        packet.layers.map(({ field }) => field.name),
        ['frame', 'data'],
      );
    }
  });
});
