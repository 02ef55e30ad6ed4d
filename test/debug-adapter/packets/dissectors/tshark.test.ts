/** Each story's packets, field by field, as Debian's tshark decodes them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { STORIES } from '../../../support/packetStories.ts';
import { assertSameTrees, writeCapture } from '../../../support/pdml.ts';
import { needTshark } from '../../../support/tshark.ts';

describe('packet dissectors', function () {
  this.timeout(60_000);
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
});
