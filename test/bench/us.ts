/** One figure of the stack. Usage: node us.js FIGURE */
import { boot, createLibrary, parseConfig, spawn_process, type Machine } from '../../stack/index.ts';
import { cpu_startup_entry } from '../../stack/kernel/sched/idle.ts';
import { follow_promises } from '../../stack/user/promise_owner.ts';
import {
  BLOCK,
  BULK_BYTES,
  BULK_WARM_UP,
  checkBlock,
  CONNECTS,
  CONNECTS_WARM_UP,
  makeBlock,
  PAIRS_WARM_UP,
  ROUND_TRIPS,
  ROUND_TRIPS_WARM_UP,
  Stopwatch,
} from './workload.ts';

type Lib = typeof import('sockscope');
const ADDRESS = { address: '127.0.0.1', port: 8080 };

function newMachine(): { machine: Machine; lib: Lib } {
  const machine = boot(parseConfig({ nic: { latency: 0 } }));
  return { machine, lib: createLibrary(machine) as unknown as Lib };
}

/** Runs two processes, and as much of the machine as they need. */
async function run(
  machine: Machine,
  server: () => Promise<void>,
  client: () => Promise<void>,
): Promise<void> {
  const both = [spawn_process(machine, 'server', server), spawn_process(machine, 'client', client)];
  let ended = 0;
  for (const one of both) {
    void one.exited.then(({ error }) => {
      if (error !== undefined) throw error as Error;
      ended++;
    });
  }
  // As for every scenario: whose code runs after an await.
  const unfollow = follow_promises(machine);
  await cpu_startup_entry(machine, () => ended === both.length);
  unfollow();
  if (ended !== both.length) throw new Error('the machine came to rest before the workload had ended');
}

async function listener(lib: Lib, backlog = 128): Promise<number> {
  const fd = await lib.socket(lib.AF_INET, lib.SOCK_STREAM);
  await lib.setsockopt(fd, lib.SOL_SOCKET, lib.SO_REUSEADDR, 1);
  await lib.bind(fd, ADDRESS);
  await lib.listen(fd, backlog);
  return fd;
}

async function bulk(): Promise<number> {
  const { machine, lib } = newMachine();
  const watch = new Stopwatch();
  let seconds = 0;
  await run(
    machine,
    async () => {
      const connection = await lib.accept(await listener(lib));
      const buffer = new Uint8Array(BLOCK);
      for (let total = 0; total < BULK_WARM_UP + BULK_BYTES;) {
        const count = await lib.recv(connection, buffer);
        if (count === 0) throw new Error(`the stream ended after ${total} bytes`);
        checkBlock(buffer, count, total);
        total += count;
        if (total >= BULK_WARM_UP && total - count < BULK_WARM_UP) watch.start();
      }
      seconds = watch.seconds;
    },
    async () => {
      const fd = await lib.socket(lib.AF_INET, lib.SOCK_STREAM);
      await lib.connect(fd, ADDRESS);
      const block = makeBlock();
      for (let sent = 0; sent < BULK_WARM_UP + BULK_BYTES; sent += BLOCK) await lib.send(fd, block);
    },
  );
  return BULK_BYTES / 1e6 / seconds;
}

async function pingpong(): Promise<number> {
  const { machine, lib } = newMachine();
  const one = new Uint8Array([42]);
  const watch = new Stopwatch();
  let seconds = 0;
  await run(
    machine,
    async () => {
      const connection = await lib.accept(await listener(lib));
      const buffer = new Uint8Array(1);
      for (let i = 0; i < ROUND_TRIPS_WARM_UP + ROUND_TRIPS; i++) {
        await lib.recv(connection, buffer);
        await lib.send(connection, buffer);
      }
    },
    async () => {
      const fd = await lib.socket(lib.AF_INET, lib.SOCK_STREAM);
      await lib.connect(fd, ADDRESS);
      const buffer = new Uint8Array(1);
      for (let i = 0; i < ROUND_TRIPS_WARM_UP + ROUND_TRIPS; i++) {
        if (i === ROUND_TRIPS_WARM_UP) watch.start();
        await lib.send(fd, one);
        await lib.recv(fd, buffer);
        if (buffer[0] !== 42) throw new Error(`round trip ${i} brought ${buffer[0]} back`);
      }
      seconds = watch.seconds;
    },
  );
  return ROUND_TRIPS / seconds;
}

async function connects(): Promise<number> {
  const { machine, lib } = newMachine();
  const watch = new Stopwatch();
  let seconds = 0;
  await run(
    machine,
    async () => {
      const fd = await listener(lib);
      for (let i = 0; i < CONNECTS_WARM_UP + CONNECTS; i++) await lib.close(await lib.accept(fd));
    },
    async () => {
      const buffer = new Uint8Array(1);
      for (let i = 0; i < CONNECTS_WARM_UP + CONNECTS; i++) {
        if (i === CONNECTS_WARM_UP) watch.start();
        const fd = await lib.socket(lib.AF_INET, lib.SOCK_STREAM);
        await lib.connect(fd, ADDRESS);
        await lib.recv(fd, buffer);
        await lib.close(fd);
      }
      seconds = watch.seconds;
    },
  );
  return CONNECTS / seconds;
}

async function bytesPerPair(pairs: number): Promise<number> {
  const { machine, lib } = newMachine();
  let before = 0;
  let after = 0;
  const heap = () => {
    gc!();
    gc!();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  // What is made once, and the code's own growth, is not the pairs'.
  await run(
    machine,
    async () => {
      lib.setrlimit_nofile(pairs + PAIRS_WARM_UP + 100);
      const fd = await listener(lib);
      for (let i = 0; i < pairs + PAIRS_WARM_UP; i++) await lib.accept(fd);
      await lib.sleep(1000);
      after = heap();
    },
    async () => {
      lib.setrlimit_nofile(pairs + PAIRS_WARM_UP + 100);
      for (let i = 0; i < pairs + PAIRS_WARM_UP; i++) {
        if (i === PAIRS_WARM_UP) before = heap();
        const fd = await lib.socket(lib.AF_INET, lib.SOCK_STREAM);
        await lib.connect(fd, ADDRESS);
      }
      await lib.sleep(2000);
    },
  );
  return (after - before) / pairs;
}

const figures: Record<string, () => Promise<number>> = {
  bulk_MBps: bulk,
  pingpong_per_s: pingpong,
  connect_per_s: connects,
  bytes_per_pair_1000: () => bytesPerPair(1_000),
  bytes_per_pair_10000: () => bytesPerPair(10_000),
};
console.log(await figures[process.argv[2]!]!());
process.exit(0);
