/** The server of lesson 12; client.mjs tells what to look at. */
import net from 'node:net';

const CHUNK = Buffer.alloc(16 * 1024, 'x');
const CHUNKS = 16;

const server = net.createServer((socket) => {
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
