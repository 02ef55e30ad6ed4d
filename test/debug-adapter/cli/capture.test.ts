/** The command line: the capture that it writes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { samplePath } from '../../support/samples.ts';
import { needTshark, tsharkComplaints } from '../../support/tshark.ts';
import { Files, sockscope } from '../support/commandLine.ts';

describe('the command line: --pcap', function () {
  this.timeout(30_000);
  const files = new Files();
  const { scenario } = files;
  /** Captures of all samples, and of a lossy transfer with all TCP options. */
  const captures = [
    ['first-handshake', []],
    ['echo', []],
    ['accept-queue-overflow', []],
    ['refused-and-reset', []],
    ['lost-syn', []],
    ['lost-syn-ack', []],
    ['udp-echo', []],
    ['ping', []],
    [
      'transfer',
      [
        '--nic',
        'mtu=1500',
        '--nic',
        'loss=0.05',
        '--nic',
        'latency=1ms',
        '--nic',
        'reorder=0.05',
        '--nic',
        'duplicate=0.02',
      ],
    ],
  ] as const;
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
  const FIELDS = [
    'tcp.srcport',
    'tcp.dstport',
    'tcp.seq',
    'tcp.ack',
    'tcp.flags',
    'tcp.window_size',
    'tcp.len',
    'tcp.options',
  ];
  before(function () {
    needTshark(this);
  });
  const tshark = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync('tshark', ['-n', ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };

  for (const [name, options] of captures) {
    it(`${name}: tshark has nothing to complain of, and reads what we read`, async () => {
      const pcap = path.join(files.folder, `${name}.pcapng`);
      const file = name === 'transfer' ? scenario(TRANSFER, 'transfer.ts') : samplePath(name);
      const ran = await sockscope('run', file, '--pcap', pcap, ...options);
      assert.equal(ran.code, 0, ran.stderr);
      assert.ok(existsSync(pcap));
      const ours = readPcapng(readFileSync(pcap));
      assert.ok(ours.length > 1);
      assert.equal(tsharkComplaints(pcap, '-o', 'tcp.desegment_tcp_streams:FALSE'), '');
      const theirs = tshark(
        '-r',
        pcap,
        '-o',
        'tcp.desegment_tcp_streams:FALSE',
        '-T',
        'fields',
        '-E',
        'occurrence=f',
        ...FIELDS.flatMap((field) => ['-e', field]),
      );
      const lines = theirs.replace(/\n$/, '').split('\n');
      assert.equal(lines.length, ours.length, 'as many packets');
      lines.forEach((line, i) => assert.equal(ours[i]!.join('\t'), line, `packet ${i + 1}`));
    });
  }

  /** Our own dissection of a capture: the fields of FIELDS of each packet, as tshark writes them. */
  function readPcapng(bytes: Buffer): string[][] {
    const store = new PacketStore();
    let number = 0;
    for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
      if (bytes.readUInt32LE(at) !== 6) continue;
      const [captured, length] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
      const timeNs = Number(
        (BigInt(bytes.readUInt32LE(at + 12)) << 32n) | BigInt(bytes.readUInt32LE(at + 16)),
      );
      store.add({
        number: ++number,
        timeNs,
        direction: 'out',
        length,
        bytes: new Uint8Array(bytes.subarray(at + 28, at + 28 + captured)),
      } as Parameters<PacketStore['add']>[0]);
    }
    return store.rows(0, 1000).rows.map((row) => {
      const { layers, bytes: base64 } = store.packet(row.number);
      const tcp = layers.find(({ name }) => name === 'TCP');
      if (tcp === undefined) return FIELDS.map(() => '');
      const value = (name: string) => {
        const found = tcp.fields.find((field) => field.name === name);
        return found === undefined ? '' : found.value;
      };
      const raw = Buffer.from(base64, 'base64');
      const headerLength = (raw[tcp.offset + 12]! >> 4) * 4;
      return [
        value('Source Port'),
        value('Destination Port'),
        /^\d+/.exec(value('Sequence Number'))?.[0] ?? '',
        /^\d+/.exec(value('Acknowledgment Number'))?.[0] ?? '',
        `0x${(((raw[tcp.offset + 12]! & 15) << 8) | raw[tcp.offset + 13]!).toString(16).padStart(4, '0')}`,
        /^\d+/.exec(value('[Calculated window size]'))?.[0] ?? '',
        /^\d+/.exec(value('[TCP Segment Len]') || value('TCP Segment Len'))?.[0] ?? '',
        raw.subarray(tcp.offset + 20, tcp.offset + headerLength).toString('hex'),
      ];
    });
  }
});
