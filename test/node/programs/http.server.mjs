// Node's own HTTP server with the routes of http.client.mjs.
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { host, largeParts, log, port, signal } from './common.mjs';

const connections = new Map();
const aborted = signal();

const routes = {
  'GET /hello': (_req, res) => res.end('hello'),
  'POST /echo': async (req, res) => {
    const got = await json(req);
    res.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ got }));
  },
  'GET /large': (_req, res) => largeParts().pipe(res),
  'GET /slow': (_req, res) => {
    res.write('a beginning');
    res.on('close', () => aborted.give(res.writableFinished ? 'finished' : 'aborted'));
  },
  'GET /aborted': async (_req, res) => res.end(await aborted.given),
  'GET /bye': (_req, res) => {
    res.end('bye');
    server.close(() => log('closed'));
    server.closeIdleConnections();
    res.on('close', () => server.closeIdleConnections());
  },
};

const server = http.createServer((req, res) => {
  if (!connections.has(req.socket)) connections.set(req.socket, connections.size + 1);
  log(`connection ${connections.get(req.socket)}: ${req.method} ${req.url}`);
  routes[`${req.method} ${req.url}`](req, res);
});
server.listen(port, host, () => log('listening'));
