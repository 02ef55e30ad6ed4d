// node:dgram between sockets of one process.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { host } from './common.mjs';

const server = dgram.createSocket('udp4');
server.bind(0, host);
await once(server, 'listening');
const { port, family, address } = server.address();
console.log(family, address, port > 0);

server.on('message', (message, from) => {
  if (message.length > 0)
    server.send(`${message} of ${from.size} from ${from.family} ${from.address}`, from.port, host);
  else console.log('empty datagram');
});
const client = dgram.createSocket('udp4');
for (const message of ['one', Buffer.from('two'), ['thr', 'ee']]) {
  const sent = await new Promise((resolve) =>
    client.send(message, port, host, (_error, bytes) => resolve(bytes)),
  );
  const [answer] = await once(client, 'message');
  console.log(sent, String(answer));
}
client.send('', port, host);
await new Promise((resolve) => setTimeout(resolve, 20));

const connected = dgram.createSocket('udp4');
connected.connect(port, host);
await once(connected, 'connect');
console.log(connected.remoteAddress().port === port);
connected.send('by connection');
console.log(String((await once(connected, 'message'))[0]));
connected.setTTL(5);
connected.setBroadcast(true);
connected.setRecvBufferSize(20_000);
console.log(connected.getRecvBufferSize(), connected.getSendQueueCount(), connected.getSendQueueSize());
connected.disconnect();
try {
  connected.remoteAddress();
} catch (error) {
  console.log(error.code);
}

const tooLarge = await new Promise((resolve) => client.send(Buffer.alloc(70_000), port, host, resolve));
console.log(tooLarge.code);

const other = dgram.createSocket('udp4');
other.bind(port, host);
const [inUse] = await once(other, 'error');
console.log(inUse.code, inUse.syscall);

server.close();
await once(server, 'close');
const late = dgram.createSocket('udp4');
late.connect(port, host);
await once(late, 'connect');
late.send('nobody there');
const [refused] = await once(late, 'error');
console.log(refused.code, refused.syscall);
for (const socket of [client, connected, late]) socket.close();
try {
  client.send('closed', port, host);
} catch (error) {
  console.log(error.code);
}
