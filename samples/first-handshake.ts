/**
 * 1. A first handshake: how a client's connect() becomes a connection that waits in the
 * server's accept queue.
 *
 * Two programs run on one small machine with a network stack of its own: server() and client().
 * Time stands still while you look, so take all the time you want.
 *
 * 1. Put a breakpoint on `await connect(…)` in client(): click beside its line number. Press F5.
 *    Look at the Sockets view, further down in the side bar. (A small window has no room for all
 *    views: close Variables and Watch for now, by a click on their titles.) The server's socket
 *    says LISTEN. Below it are two queues, both empty: the SYN queue for clients that have
 *    knocked, the accept queue for those whom the server may let in.
 * 2. Press F11 (Step Into). You stand in __sys_connect, where the kernel takes over from
 *    connect().
 * 3. In the Breakpoints view tick "TCP state transition". From now on each F5 (Continue) stops
 *    at the line that is about to change a socket's state:
 *    CLOSE → SYN_SENT         The client is about to send its first packet, a SYN: "may I?"
 *    SYN_SENT → ESTABLISHED   The server has answered with a SYN-ACK: "you may". SYN queue 1:
 *                             the server has noted the request, and waits for the client to
 *                             confirm it.
 *    LISTEN → SYN_RECV        The client's ACK is there. The server makes a socket for this one
 *                             connection.
 *    SYN_RECV → ESTABLISHED   SYN queue 0, accept queue 1: the connection is complete. The
 *                             server has not called accept() yet, and the client already waits
 *                             in recv().
 *    The Packets panel shows the three packets of the handshake: SYN, SYN-ACK, ACK.
 * 4. Put a breakpoint on `await accept(…)` in server() and press F5: the connection still waits
 *    in the accept queue. Press F10 (Step Over): the queue is empty, and the server has a second
 *    socket, fd 4.
 */
import {
  accept,
  AF_INET,
  bind,
  close,
  connect,
  listen,
  recv,
  send,
  sleep,
  SOCK_STREAM,
  socket,
} from 'sockscope';

const ADDRESS = { family: 'IPv4', address: '127.0.0.1', port: 8000 };

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM, 0);
  await bind(listener, ADDRESS);
  await listen(listener, 2);
  // Busy with something else for a millisecond: the kernel takes connections without the server's help.
  await sleep(1);
  const connection = await accept(listener);
  await send(connection, 'welcome');
  await close(connection);
  await close(listener);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM, 0);
  await connect(fd, ADDRESS);
  console.log('client is connected');
  const greeting = await recv(fd, 1024);
  console.log(`client received "${new TextDecoder().decode(greeting)}"`);
  await close(fd);
}
