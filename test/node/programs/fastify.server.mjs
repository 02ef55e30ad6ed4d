// A Fastify app with the routes of http.client.mjs.
import fastify from 'fastify';
import { host, largeParts, log, port, signal } from './common.mjs';

const app = fastify({ forceCloseConnections: 'idle' });
const connections = new Map();
const aborted = signal();

app.addHook('onRequest', async (request) => {
  const { socket } = request.raw;
  if (!connections.has(socket)) connections.set(socket, connections.size + 1);
  log(`connection ${connections.get(socket)}: ${request.method} ${request.url}`);
});
app.get('/hello', async () => 'hello');
app.post('/echo', async (request, reply) => {
  reply.code(201);
  return { got: request.body };
});
app.get('/large', (_request, reply) => reply.send(largeParts()));
app.get('/slow', (_request, reply) => {
  reply.hijack();
  const { raw } = reply;
  raw.write('a beginning');
  raw.on('close', () => aborted.give(raw.writableFinished ? 'finished' : 'aborted'));
});
app.get('/aborted', () => aborted.given);
app.get('/bye', (_request, reply) => {
  reply.raw.on('close', () => app.close().then(() => log('closed')));
  return reply.send('bye');
});

await app.listen({ port, host });
log('listening');
