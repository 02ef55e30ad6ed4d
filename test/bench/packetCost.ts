/** What a packet costs with 100,000 idle pairs of sockets beside it, against 100: two processes, batches in turn. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SEMI_SPACE_MB } from '../../debug-adapter/worker/thread.ts';
import { median } from './statistics.ts';

const MANY = 100_000;
const FEW = 100;
/** The first batches of each are there for the JIT compilers. */
const BATCHES = 15;
const WARM_UP = 5;
/** 100,000 pairs need more than V8 gives by itself. */
const HEAP_MB = 4096;

/** A process with idle pairs of sockets. */
class Crowd {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor(pairs: number) {
    const script = fileURLToPath(new URL('./crowd.js', import.meta.url));
    this.#child = fork(script, [String(pairs)], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`, `--max-semi-space-size=${SEMI_SPACE_MB}`],
    });
    this.#ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the process with ${pairs} pairs ended with exit code ${String(code)}`);
    });
    this.#ended.catch(() => {});
  }

  /** Resolves when the pairs are made. */
  async ready(): Promise<void> {
    await this.#answer();
  }
  /** @returns ms */
  async batch(): Promise<number> {
    this.#child.send('batch');
    return (await this.#answer()) as number;
  }
  stop(): void {
    this.#child.kill();
  }

  async #answer(): Promise<unknown> {
    const answer = new Promise((resolve) => this.#child.once('message', resolve));
    return Promise.race([answer, this.#ended]);
  }
}

/** The median of the quotients of batches that followed each other. */
export async function measurePacketCost(): Promise<number> {
  const few = new Crowd(FEW);
  const many = new Crowd(MANY);
  try {
    await few.ready();
    await many.ready();
    const quotients: number[] = [];
    for (let i = 0; i < WARM_UP + BATCHES; i++) {
      const beside = await few.batch();
      const quotient = (await many.batch()) / beside;
      if (i >= WARM_UP) quotients.push(quotient);
    }
    return Math.round(median(quotients) * 100) / 100;
  } finally {
    few.stop();
    many.stop();
  }
}
