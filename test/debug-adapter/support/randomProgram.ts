/** A program at random, the same for the same seed: clients that send, wait and sleep, and a server that sends back. */
import type { Random } from '../../support/random.ts';

const HEAD = `import { accept, AF_INET, bind, close, connect, listen, recv, send, sleep, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8080 };

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

export function randomProgram(random: Random): string {
  const clients = Array.from({ length: 1 + random.below(3) }, (_, index) => client(index, random));
  return [HEAD, server(clients.length, 1 + random.below(2)), ...clients].join('\n');
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
