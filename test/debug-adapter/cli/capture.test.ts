/** The command line: the capture that it writes. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { readFrames } from '../../support/captureFile.ts';
import { withChecksums } from '../../support/checksums.ts';
import { assertSameTrees, writeCapture } from '../../support/pdml.ts';
import { sendingSamples } from '../../support/samples.ts';
import { needTshark, tsharkComplaints } from '../../support/tshark.ts';
import { Files, sockscope } from '../support/commandLine.ts';

describe('the command line: --pcap', function () {
  this.timeout(30_000);
  const files = new Files();
  const { scenario } = files;
  const LOSSY = ['mtu=1500', 'loss=0.05', 'latency=1ms', 'reorder=0.05', 'duplicate=0.02'];
  const TRANSFER = `
    import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_DGRAM, SOCK_STREAM, sendto, socket } from 'sockscope';
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
      const udp = await socket(AF_INET, SOCK_DGRAM);
      await sendto(udp, new Uint8Array(4000), 0, { address: '127.0.0.1', port: 9 });
      const fd = await socket(AF_INET, SOCK_STREAM);
      await connect(fd, ADDRESS);
      await send(fd, new Uint8Array(100_000).fill(65));
      await close(fd);
    }`;
  before(function () {
    needTshark(this);
  });
  /** The capture of a run has the same fields here as in tshark, which complains of nothing. */
  async function compare(name: string, ...run: string[]): Promise<void> {
    const pcap = path.join(files.folder, `${name}.pcapng`);
    const ran = await sockscope('run', ...run, '--pcap', pcap);
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(tsharkComplaints(pcap, '-o', 'tcp.desegment_tcp_streams:FALSE'), '');
    const frames = withChecksums(await readFrames(pcap));
    assert.ok(frames.length > 1);
    await writeCapture(pcap, frames);
    assertSameTrees(frames, pcap, name);
  }

  for (const [name, programs] of sendingSamples())
    it(`${name}: tshark reads in it what Sockscope reads, field by field`, () => compare(name, ...programs));

  it('a lossy transfer with all TCP options: so does it there', () =>
    compare(
      'transfer',
      scenario(TRANSFER, 'transfer.ts'),
      ...LOSSY.flatMap((setting) => ['--nic', setting]),
    ));
});
