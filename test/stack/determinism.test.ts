/** Two runs are the same, byte by byte: traces, output and packets. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { nodeSample, nodeSampleFolders, sampleFiles, samplePath } from '../support/samples.ts';
import { connected, listener, receive, story } from './support/story.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const CLI = path.join(root, 'dist/debug-adapter/cli/main.js');
const run = promisify(execFile);

describe('determinism', function () {
  this.timeout(180_000);
  let folder: string;
  /** The programs of each sample. */
  let samples: string[][];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-determinism-'));
    const scenarios = sampleFiles().map((file) => [samplePath(path.basename(file, '.ts'))]);
    const programs = nodeSampleFolders().map((name) => {
      const { server, client } = nodeSample(name);
      return [server, client];
    });
    assert.ok(scenarios.length >= 9 && programs.length >= 3, 'samples are missing');
    samples = [...scenarios, ...programs];
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** One run of a sample in a process of its own. */
  async function once(programs: string[], name: string, ...options: string[]) {
    const pcap = path.join(folder, `${name}.pcapng`);
    const args = [CLI, 'run', ...programs, '--pcap', pcap, '--trace', '*', ...options];
    const { stdout, stderr } = await run(process.execPath, args, { maxBuffer: 1 << 28 });
    return { stdout, stderr, pcap: await readFile(pcap) };
  }

  it('every sample twice: the same trace, output and packets; and nobody throws or sleeps for ever', async () => {
    for (const programs of samples) {
      const sample = path.relative(path.join(root, 'samples'), programs.at(-1)!);
      const [first, second] = await Promise.all([once(programs, 'first'), once(programs, 'second')]);
      assert.ok(first.stdout.split('\n').length > 20, `${sample}: no trace`);
      const different = first.stdout
        .split('\n')
        .findIndex((line, i) => line !== second.stdout.split('\n')[i]);
      assert.equal(
        different,
        -1,
        `${sample}: line ${different + 1} is another: ${first.stdout.split('\n')[different]}`,
      );
      assert.equal(first.stdout.length, second.stdout.length, sample);
      assert.equal(first.stderr, '', sample);
      assert.equal(second.stderr, '', sample);
      assert.equal(Buffer.compare(first.pcap, second.pcap), 0, `${sample}: other packets`);
    }
  });

  it('another seed: another initial sequence number, another port; the same one: the same', async () => {
    const syn = async (...options: string[]) => {
      const { pcap } = await once([samplePath('first-handshake')], `seed${options.join('')}`, ...options);
      // The first packet block: its data begins 28 bytes in; there Ethernet, IP, TCP.
      let at = 0;
      while (pcap.readUInt32LE(at) !== 6) at += pcap.readUInt32LE(at + 4);
      const tcp = at + 28 + 14 + 20;
      return { port: pcap.readUInt16BE(tcp), seq: pcap.readUInt32BE(tcp + 4) };
    };
    const [plain, one, two, three] = [
      await syn(),
      await syn('--seed', '1'),
      await syn('--seed', '2'),
      await syn('--seed', '4294967295'),
    ];
    assert.deepEqual(plain, one, '1 is the default');
    assert.equal(new Set([one, two, three].map(({ seq }) => seq)).size, 3);
    assert.equal(new Set([one, two, three].map(({ port }) => port)).size, 3);
  });

  it('a lossy wire loses the same frames in each run of a seed, others in another', async () => {
    const packets = async (seed: number) => {
      const tale = story({
        seed,
        nic: { mtu: 1500, loss: 0.1, reorder: 0.1, duplicate: 0.05, corrupt: 0.02, latency: '1ms' },
      })
        .process('server', async (s) => {
          const fd = await listener(s);
          await receive(s, await s.accept(fd));
        })
        .process('client', async (s) => void (await s.send(await connected(s), new Uint8Array(50_000))));
      await tale.run();
      return tale.packets
        .map(({ timeNs, what, details, lost }) => JSON.stringify([timeNs, what, details, lost]))
        .join('\n');
    };
    const [first, second, other] = [await packets(1), await packets(1), await packets(2)];
    assert.equal(first, second);
    assert.notEqual(first, other);
  });

  it('two machines in one process do not touch each other', async () => {
    const tell = (seed: number) =>
      story({ seed })
        .process('server', async (s) => {
          const fd = await listener(s);
          await receive(s, await s.accept(fd));
        })
        .process('client', async (s) => void (await s.send(await connected(s), new Uint8Array(5000))));
    const alone = await tell(7).run();
    const [one, two] = await Promise.all([tell(7).run(), tell(8).run()]);
    const text = (tale: typeof alone) => tale.packets.map((packet) => JSON.stringify(packet)).join('\n');
    assert.equal(text(one), text(alone));
    assert.equal(two.packets.length, one.packets.length);
  });
});
