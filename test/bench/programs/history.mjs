/** The same long past in a Node program: requests and answers, of a hundred bytes each, and a stand where much has happened. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const PORT = 8080;
const SIZE = 100;
/** Round trips after which the client stands: about 10,000, 100,000 and 1,000,000 events. */
const STANDS = [139, 1389, 13_890];

const server = createServer((socket) => socket.pipe(socket)).listen(PORT);
await once(server, 'listening');
const client = connect(PORT);
await once(client, 'connect');
let made = 0;
for (const trips of STANDS) {
  await roundTrips(trips - made);
  made = stand(trips);
}
client.end();
server.close();

async function roundTrips(count) {
  const buffer = new Uint8Array(SIZE);
  for (let i = 0; i < count; i++) {
    client.write(buffer);
    await once(client, 'data');
  }
}

/** Lines to go back by. */
function stand(trips) {
  let value = trips;
  value += 1;
  value += 2;
  value += 3;
  value += 4;
  value -= 10;
  return value;
}
