/**
 * 15. Small writes: a request in two pieces takes 40 ms on a wire of 10 µs. Nagle's algorithm and
 * the delayed ACK wait for each other.
 *
 * What to look at
 *   - Put a breakpoint on the second `await send(…)` in client(), press F5, and add a function
 *     breakpoint on tcp_nagle_test ("+" in the Breakpoints view). F5 again: a small segment is on
 *     its way and not acknowledged yet, so the second piece stays in the client's write queue.
 *   - Add a function breakpoint on tcp_delack_timer and press F5: the server's kernel has kept its
 *     ACK back for 40 ms (TCP_DELACK_MIN), in the hope of data to send it with.
 *   - Set TCP_NODELAY on the client's socket, or send both pieces at once: the 40 ms are gone.
 */
import {
  accept,
  AF_INET,
  bind,
  clock_gettime,
  close,
  connect,
  listen,
  recv,
  send,
  SOCK_STREAM,
  socket,
} from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8000 };
const REQUESTS = 2;

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener);
  const connection = await accept(listener);
  for (let i = 0; i < REQUESTS; i++) {
    let got = 0;
    while (got < 8) got += (await recv(connection, 8 - got)).length;
    await send(connection, 'answer');
  }
  await close(connection);
  await close(listener);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
  for (let i = 0; i < REQUESTS; i++) {
    const start = clock_gettime();
    await send(fd, 'head');
    await send(fd, 'body');
    await recv(fd, 6);
    console.log(`request ${i + 1} took ${((clock_gettime() - start) / 1e6).toFixed(2)} ms`);
  }
  await close(fd);
}
