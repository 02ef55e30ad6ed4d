/**
 * 4. A lost SYN: the client's first SYN never arrives. After a second (TCP_TIMEOUT_INIT) its
 * timer sends it again.
 *
 * What to look at
 *   - Put the first breakpoint on `await connect(…)` in client(), and press F5.
 *   - Tick "Retransmission" in the Breakpoints view and press F5 again: it stops where the SYN
 *     has just been sent again, called by tcp_retransmit_timer from the timer softirq. The clock
 *     in the status bar says that a second has passed.
 *   - In the Sockets view, the client's row "queues" says rtx 1: the SYN is kept until it is
 *     acknowledged.
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
  dropFrames((frame) => frame.tcpFlags === 'SYN' && lost++ === 0);
  const fd = await socket(AF_INET, SOCK_STREAM);
  const start = clock_gettime();
  await connect(fd, ADDRESS);
  console.log(`connected after ${((clock_gettime() - start) / 1e6).toFixed(1)} ms`);
  await close(fd);
}
