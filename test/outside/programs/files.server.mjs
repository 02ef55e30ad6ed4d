// Answers a GET with as many bytes as its path says, and a PUT with the hash of what it got.
import { createHash } from 'node:crypto';
import http from 'node:http';

http
  .createServer(async (request, response) => {
    if (request.method === 'GET') return response.end(Buffer.alloc(Number(request.url.slice(1)), 'bytes '));
    const hash = createHash('sha256');
    for await (const bytes of request) hash.update(bytes);
    response.end(hash.digest('hex'));
  })
  .listen(80, () => console.log('listening'));
