/** One figure of Node's `net` over the real loopback. Usage: node node.js FIGURE */
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
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

async function listen(
  onConnection: (socket: net.Socket) => void,
): Promise<{ server: net.Server; port: number }> {
  const server = net.createServer({ noDelay: true }, onConnection);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return { server, port: (server.address() as net.AddressInfo).port };
}
async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

async function bulk(): Promise<number> {
  const watch = new Stopwatch();
  let done!: () => void;
  const finished = new Promise<void>((resolve) => (done = resolve));
  const { port } = await listen((socket) => {
    let total = 0;
    socket.on('data', (data) => {
      checkBlock(data, data.length, total);
      total += data.length;
      if (total >= BULK_WARM_UP && total - data.length < BULK_WARM_UP) watch.start();
      if (total === BULK_WARM_UP + BULK_BYTES) done();
    });
  });
  const socket = await connect(port);
  const block = makeBlock();
  for (let sent = 0; sent < BULK_WARM_UP + BULK_BYTES; sent += BLOCK) {
    if (!socket.write(block)) await once(socket, 'drain');
  }
  await finished;
  return BULK_BYTES / 1e6 / watch.seconds;
}

async function pingpong(): Promise<number> {
  const { port } = await listen((socket) => {
    socket.on('data', (data) => socket.write(data));
  });
  const socket = await connect(port);
  const one = Buffer.from([42]);
  const watch = new Stopwatch();
  await new Promise<void>((resolve, reject) => {
    let count = 0;
    socket.on('data', (data) => {
      if (data[0] !== 42) reject(new Error(`round trip ${count} brought ${data[0]} back`));
      if (++count === ROUND_TRIPS_WARM_UP) watch.start();
      if (count === ROUND_TRIPS_WARM_UP + ROUND_TRIPS) resolve();
      else socket.write(one);
    });
    socket.write(one);
  });
  return ROUND_TRIPS / watch.seconds;
}

async function connects(): Promise<number> {
  const { port } = await listen((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end();
  });
  const watch = new Stopwatch();
  for (let i = 0; i < CONNECTS_WARM_UP + CONNECTS; i++) {
    if (i === CONNECTS_WARM_UP) watch.start();
    const socket = await connect(port);
    socket.resume();
    await once(socket, 'end');
    socket.end();
    await once(socket, 'close');
  }
  return CONNECTS / watch.seconds;
}

/** Bytes of kernel memory in slabs: sockets, files, inodes. 0 where the system does not tell. */
function slabBytes(): number {
  try {
    const match = /^Slab:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    return match === null ? 0 : Number(match[1]) * 1024;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/**
 * What an idle pair of sockets costs: in this process's heap, and in the kernel, which the other side of the comparison has
 * in its own heap.
 */
async function bytesPerPair(wanted: number): Promise<number> {
  const report = process.report.getReport() as unknown as {
    userLimits: { open_files: { soft: number | 'unlimited' } };
  };
  const { soft } = report.userLimits.open_files;
  // Both ends of each pair are descriptors of this process.
  const pairs =
    soft === 'unlimited' ? wanted : Math.min(wanted, Math.floor((soft - 200) / 2) - PAIRS_WARM_UP);
  const bytes = () => {
    gc!();
    gc!();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external + slabBytes();
  };
  const accepted: net.Socket[] = [];
  const { port } = await listen((socket) => accepted.push(socket));
  const connected: net.Socket[] = [];
  for (let i = 0; i < PAIRS_WARM_UP; i++) connected.push(await connect(port));
  const before = bytes();
  for (let i = 0; i < pairs; i++) connected.push(await connect(port));
  while (accepted.length < connected.length) await new Promise((resolve) => setTimeout(resolve, 10));
  const after = bytes();
  if (accepted.length + connected.length < 2 * pairs) throw new Error('a socket is missing');
  return (after - before) / pairs;
}

/** The accepted ends are a process's of their own: one process has not descriptors enough for both. */
async function connectsPastHalf(): Promise<number> {
  const acceptor = fork(fileURLToPath(import.meta.url), ['accept']);
  const [port] = (await once(acceptor, 'message')) as [number];
  const untimed = HALF_OF_THE_PORTS + PAST_HALF_WARM_UP;
  const watch = new Stopwatch();
  const sockets: net.Socket[] = [];
  for (let i = 0; i < untimed + PAST_HALF; i++) {
    if (i === untimed) watch.start();
    sockets.push(await connect(port));
  }
  const perSecond = PAST_HALF / watch.seconds;
  acceptor.kill();
  return perSecond;
}
/** The other process: it accepts until it is ended. */
async function acceptForEver(): Promise<never> {
  const { port } = await listen((socket) => socket.on('error', () => socket.destroy()));
  process.send!(port);
  process.on('disconnect', () => process.exit());
  return new Promise(() => {});
}

const figures: Record<string, () => Promise<number>> = {
  bulk_MBps: bulk,
  pingpong_per_s: pingpong,
  connect_per_s: connects,
  connect_past_half_per_s: connectsPastHalf,
  accept: acceptForEver,
  bytes_per_pair_1000: () => bytesPerPair(1_000),
  bytes_per_pair_10000: () => bytesPerPair(10_000),
};
console.log(await figures[process.argv[2]!]!());
process.exit(0);
