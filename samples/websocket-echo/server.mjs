/** The server of lesson 13; client.mjs tells what to look at. */
import { createHash } from 'node:crypto';
import http from 'node:http';

const CLOSE = 0x88;

// Nagle's algorithm is on, as for every socket of which nobody has thought.
const server = http.createServer({ noDelay: false });

server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  // Each of this client's frames is short, and comes in one piece.
  socket.on('data', (frame) => {
    const payload = unmasked(frame);
    socket.write(Buffer.from([frame[0], payload.length]));
    socket.write(payload);
    if (frame[0] === CLOSE) socket.end();
  });
});
server.listen(8080, '127.0.0.1');

/** RFC 6455, 5.2: the kind, the length, the mask's four bytes, the payload. */
function unmasked(frame) {
  const mask = frame.subarray(2, 6);
  return frame.subarray(6).map((byte, i) => byte ^ mask[i % 4]);
}
