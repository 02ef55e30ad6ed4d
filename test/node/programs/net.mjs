// node:net between a server and clients of one process.
import net from 'node:net';
import { once } from 'node:events';
import { host } from './common.mjs';

async function listen(options, onConnection) {
  const server = net.createServer(options, onConnection).listen(0, host);
  await once(server, 'listening');
  return { server, port: server.address().port };
}
const closed = (emitter) => new Promise((resolve) => emitter.on('close', resolve));

// Half-open: the server answers after the client's end.
{
  const { server, port } = await listen({ allowHalfOpen: true }, (socket) => {
    const parts = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => socket.end(`all of ${Buffer.concat(parts).length}`));
  });
  const client = net.connect({ host, port, allowHalfOpen: true });
  client.setEncoding('utf8').end('x'.repeat(100_000));
  for await (const text of client) console.log('half-open:', text);
  server.close();
  await once(server, 'close');
}
// Without allowHalfOpen the server's side ends by itself.
{
  const { server, port } = await listen({}, (socket) => {
    socket.on('end', () => console.log('server: end, writable', socket.writable));
    socket.on('close', (hadError) => console.log('server: close', hadError));
    socket.resume();
  });
  const client = net.connect(port, host, () => client.end());
  client.on('end', () => console.log('client: end')).resume();
  await closed(client);
  server.close();
  await once(server, 'close');
}
// A reader that pauses holds the writer back.
{
  const total = 8 << 20;
  let received = 0;
  const { server, port } = await listen({}, (socket) => {
    socket.pause();
    socket.on('data', (part) => (received += part.length));
    setTimeout(() => {
      console.log('paused:', received);
      socket.resume();
    }, 50);
    socket.on('end', () => console.log('received all:', received === total));
  });
  const client = net.connect(port, host);
  let drains = 0;
  let wasFull = false;
  for (let sent = 0; sent < total; sent += 1 << 16) {
    if (client.write(Buffer.alloc(1 << 16, sent >> 16))) continue;
    wasFull = true;
    await once(client, 'drain');
    drains++;
  }
  console.log('was full:', wasFull, 'drained:', drains > 0);
  client.end();
  await closed(client);
  console.log('bytesWritten', client.bytesWritten);
  server.close();
  await once(server, 'close');
}
// Addresses and counts.
{
  const { server, port } = await listen({}, (socket) => socket.on('data', () => {}));
  const isAccepted = once(server, 'connection');
  const client = net.connect({ host, port, localAddress: '127.0.0.1' });
  await once(client, 'connect');
  await isAccepted;
  console.log(client.remoteAddress, client.remoteFamily, client.remotePort === port, client.localAddress);
  console.log(client.address().family, client.pending, client.connecting, client.readyState);
  const [, count] = await new Promise((resolve) => server.getConnections((...answer) => resolve(answer)));
  console.log('connections:', count);
  client.setNoDelay(true).setKeepAlive(true, 5000);
  client.setTimeout(30, () => {
    console.log('timeout');
    client.destroy();
  });
  await closed(client);
  console.log(client.destroyed, client.readyState);
  server.close(() => console.log('server closed'));
  await once(server, 'close');
  server.close((error) => console.log(error.code));
}
// Errors.
{
  const { server, port } = await listen({}, () => {});
  const other = net.createServer().listen(port, host);
  const [inUse] = await once(other, 'error');
  console.log(inUse.code, inUse.syscall, inUse.address);
  server.close();
  await once(server, 'close');
  const refused = net.connect(port, host);
  const [error] = await once(refused, 'error');
  console.log(error.code, error.syscall, error.address, error.message.replace(String(port), 'PORT'));
}
// destroy() of a socket with unread bytes, and resetAndDestroy(), reset the other end.
for (const how of ['destroy', 'resetAndDestroy']) {
  const { server, port } = await listen({}, (socket) => {
    socket.on('error', (error) => console.log(how, 'server:', error.code, error.syscall));
    socket.on('end', () => console.log(how, 'server: end'));
    socket.on('close', (hadError) => console.log(how, 'server: close', hadError));
    socket.resume();
    socket.write('unread');
  });
  const client = net.connect(port, host);
  await once(client, 'readable');
  client[how]();
  client.on('error', (error) => console.log(how, 'client:', error.code));
  await closed(client);
  server.close();
  await once(server, 'close');
}
// An error given to destroy(), and a write after end.
{
  const { server, port } = await listen({}, (socket) => socket.on('error', () => {}).resume());
  const client = net.connect(port, host);
  await once(client, 'connect');
  client.on('error', (error) => console.log(error.code ?? error.message));
  client.destroy(new Error('my own'));
  await closed(client);
  const late = net.connect(port, host);
  late.on('error', (error) => console.log(error.code));
  late.end('last');
  late.write('too late', (error) => console.log('callback', error.code));
  await closed(late);
  server.close();
  await once(server, 'close');
}
// A signal aborts a connection and a listener.
{
  const controller = new AbortController();
  const server = net.createServer().listen({ port: 0, host, signal: controller.signal });
  await once(server, 'listening');
  const client = net.connect({ port: server.address().port, host, signal: controller.signal });
  client.on('error', (error) => console.log(error.name, error.code));
  await once(client, 'connect');
  controller.abort();
  await once(server, 'close');
  console.log('aborted');
}
// Strings in several encodings, cork(), and an answer in parts.
{
  const { server, port } = await listen({}, (socket) => socket.pipe(socket));
  const client = net.connect(port, host);
  client.cork();
  client.write('grün', 'utf8');
  client.write('fc', 'hex');
  client.write('ü', 'latin1');
  client.write('ü', 'utf16le');
  client.write(new Uint8Array([1, 2, 3]));
  client.uncork();
  client.end(Buffer.from('end'));
  const parts = [];
  for await (const part of client) parts.push(part);
  console.log(Buffer.concat(parts).toString('hex'));
  server.close();
  await once(server, 'close');
}
