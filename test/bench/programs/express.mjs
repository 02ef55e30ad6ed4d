/**
 * An Express app and a client with a keep-alive agent in one process. It prints a line before and after the
 * requests that count: whoever runs it takes the time, since on a machine the clock is virtual.
 */
import http from 'node:http';
import express from 'express';

const WARM_UP = 1500;
const REQUESTS = Number(process.argv[2]);
const PORT = 18231;

const app = express();
app.get('/hello/:name', (request, response) => {
  response.json({ hello: request.params.name });
});
const server = app.listen(PORT, '127.0.0.1', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = () =>
    new Promise((resolve, reject) => {
      const request = { host: '127.0.0.1', port: PORT, path: '/hello/world', agent };
      http.get(request, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
  for (let i = 0; i < WARM_UP; i++) await get();
  console.log('begin');
  for (let i = 0; i < REQUESTS; i++) await get();
  console.log('end');
  agent.destroy();
  server.close();
});
