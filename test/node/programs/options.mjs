// Options of a connection, and what the machine's clock says.
import http from 'node:http';
import net from 'node:net';
import { host } from './common.mjs';

const server = http
  .createServer((_req, res) => res.end())
  .listen(0, host, () => {
    http.get({ host, port: server.address().port }, (res) => {
      console.log(res.headers.date, new Date().toISOString());
      server.close();
    });
    const client = net.connect(server.address().port, host, () => {
      client.setNoDelay(true).setKeepAlive(true, 5000).end();
    });
  });
