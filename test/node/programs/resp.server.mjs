// A small Redis server: GET, SET, INCR, publish and subscribe, and commands that end a connection.
import net from 'node:net';
import { host, log, port } from './common.mjs';

const values = new Map();
const subscribers = new Map();
let connections = 0;

const bulk = (text) => (text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`);
const array = (...items) => `*${items.length}\r\n${items.join('')}`;

const commands = {
  ping: () => '+PONG\r\n',
  info: () => bulk('redis_version:7.0.0\r\nloading:0\r\n'),
  client: () => '+OK\r\n',
  set: (_socket, key, value) => (values.set(key, value), '+OK\r\n'),
  get: (_socket, key) => bulk(values.get(key)),
  incr: (_socket, key) => {
    const value = Number(values.get(key) ?? 0) + 1;
    values.set(key, String(value));
    return `:${value}\r\n`;
  },
  // Blocks for ever: the client gives up.
  blpop: () => '',
  subscribe: (socket, channel) => {
    subscribers.set(channel, socket);
    return array(bulk('subscribe'), bulk(channel), ':1\r\n');
  },
  publish: (_socket, channel, message) => {
    subscribers.get(channel)?.write(array(bulk('message'), bulk(channel), bulk(message)));
    return `:${subscribers.has(channel) ? 1 : 0}\r\n`;
  },
  // The server closes this connection first, in the middle of the client's commands.
  drop: (socket) => (socket.end(), ''),
  shutdown: (socket) => (server.close(() => log('closed')), socket.end(), ''),
};

/** The commands that are complete: arrays of bulk strings. */
function* commandsOf(state) {
  for (;;) {
    let at = 0;
    const line = () => {
      const end = state.rest.indexOf('\r\n', at);
      if (end < 0) return undefined;
      const text = state.rest.slice(at, end);
      at = end + 2;
      return text;
    };
    const head = line();
    if (head === undefined) return;
    const parts = [];
    for (let i = 0; i < Number(head.slice(1)); i++) {
      const length = line();
      if (length === undefined || state.rest.length < at + Number(length.slice(1)) + 2) return;
      parts.push(state.rest.slice(at, at + Number(length.slice(1))));
      at += Number(length.slice(1)) + 2;
    }
    state.rest = state.rest.slice(at);
    yield parts;
  }
}

const server = net.createServer((socket) => {
  const name = `connection ${++connections}`;
  const state = { rest: '' };
  log(name);
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    state.rest += text;
    for (const [command, ...args] of commandsOf(state)) {
      const name = command.toLowerCase();
      const answer = commands[name]?.(socket, ...args) ?? `-ERR unknown command '${command}'\r\n`;
      if (answer !== '' && !socket.writableEnded) socket.write(answer);
    }
  });
  socket.on('error', (error) => log(name, error.code));
  socket.on('close', () => log(name, 'closed'));
});
server.listen(port, host, () => log('listening'));
