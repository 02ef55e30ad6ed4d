/** Capture files from elsewhere: of each format, in pieces of any size, cut off and damaged. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { english, say } from '../../../../language/message.ts';
import { CaptureFile } from '../../../../debug-adapter/packets/files/captureFile.ts';
import { openContents } from '../../../../debug-adapter/packets/files/fileContents.ts';
import type {
  CaptureParser,
  FilePacket,
  FileProblem,
} from '../../../../debug-adapter/packets/files/filePacket.ts';
import { PcapParser } from '../../../../debug-adapter/packets/files/pcap.ts';
import { PcapngParser } from '../../../../debug-adapter/packets/files/pcapng.ts';
import { PacketStore } from '../../../../debug-adapter/packets/packetStore.ts';
import { exportPackets } from '../../../../debug-adapter/packets/pcapFile.ts';
import { LINK_STORIES } from '../../../support/linkStories.ts';
import { be16, be32, pcapFile, type Bytes } from '../../../support/packetBuilder.ts';
import { STORIES } from '../../../support/packetStories.ts';
import { writeCapture } from '../../../support/pdml.ts';
import { needTshark } from '../../../support/tshark.ts';

const frames = STORIES['handshake, data, close']!();

/** All packets that a parser finds when it is fed in pieces of the given sizes. */
function parsed(parser: CaptureParser, file: Uint8Array, sizes: readonly number[] = []): FilePacket[] {
  const found: FilePacket[] = [];
  for (let at = 0, turn = 0; at < file.length; turn++) {
    const size = sizes.length ? sizes[turn % sizes.length]! : file.length;
    found.push(...parser.feed(file.subarray(at, at + size)));
    at += size;
  }
  parser.end();
  return found;
}

/** A block of a pcapng file, big-endian. */
function bigBlock(type: number, body: Bytes): Bytes {
  const padding = Array<number>((4 - (body.length % 4)) % 4).fill(0);
  const length = be32(12 + body.length + padding.length);
  return [...be32(type), ...length, ...body, ...padding, ...length];
}
const bigSection = bigBlock(0x0a0d0d0a, [
  ...be32(0x1a2b3c4d),
  ...be16(1),
  ...be16(0),
  ...Array<number>(8).fill(0xff),
]);
const option = (code: number, value: Bytes): Bytes => [
  ...be16(code),
  ...be16(value.length),
  ...value,
  ...Array<number>((4 - (value.length % 4)) % 4).fill(0),
];

function saidOf(problem: FileProblem | undefined): string | undefined {
  return problem && say(english, problem.message);
}

describe('capture files', () => {
  let folder = '';
  let pcapng: Uint8Array;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-files-'));
    const file = path.join(folder, 'story.pcapng');
    await writeCapture(file, frames);
    pcapng = await readFile(file);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const facts = ({ timeNs, captured, length, interface: { name } }: FilePacket) =>
    `${timeNs} ${captured}/${length} ${name}`;

  for (const format of ['pcapng', 'pcap', 'nsecpcap'])
    it(`of the format ${format} are read as tshark reads them`, async function () {
      needTshark(this);
      const [source, file] = [path.join(folder, 'source.pcapng'), path.join(folder, `as.${format}`)];
      await writeFile(source, pcapng);
      execFileSync('editcap', ['-F', format, source, file], { stdio: ['ignore', 'pipe', 'ignore'] });
      const fields = ['frame.time_epoch', 'frame.cap_len', 'frame.len'].flatMap((name) => ['-e', name]);
      const theirs = execFileSync('tshark', ['-r', file, '-T', 'fields', ...fields], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const capture = await CaptureFile.open(file);
      const ours: string[] = [];
      for await (const { packets } of capture.batches())
        for (const { timeNs, offset, captured, length } of packets) {
          const fraction = String(timeNs % 1_000_000_000n).padStart(9, '0');
          ours.push(`${timeNs / 1_000_000_000n}.${fraction}\t${captured}\t${length}`);
          assert.deepEqual(capture.bytes.read(offset, captured), frames[ours.length - 1]!.bytes);
        }
      await capture.close();
      assert.equal(capture.problem, undefined);
      assert.deepEqual(ours, theirs.trimEnd().split('\n'));
    });

  it('are the same in pieces of any size', () => {
    const whole = parsed(new PcapngParser(), pcapng).map(facts);
    assert.equal(whole.length, frames.length);
    const classic = pcapFile(frames);
    const wholeClassic = parsed(new PcapParser(), classic).map(facts);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        assert.deepEqual(parsed(new PcapngParser(), pcapng, sizes).map(facts), whole);
        assert.deepEqual(parsed(new PcapParser(), classic, sizes).map(facts), wholeClassic);
      }),
    );
  });

  it('that are cut off give what stands before the cut, and say where that is', () => {
    for (const [file, make] of [
      [pcapng, () => new PcapngParser()],
      [pcapFile(frames), () => new PcapParser()],
    ] as const) {
      const whole = parsed(make(), file).map(facts);
      for (let length = 1; length < file.length; length++) {
        const parser = make();
        const found = parsed(parser, file.subarray(0, length)).map(facts);
        assert.deepEqual(found, whole.slice(0, found.length));
        if (parser.problem) {
          assert.match(english(parser.problem.message.text), /ends in the middle of/);
          assert.ok(parser.problem.offset < length);
        }
      }
    }
  });

  it('of which any bytes are wrong are read up to there, in bounded time', () => {
    for (const [file, make] of [
      [pcapng, () => new PcapngParser()],
      [pcapFile(frames), () => new PcapParser()],
    ] as const)
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 10 }),
          (changes) => {
            const damaged = Uint8Array.from(file);
            for (const [at, value] of changes) damaged[at] = value;
            const found = parsed(make(), damaged);
            for (const { offset, captured } of found) assert.ok(offset + captured <= damaged.length);
          },
        ),
        { numRuns: 500 },
      );
  });

  it('may be big-endian, of several interfaces and sections, with comments and directions', () => {
    const describe = (name: string, ...more: Bytes) =>
      bigBlock(1, [...be16(1), ...be16(0), ...be32(0), ...option(2, [...Buffer.from(name)]), ...more]);
    const comment = (words: string) => option(1, [...Buffer.from(words)]);
    const packet = (id: number, units: number, data: Bytes, ...options: Bytes) =>
      bigBlock(6, [
        ...be32(id),
        ...be32(0),
        ...be32(units),
        ...be32(data.length),
        ...be32(data.length + 1),
        ...data,
        ...Array<number>((4 - (data.length % 4)) % 4).fill(0),
        ...options,
      ]);
    const file = Uint8Array.from([
      ...bigSection,
      ...describe('eth0'),
      ...describe('eth1', ...option(9, [3])),
      // Names of hosts, statistics of an interface, a journal's entry, secrets and a block of somebody's own.
      ...[4, 5, 9, 10, 0xbad, 0x40000bad].flatMap((type) => bigBlock(type, Array<number>(24).fill(0))),
      ...packet(1, 7, [1, 2, 3], ...comment('look here'), ...option(2, be32(1)), ...comment('and there')),
      ...packet(0, 7, [1]),
      ...bigSection,
      ...describe('wlan0', ...option(14, [...be32(0), ...be32(5)])),
      ...packet(0, 1, [1, 2, 3, 4]),
    ]);
    const parser = new PcapngParser();
    const found = parsed(parser, file);
    assert.equal(parser.problem, undefined);
    assert.deepEqual(found.map(facts), ['7000000 3/4 eth1', '7000 1/2 eth0', '5000001000 4/5 wlan0']);
    assert.equal(found[0]!.comment, 'look here\nand there');
    assert.equal(found[0]!.direction, 'in');
    assert.equal(found[1]!.direction, undefined);
  });

  it('keep the link type of each interface when they are exported', async () => {
    const links = LINK_STORIES['one connection over interfaces of several link types']!();
    const store = new PacketStore();
    for (const frame of links) store.add(frame);
    const file = path.join(folder, 'exported.pcapng');
    await exportPackets(file, store);
    const capture = await CaptureFile.open(file);
    const found: [string, number][] = [];
    for await (const { packets } of capture.batches())
      found.push(...packets.map(({ interface: { name, linkType } }): [string, number] => [name, linkType]));
    await capture.close();
    assert.deepEqual(
      found,
      links.map((frame) => [frame.interface, frame.linkType]),
    );
  });

  it('that are none say what they are instead', async () => {
    const file = path.join(folder, 'other');
    for (const [bytes, message] of [
      [[], /is empty: a capture file has a header at least/],
      [gzipSync('GET /'), /begins with 47 45 54 20: it is neither/],
      [[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff], /the compressed file is damaged: invalid/],
      [[0x47, 0x45, 0x54, 0x20, 0x2f], /begins with 47 45 54 20: it is neither a pcap nor a pcapng file/],
    ] as const) {
      await writeFile(file, Uint8Array.from(bytes));
      await assert.rejects(CaptureFile.open(file), message);
    }
  });

  it('compressed with gzip are read as they are, up to where they break', async () => {
    const file = path.join(folder, 'story.pcapng.gz');
    const packed = gzipSync(pcapng);
    await writeFile(file, packed);
    const capture = await CaptureFile.open(file);
    const found: Uint8Array[] = [];
    for await (const { packets, read } of capture.batches()) {
      assert.equal(read, packed.length);
      for (const { offset, captured } of packets) found.push(capture.bytes.read(offset, captured));
    }
    await capture.close();
    assert.equal(capture.problem, undefined);
    assert.deepEqual(
      found,
      frames.map(({ bytes }) => bytes),
    );
    await writeFile(file, packed.subarray(0, packed.length - 40));
    const cut = await CaptureFile.open(file);
    let packets = 0;
    for await (const batch of cut.batches()) packets += batch.packets.length;
    await cut.close();
    assert.ok(packets > 0 && packets < frames.length, `${packets} packets`);
    assert.match(saidOf(cut.problem)!, /^the file ends in the middle of a block/);
  });

  it('that would take the disk when they are unpacked are read up to a limit', async () => {
    const file = path.join(folder, 'large.gz');
    await writeFile(file, gzipSync(Buffer.alloc(2 * 1024 ** 2)));
    const contents = await openContents(file, 1024 ** 2);
    let bytes = 0;
    for await (const piece of contents.pieces()) bytes += piece.bytes.length;
    await contents.handle.close();
    assert.ok(bytes <= 1024 ** 2, `${bytes} bytes`);
    assert.match(saidOf(contents.problem)!, /^it holds more than 0\.001 GiB: unpack it/);
  });

  it('whose packet has no described interface are read up to it', () => {
    const file = Uint8Array.from([...bigSection, ...bigBlock(6, Array<number>(20).fill(0))]);
    const parser = new PcapngParser();
    assert.deepEqual(parsed(parser, file), []);
    assert.equal(parser.problem?.offset, bigSection.length);
    assert.equal(saidOf(parser.problem), 'this packet was captured on interface 0, which is not described');
  });
});
