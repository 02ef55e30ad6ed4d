/** The stack beside Node's `net` over the real loopback: each figure in a process of its own, the two sides in turn. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './statistics.ts';

/** What is measured, and how often: the median counts. */
export const FIGURES = {
  bulk_MBps: { title: 'bulk, 64 KiB writes, bytes verified (MB/s)', rounds: 5 },
  pingpong_per_s: { title: '1-byte round trips (per s)', rounds: 5 },
  connect_per_s: { title: 'connect + accept + close (per s)', rounds: 5 },
  connect_past_half_per_s: { title: 'connect past half the port range to one address (per s)', rounds: 3 },
  bytes_per_pair_1000: { title: 'memory per idle pair of 1,000, with its kernel (bytes)', rounds: 3 },
  bytes_per_pair_10000: { title: 'memory per idle pair of 10,000, with its kernel (bytes)', rounds: 3 },
} as const;
export type Figure = keyof typeof FIGURES;

const SIDES = ['us', 'node'] as const;
type Side = (typeof SIDES)[number];
export interface Beside extends Record<Side, number> {
  /** The median of each round's quotient. */
  ratio: number;
}

async function measure(side: Side, figure: Figure): Promise<number> {
  const script = fileURLToPath(new URL(`./${side}.js`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, figure], {
    maxBuffer: 1 << 20,
  });
  const value = Number(stdout.trim());
  if (!(value > 0)) throw new Error(`${side} ${figure}: not a figure: ${stdout}`);
  return value;
}

/** The two in turn, so that a machine that slows down slows both. */
export async function measureBeside(figure: Figure): Promise<Beside> {
  const values: Record<Side, number[]> = { us: [], node: [] };
  for (let round = 0; round < FIGURES[figure].rounds; round++) {
    for (const side of SIDES) values[side].push(await measure(side, figure));
  }
  return {
    us: Math.round(median(values.us)),
    node: Math.round(median(values.node)),
    ratio: median(values.us.map((value, round) => value / values.node[round]!)),
  };
}
