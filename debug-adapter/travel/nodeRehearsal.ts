/** The same as rehearsal.ts for runs that have a Node program: V8 compiles Node's own modules, too. */
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

const PORTS = { echo: 8080, http: 8081 };
/** Bytes of what is written, in turn: less than a segment, and more than one. */
const SIZES = [100, 1460, 20_000];
/** Round trips of one connection, and between two HTTP requests. */
const TRIPS = 100;
const TRIPS_A_REQUEST = 4;

net.createServer((socket) => socket.pipe(socket)).listen(PORTS.echo);
http
  .createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('X-Length', request.url!.length).end(request.url));
  })
  .listen(PORTS.http);
const agent = new http.Agent({ keepAlive: true });
for (;;) await connection();

async function connection(): Promise<void> {
  const socket = net.connect(PORTS.echo);
  await once(socket, 'connect');
  for (let i = 0; i < TRIPS; i++) {
    await trip(socket, SIZES[i % SIZES.length]!);
    if (i % TRIPS_A_REQUEST === 0) await request(`/${i}`);
  }
  socket.end();
  await once(socket, 'close');
}
/** Write so many bytes, and wait until all have come back. */
async function trip(socket: net.Socket, size: number): Promise<void> {
  socket.write(new Uint8Array(size));
  for (let received = 0; received < size;) {
    const [bytes] = (await once(socket, 'data')) as [Uint8Array];
    received += bytes.length;
  }
}
async function request(path: string): Promise<void> {
  const [response] = (await once(http.get({ port: PORTS.http, path, agent }), 'response')) as [
    http.IncomingMessage,
  ];
  response.resume();
  await once(response, 'end');
}
