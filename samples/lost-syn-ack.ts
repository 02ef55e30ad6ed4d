/**
 * 5. A lost SYN-ACK: the server's answer never arrives. Two timers are at work: the server's
 * for the request in its SYN queue (reqsk_timer_handler) and the client's for its SYN
 * (tcp_retransmit_timer).
 *
 * What to look at
 *   - Put the first breakpoint on `await connect(…)` in client(), and press F5.
 *   - Add a function breakpoint on reqsk_timer_handler ("+" in the Breakpoints view) and press
 *     F5 again: it stops where the SYN-ACK is about to be sent again.
 *   - The Sockets view shows the request in the server's SYN queue, and in the client's row
 *     "timers" that its SYN is sent again as well.
 *   - The Packets panel: which of the two was first?
 */
import {
  accept,
  AF_INET,
  bind,
  clock_gettime,
  close,
  connect,
  dropFrames,
  listen,
  SOCK_STREAM,
  socket,
} from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8000 };

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener, 16);
  await close(await accept(listener));
  await close(listener);
}

export async function client() {
  let lost = 0;
  dropFrames((frame) => frame.tcpFlags === 'SYN ACK' && lost++ === 0);
  const fd = await socket(AF_INET, SOCK_STREAM);
  const start = clock_gettime();
  await connect(fd, ADDRESS);
  console.log(`connected after ${((clock_gettime() - start) / 1e6).toFixed(1)} ms`);
  await close(fd);
}
