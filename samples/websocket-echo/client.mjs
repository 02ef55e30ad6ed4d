/**
 * 13. A WebSocket echo: an HTTP connection becomes a WebSocket. It works, but each answer takes
 * 41 ms, on a wire of 10 µs. Who waits for what?
 *
 * This is a Node program. F5 in it starts it together with server.mjs on one machine:
 * .vscode/launch.json beside it says so.
 *
 * What to look at
 *   1. In server.mjs, put a breakpoint on the line that writes the payload, and press F5. It stops
 *      with the first message: a frame's head has been written, and is the last packet (68 bytes,
 *      2 of them data). Step over the line. The packets are the same as before: the payload was
 *      not sent! Open the server's fd 6 in the Sockets view: "write 1 · rtx 1". The payload waits,
 *      and the head is not acknowledged yet.
 *   2. Who keeps it? Restart, step into that line, to __sys_sendto, add a function breakpoint on
 *      tcp_nagle_test ("+" in the Breakpoints view), and press F5. It stops there with skb.len 3
 *      (bytes) and tp.packets_out 1: Nagle's algorithm holds a small segment back while another
 *      one is on its way.
 *   3. What does it wait for? Add a function breakpoint on tcp_delack_timer, and press F5 twice.
 *      Each time it stops there, at 0.041 s: first for the server's socket, whose ACK has gone
 *      with the head, then for the client's (sk is the one to 127.0.0.1:8080). The client's kernel
 *      has kept its ACK back for 40 ms, hoping to send it along with data. But the client has
 *      nothing to say: it waits for the payload. Press F5 once more: the ACK arrives, and
 *      tcp_nagle_test, now from tcp_rcv_established, lets the payload go.
 *
 * So two thrifty kernels wait for each other whenever something is written in two small pieces.
 * Cures: one write for both pieces (Buffer.concat, or cork() and uncork()), or setNoDelay(), which
 * Node's own HTTP servers and clients have set from the beginning; this server has not.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

const TEXT = 0x81;
const CLOSE = 0x88;

const request = http.get({
  host: '127.0.0.1',
  port: 8080,
  headers: {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': 13,
  },
});
const [, socket] = await once(request, 'upgrade');
for (const text of ['one', 'two', 'three']) {
  const asked = performance.now();
  socket.write(frame(TEXT, Buffer.from(text)));
  const answer = await payload();
  console.log(`client: ${answer} came back after ${Math.round(performance.now() - asked)} ms`);
}
socket.write(frame(CLOSE, Buffer.alloc(0)));
await once(socket.resume(), 'end');

/** RFC 6455, 5.2: the kind, the length, and what a client must do: a mask, with which the payload is XORed. */
function frame(kind, payload) {
  const mask = randomBytes(4);
  const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
  return Buffer.concat([Buffer.from([kind, 0x80 | payload.length]), mask, masked]);
}

/** The payload of the next frame: a server does not mask. */
async function payload() {
  let received = Buffer.alloc(0);
  while (received.length < 2 || received.length < 2 + received[1]) {
    const [data] = await once(socket, 'data');
    received = Buffer.concat([received, data]);
  }
  return received.subarray(2);
}
