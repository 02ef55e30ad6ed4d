/** Each story's packets, field by field, as Debian's tshark decodes them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dissectPacket } from '../../../../debug-adapter/packets/dissectors/all.ts';
import { STORIES } from '../../../support/packetStories.ts';
import { ourTree, tsharkTrees, writeCapture } from '../../../support/pdml.ts';
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
      const theirs = tsharkTrees(file);
      const ours = frames.map((frame, at) =>
        ourTree(
          dissectPacket(frame, { firstTimeNs: frames[0]!.timeNs, previousTimeNs: frames[at - 1]?.timeNs }),
        ),
      );
      for (const [at, lines] of theirs.entries())
        assert.equal(ours[at]!.join('\n'), lines.join('\n'), `packet ${at + 1} of ${name}`);
    });
});
