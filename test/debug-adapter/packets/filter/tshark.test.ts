/**
 * Each filter of a list selects the same packets as Debian's tshark does, and tshark's wrong ones are wrong here:
 * on the stories, on what the samples send, and on random traffic.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CapturedFrame } from '../../../../debug-adapter/packets/frame.ts';
import { FilterError } from '../../../../debug-adapter/packets/filter/filter.ts';
import { PacketStore } from '../../../../debug-adapter/packets/packetStore.ts';
import { readFrames } from '../../../support/captureFile.ts';
import { filterList } from '../../../support/filterList.ts';
import { IGMP_STORIES } from '../../../support/igmpStories.ts';
import { IPV6_STORIES } from '../../../support/ipv6Stories.ts';
import { LINK_STORIES } from '../../../support/linkStories.ts';
import { STORIES } from '../../../support/packetStories.ts';
import { writeCapture } from '../../../support/pdml.ts';
import { plausibleTraffic, randomTraffic } from '../../../support/randomTraffic.ts';
import { withChecksums } from '../../../support/checksums.ts';
import { sendingSamples } from '../../../support/samples.ts';
import { sharkdMatches } from '../../../support/sharkd.ts';
import { needTshark } from '../../../support/tshark.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../../..');

/** Small stories as one capture: to load each by itself takes longer than to test it. */
function oneAfterTheOther(stories: Record<string, () => CapturedFrame[]>): CapturedFrame[] {
  return Object.values(stories)
    .flatMap((story) => story())
    .map((frame, at) => ({ ...frame, number: at + 1, timeNs: (at + 1) * 10_000 }));
}

/** What a sample sends, as the command line writes it. */
async function sampleFrames(
  name: string,
  programs: readonly string[],
  folder: string,
): Promise<CapturedFrame[]> {
  const file = path.join(folder, `${name}-sample.pcapng`);
  const { status, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'dist/debug-adapter/cli/main.js'), 'run', ...programs, '--pcap', file],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  return withChecksums(await readFrames(file));
}

describe('display filters', function () {
  this.timeout(120_000);
  const groups = filterList();
  const wrong = groups.get('wrong')!;
  groups.delete('wrong');
  const filters = [...groups.values()].flat();
  /** Of each capture, what each filter selects, here and there. */
  const found: { name: string; packets: number; ours: Map<string, string>; theirs: Map<string, string> }[] =
    [];
  const shown = (numbers: readonly number[]) => numbers.join(' ') || '(none)';

  before(async function () {
    needTshark(this);
    const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-filters-'));
    try {
      const captures: [name: string, frames: CapturedFrame[]][] = [
        ['the stories', oneAfterTheOther({ ...STORIES, ...LINK_STORIES, ...IPV6_STORIES, ...IGMP_STORIES })],
      ];
      for (const [name, programs] of sendingSamples())
        captures.push([name, await sampleFrames(name, programs, folder)]);
      captures.push(['random traffic', randomTraffic(300)]);
      captures.push(['random conversations', plausibleTraffic(600)]);
      const all = [...filters, ...wrong];
      const file = path.join(folder, 'capture.pcapng');
      for (const [name, frames] of captures) {
        await writeCapture(file, frames);
        const answers = sharkdMatches(file, all);
        const store = new PacketStore();
        for (const frame of frames) store.add(frame);
        const theirs = answers.map((answer) => (typeof answer === 'string' ? 'refused' : shown(answer)));
        found.push({
          name,
          packets: frames.length,
          ours: new Map(all.map((filter) => [filter, select(store, filter)])),
          theirs: new Map(all.map((filter, at) => [filter, theirs[at]!])),
        });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  function select(store: PacketStore, filter: string): string {
    try {
      return shown(store.matching(filter));
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      return 'refused';
    }
  }

  it('are many', () => {
    assert.ok(new Set(filters).size >= 300, `${new Set(filters).size} filters`);
    assert.ok(new Set(wrong).size >= 60, `${new Set(wrong).size} wrong filters`);
  });

  for (const [heading, list] of groups)
    it(`select the same packets as tshark: ${heading}`, () => {
      const differences = found.flatMap(({ name, ours, theirs }) =>
        list
          .filter((filter) => ours.get(filter) !== theirs.get(filter))
          .map(
            (filter) =>
              `${filter}\n  on ${name} here:   ${ours.get(filter)}\n  tshark: ${theirs.get(filter)}`,
          ),
      );
      assert.equal(differences.join('\n'), '');
    });

  it('most select some packets, and not all', () => {
    const telling = filters.filter((filter) =>
      found.some(({ theirs, packets }) => {
        const selected = theirs.get(filter)!;
        return selected !== '(none)' && selected.split(' ').length < packets;
      }),
    );
    assert.ok(telling.length > filters.length * 0.7, `${telling.length} of ${filters.length}`);
  });

  it('that tshark refuses are refused', () => {
    for (const { ours, theirs } of found)
      for (const filter of wrong) {
        assert.equal(theirs.get(filter), 'refused', `tshark takes ${filter}`);
        assert.equal(ours.get(filter), 'refused', filter);
      }
  });
});
