/** One figure of the stack. Usage: node us.js FIGURE */
import { ADDRESS, connectTo, listener, newMachine, run } from './machine.ts';
import {
  BLOCK,
  BULK_BYTES,
  BULK_WARM_UP,
  checkBlock,
  CONNECTS,
  CONNECTS_WARM_UP,
  HALF_OF_THE_PORTS,
  makeBlock,
  PAIRS_WARM_UP,
  PAST_HALF,
  PAST_HALF_WARM_UP,
  ROUND_TRIPS,
  ROUND_TRIPS_WARM_UP,
  Stopwatch,
} from './workload.ts';

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
      const fd = await connectTo(lib, ADDRESS);
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
      const fd = await connectTo(lib, ADDRESS);
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
        const fd = await connectTo(lib, ADDRESS);
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
        await connectTo(lib, ADDRESS);
      }
      await lib.sleep(2000);
    },
  );
  return (after - before) / pairs;
}

async function connectsPastHalf(): Promise<number> {
  const { machine, lib } = newMachine();
  const untimed = HALF_OF_THE_PORTS + PAST_HALF_WARM_UP;
  const all = untimed + PAST_HALF;
  const watch = new Stopwatch();
  let seconds = 0;
  await run(
    machine,
    async () => {
      lib.setrlimit_nofile(all + 100);
      const fd = await listener(lib);
      for (let i = 0; i < all; i++) await lib.accept(fd);
      await lib.sleep(1000);
    },
    async () => {
      lib.setrlimit_nofile(all + 100);
      for (let i = 0; i < all; i++) {
        if (i === untimed) watch.start();
        await connectTo(lib, ADDRESS);
      }
      seconds = watch.seconds;
    },
  );
  return PAST_HALF / seconds;
}

const figures: Record<string, () => Promise<number>> = {
  bulk_MBps: bulk,
  pingpong_per_s: pingpong,
  connect_per_s: connects,
  connect_past_half_per_s: connectsPastHalf,
  bytes_per_pair_1000: () => bytesPerPair(1_000),
  bytes_per_pair_10000: () => bytesPerPair(10_000),
};
console.log(await figures[process.argv[2]!]!());
process.exit(0);
