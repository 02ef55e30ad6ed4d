// An Express app with the routes of http.client.mjs.
import express from 'express';
import { host, largeParts, log, port, signal } from './common.mjs';

const app = express();
const connections = new Map();
const aborted = signal();

app.use((req, _res, next) => {
  if (!connections.has(req.socket)) connections.set(req.socket, connections.size + 1);
  log(`connection ${connections.get(req.socket)}: ${req.method} ${req.url}`);
  next();
});
app.get('/hello', (_req, res) => res.type('text').send('hello'));
app.post('/echo', express.json(), (req, res) => res.status(201).json({ got: req.body }));
app.get('/large', (_req, res) => largeParts().pipe(res));
app.get('/slow', (_req, res) => {
  res.write('a beginning');
  res.on('close', () => aborted.give(res.writableFinished ? 'finished' : 'aborted'));
});
app.get('/aborted', async (_req, res) => res.send(await aborted.given));
app.get('/bye', (_req, res) => {
  res.send('bye');
  server.close(() => log('closed'));
  res.on('close', () => server.closeIdleConnections());
});

const server = app.listen(port, host, () => log('listening'));
