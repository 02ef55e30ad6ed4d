/**
 * 12. A slow reader: the server could send everything at once, and needs 20 s. What holds it back,
 * and where do the bytes wait in the meantime?
 *
 * This is a Node program. F5 in it starts it together with server.mjs on one machine with small
 * buffers: .vscode/launch.json beside it says so.
 *
 * What to look at
 *   1. In server.mjs, put a breakpoint on the line with "server: waits", and press F5 four times:
 *      each time socket.write() has returned false. At the fourth, the last packet is a
 *      [TCP ZeroWindow]: the client's kernel takes no more. The Sockets view shows why: the row
 *      "queues" of the client's fd 5 says "receive 1", and the client is asleep in ep_poll and
 *      does not read it. Open the server's fd 6: "write 4" is what its kernel may not send, and
 *      the timer "window probe" will ask again. socket.writableLength, in the Debug Console, is
 *      what waits in the server's program, since its own kernel takes no more either.
 *   2. Remove the breakpoint, add a function breakpoint on tcp_send_probe0 ("+" in the Breakpoints
 *      view), and press F5 three times. It stops at 0.264 s, 0.688 s and 1.568 s: the server asks
 *      again after 0.2 s, 0.4 s, 0.9 s (a [TCP Keep-Alive] in Packets), since the ACK that opens
 *      the window could be lost.
 *   3. Remove it, put a breakpoint on the line with "server: goes on", and press F5: after 3 s the
 *      client has read, and its kernel has said so ([TCP Window Update]). The server's kernel had
 *      room again when it could send, woke the server, and the stream emitted 'drain'.
 *
 * So the whole chain, from save() back to write(), goes at the pace of save(). A server that does
 * not heed write() is as slow, but keeps the rest in its memory: make it so, and look at
 * socket.writableLength.
 */
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const save = async (data) => {
  console.log(`client: saves ${data.length} bytes`);
  await pause(3000);
};

const socket = net.connect({ port: 8080, host: '127.0.0.1', highWaterMark: 16 * 1024 });
// Until save() has ended the loop asks for nothing: the stream is full, and Node does not read the socket.
for await (const data of socket) {
  await save(data);
}
console.log('client: has everything');
