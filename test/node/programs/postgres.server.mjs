// A small PostgreSQL server: startup, simple and prepared queries that it answers with rows, errors, ends.
import net from 'node:net';
import { host, log, port } from './common.mjs';

const TEXT = 25;
const INT4 = 23;
let connections = 0;

const int16 = (value) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value) => Buffer.from([value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
const cstring = (text) => Buffer.from(`${text}\0`);
const message = (type, ...parts) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};
const ready = () => message('Z', Buffer.from('I'));
const description = (columns) =>
  message(
    'T',
    int16(columns.length),
    ...columns.map(([name, type]) =>
      Buffer.concat([cstring(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)]),
    ),
  );
const row = (values) =>
  message(
    'D',
    int16(values.length),
    ...values.map((text) => Buffer.concat([int32(text.length), Buffer.from(text)])),
  );
const complete = (tag) => message('C', cstring(tag));
const failure = (code, text) =>
  message('E', cstring('SERROR'), cstring(`C${code}`), cstring(`M${text}`), Buffer.from([0]));

/** A query's columns and rows. @throws a code of PostgreSQL with its message */
function answer(query, parameters) {
  if (query === 'SELECT name, age FROM people')
    return {
      columns: [
        ['name', TEXT],
        ['age', INT4],
      ],
      rows: [
        ['Ada', '36'],
        ['Alan', '41'],
      ],
    };
  if (query === 'SELECT $1 AS word') return { columns: [['word', TEXT]], rows: [[parameters[0]]] };
  const [, count] = /^SELECT generate_series\(1, (\d+)\) AS number$/.exec(query) ?? [];
  if (count === undefined) throw ['42601', `syntax error at or near "${query.split(' ')[0]}"`];
  const rows = Array.from({ length: Number(count) }, (_, i) => [String(i + 1)]);
  return { columns: [['number', INT4]], rows };
}
function results(query, parameters, isDescribed) {
  try {
    const { columns, rows } = answer(query, parameters);
    const parts = rows.map(row);
    if (isDescribed) parts.unshift(description(columns));
    return Buffer.concat([...parts, complete(`SELECT ${rows.length}`)]);
  } catch (thrown) {
    return failure(...thrown);
  }
}

function converse(socket, name) {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  let statement = '';
  let parameters = [];
  const handle = {
    Q(body) {
      const query = body.toString('utf8', 0, body.length - 1);
      log(name, query);
      if (query === 'HANG') return;
      if (query === 'CRASH') return socket.destroy();
      if (query === 'SHUTDOWN') {
        socket.end(failure('57P01', 'terminating connection due to administrator command'));
        return void server.close(() => log('closed'));
      }
      socket.write(Buffer.concat([results(query, [], true), ready()]));
    },
    P(body) {
      const start = body.indexOf(0) + 1;
      statement = body.toString('utf8', start, body.indexOf(0, start));
      log(name, 'prepare', statement);
      socket.write(message('1'));
    },
    B(body) {
      let at = body.indexOf(0) + 1;
      at = body.indexOf(0, at) + 1;
      at += 2 + 2 * body.readInt16BE(at);
      parameters = Array.from({ length: body.readInt16BE(at) }, () => '');
      at += 2;
      parameters = parameters.map(() => {
        const length = body.readInt32BE(at);
        at += 4 + length;
        return body.toString('utf8', at - length, at);
      });
      socket.write(message('2'));
    },
    D: () => socket.write(description(answer(statement, parameters).columns)),
    E: () => socket.write(results(statement, parameters, false)),
    S: () => socket.write(ready()),
    H: () => {},
    X: () => socket.end(),
  };
  const take = () => {
    if (!isStarted) {
      if (rest.length < 4 || rest.length < rest.readInt32BE(0)) return false;
      rest = rest.subarray(rest.readInt32BE(0));
      isStarted = true;
      const set = message('S', cstring('server_version'), cstring('15.0'));
      socket.write(Buffer.concat([message('R', int32(0)), set, message('K', int32(1), int32(2)), ready()]));
      return true;
    }
    if (rest.length < 5 || rest.length < 1 + rest.readInt32BE(1)) return false;
    const end = 1 + rest.readInt32BE(1);
    const [type, body] = [String.fromCharCode(rest[0]), rest.subarray(5, end)];
    rest = rest.subarray(end);
    handle[type](body);
    return true;
  };
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (take());
  });
}

const server = net.createServer((socket) => {
  const name = `connection ${++connections}`;
  log(name);
  converse(socket, name);
  socket.on('error', (error) => log(name, error.code));
  socket.on('close', () => log(name, 'closed'));
});
server.listen(port, host, () => log('listening'));
