/**
 * A program at random, the same for the same seed: clients that send, wait and sleep, and servers that send back. A scenario
 * on one machine or on two hosts, or a Node program.
 */
import type { Random } from '../../support/random.ts';

/** In this order they belong to the seeds, from 1 on. */
const KINDS = ['one machine', 'two hosts', 'Node'] as const;
type Kind = (typeof KINDS)[number];
export const KIND_COUNT = KINDS.length;

export interface RandomProgram {
  kind: Kind;
  /** With its suffix. */
  name: string;
  source: string;
}

/** What a scenario of all kinds has. @param address of its server */
const scenario = (
  address: string,
  types = '',
): string => `import { accept, AF_INET, bind, close, connect, listen, recv, send, sleep, SOCK_STREAM, socket${types} } from 'sockscope';

const ADDRESS = { address: '${address}', port: 8080 };

async function exchange(fd, length) {
  let sent = 0;
  while (sent < length) {
    const rest = length - sent;
    sent += await send(fd, new Uint8Array(Math.min(900, rest)));
  }
  let received = 0;
  while (received < sent) received += (await recv(fd, 2000)).length;
  return received;
}
function sumTo(limit) {
  let sum = 0;
  for (let i = 0; i < limit; i++)
    sum += i;
  return sum;
}
async function serve(fd) {
  for (;;) {
    const data = await recv(fd, 1500);
    if (data.length === 0) break;
    await send(fd, data);
  }
  await close(fd);
}
`;
const NODE = `import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const echo = net.createServer((socket) => socket.pipe(socket));
const web = http.createServer((request, response) => {
  let received = 0;
  request.on('data', (data) => (received += data.length));
  request.on('end', () => setTimeout(() => response.end('x'.repeat(received)), 3));
});

async function exchange(socket, length) {
  socket.write('y'.repeat(length));
  let received = 0;
  while (received < length) {
    const [data] = await once(socket, 'data');
    received += data.length;
  }
  return received;
}
async function ask(length) {
  const request = http.request({ host: '127.0.0.1', port: 8081, method: 'POST' });
  request.end('z'.repeat(length));
  const [response] = await once(request, 'response');
  let received = 0;
  for await (const data of response) received += data.length;
  return received;
}
function sumTo(limit) {
  let sum = 0;
  for (let i = 0; i < limit; i++)
    sum += i;
  return sum;
}
`;

/** @param seed a kind belongs to each; three in a row have one of each */
export function randomProgram(seed: number, random: Random): RandomProgram {
  const kind = KINDS[(seed + KINDS.length - 1) % KINDS.length]!;
  const count = 1 + random.below(3);
  if (kind === 'Node') return { kind, name: `random${seed}.mjs`, source: nodeProgram(count, random) };
  const clients = Array.from({ length: count }, (_, index) => client(index, random));
  const head = kind === 'two hosts' ? onTwoHosts(count, random) : scenario('127.0.0.1');
  const source = [head, server(count, 1 + random.below(2)), ...clients].join('\n');
  return { kind, name: `random${seed}.ts`, source };
}

function onTwoHosts(clients: number, random: Random): string {
  const names = Array.from({ length: clients }, (_, index) => `'client${index}'`);
  return `${scenario('10.0.0.1', ', type Network')}
export const network: Network = {
  hosts: {
    server: { address: '10.0.0.1/24' },
    client: { address: '10.0.0.2/24', processes: [${names.join(', ')}] },
  },
  wire: { latency: '${1 + random.below(5)}ms', loss: ${random.below(4) / 20} },
};
`;
}
function server(clients: number, backlog: number): string {
  return `export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, ${backlog});
  for (let i = 0; i < ${clients}; i++) {
    const connection = await accept(listener);
    await serve(connection);
  }
  await close(listener);
}
`;
}
function client(index: number, random: Random): string {
  const steps = Array.from({ length: 1 + random.below(5) }, () => step(random));
  return `export async function client${index}() {
  let total = 0;
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
${steps.map((line) => `  ${line}\n`).join('')}  await close(fd);
  console.log(total);
}
`;
}
function step(random: Random): string {
  switch (random.below(4)) {
    case 0:
      return `await sleep(${1 + random.below(50)});`;
    case 1:
      return `total += sumTo(${1 + random.below(3)});`;
    default:
      return `total += await exchange(fd, ${1 + random.below(3000)});`;
  }
}

function nodeProgram(clients: number, random: Random): string {
  const all = Array.from({ length: clients }, (_, index) => nodeClient(index, random));
  return `${NODE}
${all.join('\n')}
echo.listen(8080, '127.0.0.1');
web.listen(8081, '127.0.0.1');
await Promise.all([${all.map((_, index) => `client${index}()`).join(', ')}]);
echo.close();
web.close();
`;
}
function nodeClient(index: number, random: Random): string {
  const steps = Array.from({ length: 1 + random.below(4) }, () => nodeStep(random));
  return `async function client${index}() {
  let total = 0;
  const socket = net.connect(8080, '127.0.0.1');
  await once(socket, 'connect');
  total += await exchange(socket, ${1 + random.below(2000)});
${steps.map((line) => `  ${line}\n`).join('')}  socket.end();
  console.log(total);
}
`;
}
function nodeStep(random: Random): string {
  switch (random.below(4)) {
    case 0:
      return `await pause(${1 + random.below(50)});`;
    case 1:
      return `total += sumTo(${1 + random.below(3)});`;
    case 2:
      return `total += await ask(${1 + random.below(2000)});`;
    default:
      return `total += await exchange(socket, ${1 + random.below(3000)});`;
  }
}
