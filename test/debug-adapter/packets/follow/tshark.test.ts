/** Streams are followed as Debian's tshark follows them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CapturedFrame } from '../../../../debug-adapter/packets/frame.ts';
import type { PacketStore } from '../../../../debug-adapter/packets/packetStore.ts';
import type { StreamProtocolName } from '../../../../debug-adapter/protocol.ts';
import { readFrames } from '../../../support/captureFile.ts';
import { followed, storeOf, swapped, tsharkFollowed, type Turns } from '../../../support/followed.ts';
import { STORIES } from '../../../support/packetStories.ts';
import { writeCapture } from '../../../support/pdml.ts';
import { plausibleTraffic } from '../../../support/randomTraffic.ts';
import { sendingSamples } from '../../../support/samples.ts';
import { needTshark } from '../../../support/tshark.ts';
import { Files, sockscope } from '../../support/commandLine.ts';

const TRANSFER = `
  import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';
  const ADDRESS = { address: '127.0.0.1', port: 8080 };
  export async function server() {
    const fd = await socket(AF_INET, SOCK_STREAM);
    await bind(fd, ADDRESS);
    await listen(fd);
    const connection = await accept(fd);
    while ((await recv(connection)).length > 0);
    await close(connection);
  }
  export async function client() {
    const fd = await socket(AF_INET, SOCK_STREAM);
    await connect(fd, ADDRESS);
    await send(fd, Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) >> 3));
    await close(fd);
  }`;

/** What tshark calls the ends of a stream without packets. */
const NOBODY = ':0';

function linesOrNone(store: PacketStore, stream: number, protocol: StreamProtocolName): string[] {
  try {
    return followed(store, stream, protocol).lines;
  } catch (error) {
    assert.match((error as Error).message, /^no packet of \w+ stream \d+ is kept/);
    return [];
  }
}

describe('following streams, beside tshark', function () {
  this.timeout(60_000);
  const files = new Files();
  let folder: string;
  before(async function () {
    needTshark(this);
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-follow-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** @returns how many streams were compared */
  async function compare(name: string, frames: readonly CapturedFrame[]): Promise<number> {
    const file = path.join(folder, `${name.replace(/\W+/g, '-')}.pcapng`);
    await writeCapture(file, frames);
    const store = storeOf(frames);
    const streams = (['tcp', 'udp'] as const).flatMap((protocol) =>
      Array.from({ length: streamsOf(store, protocol) }, (_, stream) => ({ protocol, stream })),
    );
    const names = streams.map(({ protocol, stream }) => `${protocol} ${stream}`);
    const all = streams.length > 0 ? tsharkFollowed(file, names) : new Map<string, Turns>();
    for (const { protocol, stream } of streams) {
      const theirs = all.get(`${protocol} ${stream}`);
      assert.ok(theirs, `tshark followed ${protocol} stream ${stream} of ${name}`);
      // Only quoted in errors, or cut off: nothing is to be followed.
      if (theirs.client === NOBODY) {
        assert.deepEqual(linesOrNone(store, stream, protocol), [], `${protocol} stream ${stream} of ${name}`);
        continue;
      }
      const ours = followed(store, stream, protocol);
      const same = ours.client === theirs.client ? theirs : swapped(theirs);
      assert.deepEqual(ours.lines, same.lines, `${protocol} stream ${stream} of ${name}`);
    }
    return streams.length;
  }

  for (const [name, story] of Object.entries(STORIES))
    it(`${name}`, async () => void (await compare(name, story())));

  for (let seed = 1; seed <= 8; seed++)
    it(`random traffic with losses, repetitions and gaps, seed ${seed}`, async () => {
      assert.ok((await compare(`random-${seed}`, plausibleTraffic(600, seed))) > 5);
    });

  it('a lossy transfer', async () => {
    const file = path.join(files.folder, 'transfer.pcapng');
    const lossy = ['mtu=1500', 'loss=0.05', 'latency=1ms', 'reorder=0.05', 'duplicate=0.02'];
    const ran = await sockscope(
      'run',
      files.scenario(TRANSFER, 'transfer.ts'),
      ...lossy.flatMap((one) => ['--nic', one]),
      '--pcap',
      file,
    );
    assert.equal(ran.code, 0, ran.stderr);
    const frames = await readFrames(file);
    await compare('transfer', frames);
    // Whatever was lost was sent again: each byte is there once.
    const { lines } = followed(storeOf(frames), 0);
    assert.match(lines.join(), /^C 100000 bytes, /);
  });

  for (const [name, programs] of sendingSamples())
    it(`sample ${name}`, async () => {
      const file = path.join(files.folder, `${name}.pcapng`);
      const ran = await sockscope('run', ...programs, '--pcap', file);
      assert.equal(ran.code, 0, ran.stderr);
      assert.ok((await compare(name, await readFrames(file))) > 0 || name === 'ping');
    });
});

function streamsOf(store: ReturnType<typeof storeOf>, protocol: 'tcp' | 'udp'): number {
  try {
    return store.follow({ protocol, stream: 0 }).streams;
  } catch {
    return 0;
  }
}
