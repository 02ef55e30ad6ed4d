/**
 * 5. A lost SYN-ACK: the server's answer never arrives. Two timers are at work: the server's for the request in its SYN
 * queue (reqsk_timer_handler) and the client's for its SYN (tcp_retransmit_timer).
 *
 * What to look at
 *   - Put the first breakpoint on `await connect(…)` and step over it. Meanwhile the Sockets view shows the request
 *     (NEW_SYN_RECV) in the listener's SYN queue, with num_timeout and its timer.
 *   - A function breakpoint on reqsk_timer_handler stops where the SYN-ACK is sent again.
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

const ADDRESS = { address: '127.0.0.1', port: 8080 };

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
