/** Requests per second of the same Express app: on a machine, and in plain Node over the real loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from './statistics.ts';
import type { Beside } from './throughput.ts';

/** `dist/` has no packages of its own: the program runs where it is written. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = path.join(ROOT, 'test/bench/programs/express.mjs');
const COMMAND_LINE = path.join(ROOT, 'dist/debug-adapter/cli/main.js');
const REQUESTS = 3000;
const ROUNDS = 5;

async function measure(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const at = new Map<string, number>();
  for await (const line of createInterface(child.stdout)) at.set(line, performance.now());
  await exited;
  const begin = at.get('begin');
  const end = at.get('end');
  if (begin === undefined || end === undefined)
    throw new Error(`${args.join(' ')}: did not come to its end: ${[...at.keys()].join(', ')}`);
  return REQUESTS / ((end - begin) / 1000);
}

export async function measureHttp(): Promise<Beside> {
  const us: number[] = [];
  const node: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    us.push(await measure([COMMAND_LINE, 'run', PROGRAM, '--', String(REQUESTS)]));
    node.push(await measure([PROGRAM, String(REQUESTS)]));
  }
  return {
    us: Math.round(median(us)),
    node: Math.round(median(node)),
    ratio: median(us.map((value, round) => value / node[round]!)),
  };
}
