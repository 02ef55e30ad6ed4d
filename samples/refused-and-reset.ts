/**
 * 6. A refused and a reset connection: two ways in which RST ends things.
 *
 * What to look at
 *   - No socket listens on port 81. Put the first breakpoint on `await connect(fd, NOBODY)` and
 *     step over it: the answer to the SYN is a RST (tcp_v4_send_reset, from tcp_v4_rcv's
 *     no_tcp_socket), and connect() throws ECONNREFUSED.
 *   - The server closes with data unread, or with SO_LINGER and no time: instead of a FIN it
 *     sends a RST (tcp_send_active_reset), and the client's recv() throws ECONNRESET
 *     (tcp_reset).
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
  setsockopt,
  SO_LINGER,
  SOCK_STREAM,
  socket,
  SOL_SOCKET,
} from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8000 };
const NOBODY = { address: '127.0.0.1', port: 81 };

function codeOf(error: unknown) {
  return (error as { code?: string }).code ?? String(error);
}

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, 16);
  const connection = await accept(listener);
  await recv(connection, 1);
  await setsockopt(connection, SOL_SOCKET, SO_LINGER, { l_onoff: 1, l_linger: 0 });
  await close(connection);
  await close(listener);
}

export async function client() {
  const refused = await socket(AF_INET, SOCK_STREAM);
  try {
    await connect(refused, NOBODY);
  } catch (error) {
    console.log(`connect to port 81: ${codeOf(error)}`);
  }
  await close(refused);

  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
  await send(fd, 'hello, are you there?');
  try {
    await recv(fd, 100);
  } catch (error) {
    console.log(`recv: ${codeOf(error)}`);
  }
  await close(fd);
}
