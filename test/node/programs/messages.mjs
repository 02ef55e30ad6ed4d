// What comes by the host's event loop: it is done as the process that left it, before time passes.
import net from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { host } from './common.mjs';

const began = Date.now();
const { port1, port2 } = new MessageChannel();
port1.on('message', (text) => {
  port1.close();
  const server = net.createServer((socket) => socket.end('an answer'));
  server.listen(0, host, () => {
    const socket = net.connect(server.address().port, host);
    socket.setEncoding('utf8').on('data', (answer) => console.log(text, answer));
    socket.on('close', () => server.close());
  });
});
port2.postMessage('a message');
setTimeout(() => console.log('a timer', Date.now() - began >= 500), 500);
