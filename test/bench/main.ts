/**
 * `npm run -s bench [-- --json]`: the stack beside Node's `net` over the real loopback, in one run; each figure in a process
 * of its own, the two sides in turn. `npm run -s bench -- dap`: the debugger's latencies, through the adapter's own stdio.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measureDap } from './dap.ts';

const FIGURES = [
  'bulk_MBps',
  'pingpong_per_s',
  'connect_per_s',
  'bytes_per_pair_1000',
  'bytes_per_pair_10000',
] as const;
type Figure = (typeof FIGURES)[number];
const SIDES = ['us', 'node'] as const;
type Side = (typeof SIDES)[number];
/** How often each is measured; the median counts. */
const ROUNDS = 3;

const TITLES: Record<Figure, string> = {
  bulk_MBps: 'bulk, 64 KiB writes, bytes verified (MB/s)',
  pingpong_per_s: '1-byte ping-pong (round trips/s)',
  connect_per_s: 'connect + accept + close (per s)',
  bytes_per_pair_1000: 'memory per idle pair of 1,000, with its kernel (bytes)',
  bytes_per_pair_10000: 'memory per idle pair of 10,000, with its kernel (bytes)',
};

async function measure(side: Side, figure: Figure): Promise<number> {
  const script = fileURLToPath(new URL(`./${side}.js`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, figure], {
    maxBuffer: 1 << 20,
  });
  const value = Number(stdout.trim());
  if (!(value > 0)) throw new Error(`${side} ${figure}: not a figure: ${stdout}`);
  return value;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

async function measureStack(): Promise<Record<Figure, Record<Side, number>>> {
  const result = {} as Record<Figure, Record<Side, number>>;
  for (const figure of FIGURES) {
    const values: Record<Side, number[]> = { us: [], node: [] };
    // The two in turn, so that a machine that slows down slows both.
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of SIDES) values[side].push(await measure(side, figure));
    }
    result[figure] = { us: Math.round(median(values.us)), node: Math.round(median(values.node)) };
  }
  return result;
}

const json = process.argv.includes('--json');
const dapOnly = process.argv.includes('dap');
const stack = dapOnly ? null : await measureStack();
const dap = dapOnly || json ? await measureDap() : null;
if (json) {
  console.log(
    JSON.stringify({
      ...(stack && {
        bulk_MBps: stack.bulk_MBps,
        pingpong_per_s: stack.pingpong_per_s,
        connect_per_s: stack.connect_per_s,
        bytes_per_pair: stack.bytes_per_pair_10000,
        bytes_per_pair_1000: stack.bytes_per_pair_1000,
      }),
      ...dap,
    }),
  );
} else {
  if (stack !== null) {
    console.log(`${''.padEnd(56)}${'us'.padStart(12)}${'node'.padStart(12)}${'us/node'.padStart(10)}`);
    for (const figure of FIGURES) {
      const { us, node } = stack[figure];
      console.log(
        `${TITLES[figure].padEnd(56)}${us.toLocaleString('en').padStart(12)}${node.toLocaleString('en').padStart(12)}${(us / node).toFixed(2).padStart(10)}`,
      );
    }
  }
  if (dap !== null) {
    console.log(`launch request to first stop: ${dap.first_stop_ms} ms`);
    console.log(`next + stackTrace + scopes + variables, median: ${dap.step_ms_p50} ms`);
  }
}
