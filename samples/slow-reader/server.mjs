/** The server of lesson 12; client.mjs tells what to look at. */
import net from 'node:net';

const CHUNK = Buffer.alloc(16 * 1024, 'x');
const CHUNKS = 16;

// write() returns false when so much is in the program. By itself Node takes 16 KiB up to version 20, then 64 KiB.
const server = net.createServer({ highWaterMark: 16 * 1024 }, (socket) => {
  let written = 0;
  const fill = () => {
    while (written < CHUNKS) {
      written++;
      const hasRoom = socket.write(CHUNK);
      if (!hasRoom) {
        console.log(`server: waits with chunk ${written}, ${socket.writableLength} bytes are in the program`);
        return;
      }
    }
    socket.end();
  };
  socket.on('drain', () => {
    console.log('server: goes on');
    fill();
  });
  fill();
});

server.listen(8080, '127.0.0.1');
