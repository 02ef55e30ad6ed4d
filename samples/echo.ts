/**
 * 3. Echo: data goes both ways over one connection.
 *
 * What to look at
 *   - Put the first breakpoint on the first `await send(…)` in client(), and step into
 *     tcp_sendmsg_locked: the text is copied into a page, and an skb in sk_write_queue refers
 *     to it.
 *   - The Sockets view shows what waits where, in the row "queues" of each socket. Add a
 *     function breakpoint on tcp_data_ready ("+" in the Breakpoints view) and press F5: "rtx 1"
 *     at the client, until its data is acknowledged, and "receive 1" at the server's end, until
 *     recv() has taken the data out. (That end still waits in the accept queue: open its row.)
 *   - The call stack leads from net_rx_action, where the kernel takes packets from the network
 *     card, to tcp_rcv_established.
 */
import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 7 };

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, 16);
  const connection = await accept(listener);
  for (;;) {
    const data = await recv(connection, 4096);
    if (data.length === 0) break;
    await send(connection, data);
  }
  console.log('server: the client has closed its end');
  await close(connection);
  await close(listener);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
  for (const word of ['one', 'two', 'three']) {
    await send(fd, word);
    const answer = await recv(fd, 4096);
    console.log(`client: sent ${word}, got ${new TextDecoder().decode(answer)}`);
  }
  await close(fd);
}
