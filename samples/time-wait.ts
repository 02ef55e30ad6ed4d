/**
 * 14. TIME_WAIT: the end that closes first keeps the connection's addresses for another minute,
 * and a server that starts again cannot have its port.
 *
 * What to look at
 *   - Tick "TCP state transition" in the Breakpoints view and press F5 until it stops on
 *     ESTABLISHED → FIN_WAIT1: the server closes first, so it is the server's end that will wait.
 *   - Add a function breakpoint on tcp_time_wait ("+" in the Breakpoints view) and press F5: the
 *     sock gives way to a small inet_timewait_sock, which the Sockets view lists under "time-wait".
 *     It is there to answer once more if its last ACK is lost, and to keep late segments of this
 *     connection away from the next one with the same ports.
 *   - The second bind() fails with EADDRINUSE while it waits. A minute later (TCP_TIMEWAIT_LEN)
 *     the third one succeeds: virtual time jumps there. Real servers set SO_REUSEADDR instead.
 */
import { accept, AF_INET, bind, close, connect, listen, recv, sleep, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 8000 };

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, ADDRESS);
  await listen(listener);
  const connection = await accept(listener);
  await close(connection);
  await close(listener);
  await sleep(10);
  await startAgain('at once');
  await sleep(61_000);
  await startAgain('a minute later');
}

/** As a server does that is started again: it wants the same port. */
async function startAgain(when: string) {
  const listener = await socket(AF_INET, SOCK_STREAM);
  try {
    await bind(listener, ADDRESS);
    console.log(`${when}: the port is free`);
  } catch (error) {
    console.log(`${when}: ${(error as Error).message}`);
  }
  await close(listener);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, ADDRESS);
  await recv(fd, 1);
  await close(fd);
}
