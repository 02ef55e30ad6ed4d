/** Packets field by field, as Debian's tshark decodes them: each story's, and those of random traffic. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { STORIES } from '../../../support/packetStories.ts';
import { assertSameTrees, writeCapture } from '../../../support/pdml.ts';
import { cutOffTraffic, plausibleTraffic, randomTraffic } from '../../../support/randomTraffic.ts';
import { needTshark } from '../../../support/tshark.ts';

/** More of them can be tried: SEEDS=1-200 node scripts/test.mjs dissectors/tshark */
const [FIRST_SEED, LAST_SEED] = (process.env.SEEDS ?? '1-6').split('-').map(Number);

describe('packet dissectors', function () {
  this.timeout(120_000);
  let folder = '';
  before(async function () {
    needTshark(this);
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-fields-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, story] of Object.entries(STORIES))
    it(`decode "${name}" as tshark does, field by field`, async () => {
      const file = path.join(folder, 'story.pcapng');
      const frames = story();
      await writeCapture(file, frames);
      assertSameTrees(frames, file, name);
    });

  for (const [what, traffic] of [
    ['packets in any order', randomTraffic],
    ['conversations', plausibleTraffic],
    ['conversations cut off', cutOffTraffic],
  ] as const)
    it(`decode random traffic as tshark does, field by field: ${what}`, async () => {
      const file = path.join(folder, 'random.pcapng');
      for (let seed = FIRST_SEED!; seed <= LAST_SEED!; seed++) {
        const frames = traffic(400, seed);
        await writeCapture(file, frames);
        assertSameTrees(frames, file, `random traffic, seed ${seed}`);
      }
    });
});
