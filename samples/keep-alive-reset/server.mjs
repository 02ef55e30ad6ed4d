/** The server of lesson 11; client.mjs tells what to look at. */
import http from 'node:http';

const server = http.createServer((request, response) => {
  console.log(`server: ${request.method} ${request.url}`);
  // Written by hand, so Node leaves out "Keep-Alive: timeout=5", and no client knows how long it may wait.
  response.setHeader('Connection', 'keep-alive');
  response.end('done');
});

// How long a connection may be idle: Node's own default. It waits a second longer, for clients that do the same.
server.keepAliveTimeout = 5000;
server.listen(8080, '127.0.0.1');
