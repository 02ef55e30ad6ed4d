/**
 * 4. A lost SYN: the client's first SYN never arrives. After a second (TCP_TIMEOUT_INIT) its timer sends it again.
 *
 * What to look at
 *   - Tick "Retransmission" in the Breakpoints view and press F5: it stops in tcp_retransmit_skb, called by
 *     tcp_retransmit_timer from the timer softirq.
 *   - In the Sockets view the client's icsk_retransmit_timer shows how much time is left; icsk_retransmits counts.
 *   - The first breakpoint: on `await connect(…)`; step over it and look at the clock: a second has passed.
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
  dropFrames((frame) => frame.tcpFlags === 'SYN' && lost++ === 0);
  const fd = await socket(AF_INET, SOCK_STREAM);
  const start = clock_gettime();
  await connect(fd, ADDRESS);
  console.log(`connected after ${((clock_gettime() - start) / 1e6).toFixed(1)} ms`);
  await close(fd);
}
