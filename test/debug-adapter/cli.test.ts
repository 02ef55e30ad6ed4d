/** The command line: what it prints, how it exits, and the capture that it writes. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PacketStore } from '../../debug-adapter/packets/packetStore.ts';
import { samplePath } from '../support/samples.ts';
import { needTshark, tsharkComplaints } from '../support/tshark.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const CLI = path.join(root, 'dist/debug-adapter/cli/main.js');

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}
function sockscope(...args: string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args]);
    const ran: Ran = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (ran.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (ran.stderr += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ran, code }));
  });
}

describe('the command line', function () {
  this.timeout(30_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-cli-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  /** A scenario in a file of its own. */
  function scenario(source: string, name = 'scenario.ts'): string {
    const file = path.join(folder, name);
    writeFileSync(file, source);
    return file;
  }

  it('runs a scenario to its end and passes its output through', async () => {
    const ran = await sockscope('run', samplePath('first-handshake'));
    assert.deepEqual(ran, {
      code: 0,
      stdout: 'client is connected\nclient received "welcome"\n',
      stderr: '',
    });
  });
  it('console.error goes to stderr, and is no failure', async () => {
    const ran = await sockscope(
      'run',
      scenario("export async function p() { console.error('to %s', 'stderr'); console.log({ a: 1 }); }"),
    );
    assert.deepEqual(ran, { code: 0, stdout: '{ a: 1 }\n', stderr: 'to stderr\n' });
  });
  it('time passes at once: a scenario that sleeps for an hour', async () => {
    const started = performance.now();
    const file = scenario(
      "import { sleep } from 'sockscope';\nexport async function p() { await sleep(3_600_000); console.log(Date.now() - Date.UTC(2024, 0, 1)); }",
    );
    assert.deepEqual(await sockscope('run', file), { code: 0, stdout: '3600000\n', stderr: '' });
    assert.ok(performance.now() - started < 10_000);
  });

  describe('what goes wrong in a scenario', () => {
    it('a process that throws: exit code 1, its name, the error and the line', async () => {
      const file = scenario(
        "import { AF_INET, connect, SOCK_STREAM, socket } from 'sockscope';\nexport async function client() {\n  const fd: number = await socket(AF_INET, SOCK_STREAM);\n  await connect(fd, { address: '127.0.0.1', port: 81 });\n}\n",
      );
      const { code, stderr } = await sockscope('run', file);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^sockscope: client \(pid 100\) threw: \w*Error: connect ECONNREFUSED 127\.0\.0\.1:81 \(connection refused\)/,
      );
      assert.match(stderr, /scenario\.ts:4:/, 'the line of the scenario');
      assert.equal(stderr.trimEnd().split('\n').length, 2, `only the program's own frames:\n${stderr}`);
    });
    it("shows an error's code that its message does not have, and its cause", async () => {
      const file = scenario(
        "export async function p() {\n  const cause = new Error('inner');\n  throw Object.assign(new TypeError('outer', { cause }), { code: 'E_OUTER' });\n}\n",
        'caused.ts',
      );
      const { code, stderr } = await sockscope('run', file);
      assert.equal(code, 1);
      assert.equal(
        stderr,
        `sockscope: p (pid 100) threw: TypeError [E_OUTER]: outer\n    at p (${file}:3:23)\n  caused by Error: inner\n    at p (${file}:2:17)\n`,
      );
    });
    it('what the top level throws: its place first', async () => {
      const file = scenario(
        "function fail(): never {\n  throw new Error('no');\n}\nfail();\nexport async function p() {}\n",
        'top.ts',
      );
      assert.deepEqual(await sockscope('run', file), {
        code: 1,
        stdout: '',
        stderr: `sockscope: ${file}:2:9: the program threw Error: no\n    at fail (${file}:2:9)\n    at ${file}:4:1\n`,
      });
    });
    it('what the top level throws later, or that is no Error', async () => {
      const later = scenario(
        "void Promise.reject(new Error('later'));\nexport async function p() {}\n",
        'rejects.ts',
      );
      const rejected = await sockscope('run', later);
      assert.equal(rejected.code, 1);
      assert.equal(
        rejected.stderr,
        `sockscope: ${later}:1:21: the program threw Error: later\n    at ${later}:1:21\n`,
      );
      const text = scenario("throw 'a text';\nexport async function p() {}\n", 'text.ts');
      const thrown = await sockscope('run', text);
      assert.equal(thrown.code, 1);
      assert.equal(thrown.stderr, `sockscope: ${text}: the program threw 'a text'\n`);
    });
    it('something that is no Error is told too', async () => {
      const { code, stderr } = await sockscope(
        'run',
        scenario("export async function p() { throw 'just a text'; }"),
      );
      assert.equal(code, 1);
      assert.match(stderr, /^sockscope: p \(pid 100\) threw: 'just a text'/);
    });
    it('the others go on when one throws', async () => {
      const file = scenario(
        "import { sleep } from 'sockscope';\nexport async function bad() { throw new Error('bad'); }\nexport async function good() { await sleep(10); console.log('good'); }",
      );
      const { code, stdout } = await sockscope('run', file);
      assert.deepEqual([code, stdout], [1, 'good\n']);
    });
    it('one that another process has started counts as well', async () => {
      const file = scenario(
        "import { spawn } from 'sockscope';\nexport async function p() { await spawn('child', async () => { throw new Error('bad'); }).exited; }",
      );
      const { code, stderr } = await sockscope('run', file);
      assert.equal(code, 1);
      assert.match(stderr, /^sockscope: child \(pid 101\) threw: Error: bad/);
    });
    it('a process that sleeps for ever is named, with what it sleeps in', async () => {
      const file = scenario(
        "import { AF_INET, accept, bind, listen, SOCK_STREAM, socket } from 'sockscope';\nexport async function server() { const fd = await socket(AF_INET, SOCK_STREAM); await bind(fd, { address: '127.0.0.1', port: 80 }); await listen(fd); await accept(fd); }",
      );
      const { stderr } = await sockscope('run', file);
      assert.equal(
        stderr,
        'sockscope: server (pid 100) still sleeps in accept: nothing is left to wake it\n',
      );
    });
    it('a wrong argument is a TypeError that says what would be right', async () => {
      const { code, stderr } = await sockscope(
        'run',
        scenario(
          "import { socket } from 'sockscope';\nexport async function p() { await socket('AF_INET' as never, 1); }",
        ),
      );
      assert.equal(code, 1);
      assert.match(stderr, /TypeError: socket: family must be a whole number, got 'AF_INET'/);
    });
    it('a missing file', async () => {
      const { code, stderr } = await sockscope('run', path.join(folder, 'nothing.ts'));
      assert.equal(code, 1);
      assert.match(stderr, /^sockscope: .*nothing\.ts: cannot be read: ENOENT/);
      assert.equal(stderr.trim().split('\n').length, 1, 'one line, no stack');
    });
    it('a syntax error in TypeScript, with its line', async () => {
      const { code, stderr } = await sockscope(
        'run',
        scenario('export async function p() {\n  const x: = 1;\n}\n', 'typed.ts'),
      );
      assert.equal(code, 1);
      assert.match(stderr, /^sockscope: .*typed\.ts/);
      assert.match(stderr, /typed\.ts:2:12: /);
    });
    it('a syntax error in JavaScript, with its line', async () => {
      const { code, stderr } = await sockscope(
        'run',
        scenario('export async function p() {\n  const = 1;\n}\n', 'plain.js'),
      );
      assert.equal(code, 1);
      assert.match(stderr, /^sockscope: .*plain\.js:2:9: /);
    });
    it('TypeScript that is more than types is refused', async () => {
      const { code, stderr } = await sockscope(
        'run',
        scenario('export enum E { A }\nexport async function p() {}\n', 'enum.ts'),
      );
      assert.equal(code, 1);
      assert.match(stderr, /^sockscope: .*enum\.ts.*enum/s);
    });
    it('no exported async function', async () => {
      const { code, stderr } = await sockscope(
        'run',
        scenario('export function p() {}\nasync function q() {}\nvoid q;\n'),
      );
      assert.equal(code, 1);
      assert.match(stderr, /^sockscope: .*scenario\.ts: no process: export at least one async function/);
    });
    it('an import that is not there', async () => {
      const unknown = await sockscope(
        'run',
        scenario("import x from 'no-such-package';\nexport async function p() { x; }"),
      );
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /scenario\.ts:1:\d+: cannot import 'no-such-package'/);
      const name = await sockscope(
        'run',
        scenario("import { sokket } from 'sockscope';\nexport async function p() { sokket; }"),
      );
      assert.equal(name.code, 1);
      assert.match(name.stderr, /sokket/);
      assert.match(name.stderr, /scenario\.ts/);
    });
    it("imports a file beside it, and Node's modules", async () => {
      scenario('export const word: string = "shared";', 'shared.ts');
      // Put together here, lest the build take it for an import of this file.
      const name = './shared' + '.ts';
      const file = scenario(
        `import { word } from '${name}';\nimport { basename } from 'node:path';\nexport async function p() { console.log(basename('/a/' + word)); }`,
      );
      assert.deepEqual(await sockscope('run', file), { code: 0, stdout: 'shared\n', stderr: '' });
    });
  });

  for (const option of [['--help'], ['-h'], ['run', '--help']])
    it(`${option.join(' ')} prints the usage`, async () => {
      const { code, stdout, stderr } = await sockscope(...option);
      assert.match(stdout, /^usage: sockscope run FILE/);
      assert.deepEqual([code, stderr], [0, '']);
    });

  it('ends quietly when nobody reads its output any more', async () => {
    const file = scenario(
      "import { sleep } from 'sockscope';\nexport async function p() { for (let i = 0; ; i++) { console.log('line', i); await sleep(1); } }",
    );
    const child = spawn(process.execPath, [CLI, 'run', file]);
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.deepEqual([code, stderr], [141, ''], 'as a shell shows a program that SIGPIPE has ended');
  });

  describe('what goes wrong in its arguments', () => {
    const refused = (name: string, args: string[], code: number, message: RegExp) =>
      it(name, async () => {
        const ran = await sockscope(...args);
        assert.match(ran.stderr, message);
        assert.equal(ran.code, code);
        assert.equal(ran.stdout, '');
      });
    const file = samplePath('first-handshake');
    refused('no command: the usage', [], 2, /^sockscope: no command given\n\nusage: sockscope run FILE/);
    refused('another command', ['walk', file], 2, /^sockscope: unknown command "walk"/);
    refused('no file', ['run'], 2, /^sockscope: FILE is missing/);
    refused('two files', ['run', file, file], 2, /^sockscope: one FILE, not two/);
    refused('an unknown option', ['run', file, '--fast'], 2, /^sockscope: unknown option --fast/);
    refused('an option without its value', ['run', file, '--seed'], 2, /^sockscope: --seed needs a value/);
    refused(
      'a seed that is no number',
      ['run', file, '--seed', 'abc'],
      2,
      /^sockscope: --seed takes a whole number, got "abc"/,
    );
    refused(
      'a seed that is too large',
      ['run', file, '--seed', '4294967296'],
      2,
      /^sockscope: --seed must be a whole number between 0 and 4294967295, got 4294967296/,
    );
    refused(
      'a sysctl without a value',
      ['run', file, '--sysctl', 'net.core.somaxconn'],
      2,
      /^sockscope: --sysctl takes NAME=VALUE/,
    );
    refused(
      'an unknown sysctl: with the one that may be meant',
      ['run', file, '--sysctl', 'net.ipv4.somaxconn=1'],
      2,
      /^sockscope: --sysctl net\.ipv4\.somaxconn is not known: did you mean net\.core\.somaxconn\?/,
    );
    refused(
      "a sysctl's value that it does not take",
      ['run', file, '--sysctl', 'net.core.somaxconn=many'],
      2,
      /^sockscope: --sysctl net\.core\.somaxconn does not take "many": it takes a whole number from 0 to 2147483647\n/,
    );
    refused(
      'a probability above 1',
      ['run', file, '--nic', 'loss=5'],
      2,
      /^sockscope: --nic loss must be a number between 0 and 1, got 5/,
    );
    refused(
      'a probability that is no number: as it was typed',
      ['run', file, '--nic', 'loss=nan'],
      2,
      /^sockscope: --nic loss must be a number between 0 and 1, got "nan"\n/,
    );
    refused(
      'a size of two points',
      ['run', file, '--nic', 'mtu=1.2.3'],
      2,
      /^sockscope: --nic mtu must be a whole number between 68 and 65536, got "1\.2\.3"\n/,
    );
    refused(
      'a name that a sysctl does not take: with those that it takes',
      ['run', file, '--sysctl', 'net.ipv4.tcp_congestion_control=fast'],
      2,
      /does not take "fast": it takes one of .*\bcubic\b/,
    );
    refused(
      'a time without a unit that is known',
      ['run', file, '--nic', 'latency=10parsec'],
      2,
      /^sockscope: --nic latency must be .*10us.*got "10parsec"/,
    );
    refused(
      'a ring that is no power of two',
      ['run', file, '--nic', 'ringSize=100'],
      2,
      /^sockscope: --nic ringSize must be a power of two/,
    );
    refused(
      'an unknown property of the NIC',
      ['run', file, '--nic', 'color=red'],
      2,
      /^sockscope: --nic color is not known: use one of mtu/,
    );
    refused(
      'an unknown tracepoint',
      ['run', file, '--trace', 'tcp:nothing'],
      2,
      /^sockscope: --trace tcp:nothing: no such tracepoint \(there are syscalls:sys_enter/,
    );
    refused(
      'a capture that cannot be written',
      ['run', file, '--pcap', '/nowhere/at/all.pcapng'],
      2,
      /^sockscope: --pcap \/nowhere\/at\/all\.pcapng: ENOENT/,
    );
  });

  describe('--trace', () => {
    it('prints tracepoints as ftrace does, among the output', async () => {
      const { code, stdout } = await sockscope(
        'run',
        samplePath('first-handshake'),
        '--trace',
        'sock:inet_sock_set_state,syscalls:sys_exit',
      );
      assert.equal(code, 0);
      const lines = stdout.trimEnd().split('\n');
      assert.match(lines[0]!, /^ +server-100 \[000\] 0\.000000000: sys_exit: socket -> 3$/);
      assert.ok(
        lines.some((line) =>
          / inet_sock_set_state: family=AF_INET sport=8080 dport=\d+ .*oldstate=TCP_SYN_RECV newstate=TCP_ESTABLISHED$/.test(
            line,
          ),
        ),
      );
      assert.ok(lines.includes('client is connected'));
    });
    it('takes patterns, several times', async () => {
      const { stdout } = await sockscope(
        'run',
        samplePath('first-handshake'),
        '--trace',
        'irq:softirq_*',
        '--trace=napi:*',
      );
      const names = new Set([...stdout.matchAll(/^ .*?\d: (\w+):/gm)].map(([, name]) => name));
      assert.deepEqual([...names].sort(), ['napi_poll', 'softirq_entry', 'softirq_exit', 'softirq_raise']);
    });
  });

  describe('--pcap', () => {
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
        const pcap = path.join(folder, `${name}.pcapng`);
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
});
