/** A debug session whose machine is plugged into a real kernel: it stands, and a real curl waits. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PacketRow } from '../../debug-adapter/protocol.ts';
import { Adapter } from '../debug-adapter/support/adapter.ts';
import { ADAPTER, ROOT } from '../debug-adapter/support/paths.ts';
import { ended, MACHINE, REAL, RealKernel, WIRE } from './support/realKernel.ts';

const PROGRAM = path.join(ROOT, 'docs/real-kernel/answer.ts');
const lineOf = (text: string) =>
  readFileSync(PROGRAM, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

/** In a TCP header's flags. */
const FIN = 1;

describe('a debug session with a real kernel', function () {
  this.timeout(60_000);
  let real: RealKernel;
  let adapter: Adapter;
  let folder: string;
  before(async () => {
    real = await RealKernel.start();
    // The adapter's loopback is the namespace's.
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-real-'));
    const script = path.join(folder, 'adapter.sh');
    const [program, args] = real.command(process.execPath, ADAPTER);
    writeFileSync(script, `exec ${[program, ...args].join(' ')}\n`);
    adapter = await new Adapter(['/bin/sh', script]).start();
  });
  after(async () => {
    await adapter.stop();
    await real.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stops in tcp_v4_rcv while a real curl waits, for as long as one likes, and goes on', async () => {
    await adapter.launch(
      {
        program: PROGRAM,
        interfaces: { eth0: { address: `${MACHINE}/24`, wire: WIRE } },
      },
      async () => {
        await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_rcv' }] });
      },
    );
    const curl = real.spawn('curl', '-sS', '-m', '30', `http://${MACHINE}/`);
    let over = false;
    const end = ended(curl).finally(() => (over = true));

    // Its SYN has come through the ring and the softirq.
    await adapter.stopped();
    const names = (await adapter.stack()).map(({ name }) => name);
    assert.equal(names[0], 'tcp_v4_rcv');
    assert.ok(names.includes('net_rx_action'), names.join(', '));
    const time = async () => Number(await adapter.evaluate('world.time_ns')) / 1e6;
    const before = await time();
    await delay(1500);
    assert.equal(await time(), before, 'time stands');
    assert.equal(over, false, 'curl waits');

    // It has sent its SYN again meanwhile. The request comes, and the answer is held back.
    await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
    await adapter.request('setBreakpoints', {
      source: { path: PROGRAM },
      breakpoints: [{ line: lineOf('await send(fd') }],
    });
    await adapter.go('continue');
    assert.equal((await adapter.stack())[0]!.name, 'server');
    assert.equal(await adapter.evaluate("request.split(' ')[0]"), '"GET"');
    await delay(1500);
    assert.equal(over, false, 'curl waits');
    const after = await time();
    assert.ok(after - before < 1000, `${after - before} ms have passed of the 3000 at stops`);

    await adapter.request('continue', { threadId: adapter.thread });
    const { code, stdout, stderr } = await end;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /stands still when you do/);
    // No timer of ours has expired. SYNs that came again were answered again.
    await adapter.request('pause', { threadId: adapter.thread });
    await adapter.stopped();
    // Where it pauses, a local of another kind may be called machine.
    const timeouts = 'sockets[0].skc_net.mib.net_statistics[LINUX_MIB_TCPTIMEOUTS]';
    assert.equal(await adapter.evaluate(timeouts), '0');
  });

  it('shows what has come in and what has gone out as packets of one list', async () => {
    // The connection may be closed after curl has all it wants.
    await adapter.request('continue', { threadId: adapter.thread });
    const flagsOf = ({ values }: PacketRow) => Number(values!['tcp.flags']);
    const isClosed = (row: PacketRow) => row.source.startsWith(MACHINE) && (flagsOf(row) & FIN) !== 0;
    let rows: PacketRow[] = [];
    for (let i = 0; i < 200 && !rows.some(isClosed); i++) {
      await delay(20);
      ({ rows } = await adapter.custom('sockscope/packets', {
        from: 0,
        count: 100,
        filter: 'tcp',
        fields: ['tcp.flags'],
      }));
    }
    const lines = rows.map(
      ({ direction, source, info }) => `${direction} ${source.replace(/:\d+$/, '')} ${info}`,
    );
    const [first, second] = lines;
    assert.match(first!, new RegExp(`^in ${REAL} \\d+ → \\d+ \\[SYN\\]`));
    assert.match(second!, new RegExp(`^out ${MACHINE} \\d+ → \\d+ \\[SYN, ACK\\]`));
    const isRequest = (line: string) => line.startsWith(`in ${REAL} GET / HTTP/1.1`);
    assert.ok(lines.some(isRequest), lines.join('\n'));
    assert.ok(rows.some(isClosed), lines.join('\n'));
    assert.deepEqual([...new Set(rows.map(({ fate }) => fate))], ['delivered']);
    const [syn] = rows;
    const code = await adapter.custom('sockscope/packetCode', { number: syn!.number, which: 'sent' });
    assert.deepEqual(code, {}, 'the code that has sent it is not here');
  });
});
