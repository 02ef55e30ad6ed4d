// An Express app that serves files of the host.
import { createReadStream } from 'node:fs';
import path from 'node:path';
import express from 'express';
import { host, log, port } from './common.mjs';

const folder = import.meta.dirname;
const large = path.resolve(folder, '../../../package-lock.json');
const app = express();
app.use('/static', express.static(folder));
app.get('/send', (_req, res) => res.sendFile(large));
app.get('/pipe', (_req, res) => createReadStream(large).pipe(res));
app.get('/bye', (_req, res) => {
  server.close(() => log('closed'));
  res.set('connection', 'close').end();
});
const server = app.listen(port, host, () => log('listening'));
