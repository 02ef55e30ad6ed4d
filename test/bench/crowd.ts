/**
 * A machine with many idle pairs of sockets, beside which one more pair does round trips.
 * Usage: fork('crowd.js', [PAIRS]). It sends 'ready'; each message to it starts a batch, the answer is that batch's time in ms.
 */
import { spawn_process } from '../../stack/index.ts';
import { ADDRESS, connectTo, listener, newMachine, run, type Address } from './machine.ts';
import { CROWD_ROUND_TRIPS } from './workload.ts';

/** To one address: fewer than half of its ports, so that finding a port is no search. */
const PAIRS_PER_ADDRESS = 10_000;
/** Virtual time between two looks whether all pairs are made, in ms. */
const LOOK_MS = 1;

const pairs = Number(process.argv[2]);
const { machine, lib } = newMachine();
let made = 0;

/** Two processes that make pairs to one address, keep them, and never end. */
function startPairs(address: Address, count: number): void {
  spawn_process(machine, 'idle server', async () => {
    lib.setrlimit_nofile(count + 10);
    const fd = await listener(lib, address);
    for (;;) await lib.accept(fd);
  });
  spawn_process(machine, 'idle client', async () => {
    lib.setrlimit_nofile(count + 10);
    let fd = 0;
    for (let i = 0; i < count; i++) {
      fd = await connectTo(lib, address);
      made++;
    }
    await lib.recv(fd, new Uint8Array(1));
  });
}

async function makePairs(): Promise<void> {
  for (let group = 0; group * PAIRS_PER_ADDRESS < pairs; group++) {
    const count = Math.min(PAIRS_PER_ADDRESS, pairs - group * PAIRS_PER_ADDRESS);
    startPairs({ address: `127.0.0.${group + 2}`, port: 9000 }, count);
  }
  await run(machine, async () => {
    while (made < pairs) await lib.sleep(LOOK_MS);
  });
}

/** @returns ms */
async function batch(): Promise<number> {
  const buffer = new Uint8Array(1);
  const one = new Uint8Array([42]);
  let taken = 0;
  await run(
    machine,
    async () => {
      const fd = await listener(lib);
      const connection = await lib.accept(fd);
      for (let i = 0; i < CROWD_ROUND_TRIPS; i++) {
        await lib.recv(connection, buffer);
        await lib.send(connection, buffer);
      }
    },
    async () => {
      const fd = await connectTo(lib, ADDRESS);
      const started = performance.now();
      for (let i = 0; i < CROWD_ROUND_TRIPS; i++) {
        await lib.send(fd, one);
        await lib.recv(fd, buffer);
      }
      taken = performance.now() - started;
    },
  );
  return taken;
}

await makePairs();
process.on('message', () => void batch().then((ms) => process.send!(ms)));
process.send!('ready');
