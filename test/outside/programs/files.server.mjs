// Answers a GET with a page or with as many bytes as its path says, and a PUT with the hash of what it got.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { words } from './words.mjs';

const PAGE = `<!doctype html><title>A page of a machine</title><p></p><script>
  fetch('/more').then((response) => response.text()).then((text) => (document.querySelector('p').textContent = text));
</script>`;

http
  .createServer(async (request, response) => {
    if (request.url === '/page') return response.setHeader('content-type', 'text/html').end(PAGE);
    if (request.url === '/more') return response.end('GET /more by a script');
    if (request.method === 'GET') return response.end(words(Number(request.url.slice(1)) / 4));
    const hash = createHash('sha256');
    for await (const bytes of request) hash.update(bytes);
    response.end(hash.digest('hex'));
  })
  .listen(80, () => console.log('listening'));
