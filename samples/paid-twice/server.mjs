/** The server of lesson 16; client.mjs tells what to look at. */
import net from 'node:net';
import { createInterface } from 'node:readline';

let balance = 100;

const server = net.createServer((socket) => {
  createInterface({ input: socket }).on('line', (question) => {
    if (question === 'pay') {
      balance -= 5;
      console.log(`server: 5 are paid, ${balance} are left`);
    }
    socket.write(`${question} ${balance}\n`);
  });
});
server.listen(8080, '127.0.0.1');
