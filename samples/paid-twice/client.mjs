/**
 * 16. A payment that is made twice: a question is asked again when no answer comes, and no test has
 * ever failed. It fails when one packet is lost. Which one, and how does that come to cost 5?
 *
 * This is a Node program. F5 in it starts it together with server.mjs on one machine:
 * .vscode/launch.json beside it says so. There it ends well: 95 are left.
 *
 * What to look at
 *   1. Run "Sockscope: Find a Failing Seed". It runs both programs again and again, each time with
 *      other random numbers, and loses, delays, reorders or repeats some of their packets. Within
 *      seconds 90 are left. The failure is made as small as it can be, to one lost packet, and
 *      opens here, where the client finds that "paid once" is not so.
 *   2. Who has sent what? In the Variables view, under Machine and sockets, open the one to
 *      127.0.0.1:8080 and its tcp_sock, and choose "Break on Value Change" for write_seq: it counts
 *      the bytes that the program has written. Choose "Reverse" in the debug toolbar. It stops in
 *      tcp_sendmsg_locked, with ask() of this file below it: the question about the balance.
 *      Reverse once more: askAgain(), 150 ms after the first question, writes "pay" again. This is
 *      the cause.
 *   3. Had the first one got lost for good? Packets shows which packet was: the question, or its
 *      answer. TCP itself sends it again 200 ms later, so each question is answered, however late.
 *
 * So a time-out does not say that nothing will happen, and over TCP to ask again means to ask
 * twice. A cure: each payment has a number, and the server pays a number once.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';

const answers = new Map();

const socket = net.connect(8080, '127.0.0.1');
createInterface({ input: socket }).on('line', (line) => {
  const [question, left] = line.split(' ');
  answers.get(question)?.(left);
});
await once(socket, 'connect');

async function ask(question) {
  const answer = new Promise((resolve) => answers.set(question, resolve));
  socket.write(`${question}\n`);
  const timer = setInterval(() => askAgain(question), 150);
  const left = await answer;
  clearInterval(timer);
  return left;
}

function askAgain(question) {
  console.log(`client: no answer to "${question}"`);
  socket.write(`${question}\n`);
}

await ask('pay');
const left = await ask('balance');
console.log(`client: ${left} are left`);
assert.equal(left, '95', 'paid once');
socket.end();
