/** Each story's packets, field by field, as Debian's tshark decodes them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dissectFirst, dissectPacket } from '../../../../debug-adapter/packets/dissectors/all.ts';
import { Trackers } from '../../../../debug-adapter/packets/tracking/trackers.ts';
import { STORIES } from '../../../support/packetStories.ts';
import { ourTree, tsharkTrees, writeCapture } from '../../../support/pdml.ts';
import { needTshark } from '../../../support/tshark.ts';

/** By their ports it would take payload for these. */
const WITHOUT_APPLICATIONS = ['http', 'echo'].flatMap((name) => ['--disable-protocol', name]);

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
      const theirs = tsharkTrees(file, ...WITHOUT_APPLICATIONS);
      const trackers = new Trackers();
      // A packet's last lines depend on those after it.
      const contexts = frames.map((frame) => dissectFirst(frame, trackers).context);
      const ours = frames.map((frame, at) => ourTree(dissectPacket(frame, contexts[at])));
      for (const [at, lines] of theirs.entries())
        assert.equal(ours[at]!.join('\n'), lines.join('\n'), `packet ${at + 1} of ${name}`);
    });
});
